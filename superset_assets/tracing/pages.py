"""A figure's sources and a drop's receipt as pages, in both languages.

Belongs here: what stands on the pages. Does not belong here: computing traces
(``analytics.reports.tracing``), answering requests (``service``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, select_autoescape

from analytics.reports.asking import known_places, place_names
from analytics.reports.metrics import Metric
from analytics.reports.tracing import Trace, find_cell, trace
from analytics.reports.wording import period_name, place_name, slices_name, value_labels
from ingestion.contracts import Contract
from ingestion.validation.findings import found
from publishing.opening import OpenPublication
from publishing.serving_tables import SERVED_DROPS, catalog_of
from publishing.signatures import signed_cell
from superset_assets.tracing.words import WORDS

Lang = Literal["zh", "en"]
PAGE_SIZE = 20
MOST_SUPPORTS = 5
"""Supporting rows of one item that are shown; the others are counted."""
MOST_FINDINGS = 500
LOCAL = timedelta(hours=8)


def trace_page(
    opened: OpenPublication,
    contracts: Mapping[str, Contract],
    cell_id: str,
    lang: Lang,
    page: int = 1,
    receipts: bool = False,
) -> str:
    """The page of a figure: what it is, what counts in it and what was left out, by file and line.

    ``receipts``: whether the reader may follow on to the receipts of the files. Raises CivicError
    for a cell or a page that is not there.
    """
    cell = find_cell(opened.connection.table("serving.main.cells"), cell_id)
    traced = trace(
        opened.connection,
        cell,
        catalog_of(opened),
        page=page,
        page_size=PAGE_SIZE,
        contracts=contracts,
        drops=SERVED_DROPS,
    )
    names = place_names(known_places(opened.connection))
    labels = value_labels(contracts)
    report = next(r for r in opened.table("reports").to_dicts() if r["report"] == cell["report"])
    where = [
        report[f"title_{lang}"],
        _text(place_name(cell["place_code"], names), lang),
        _text(period_name(cell["period"]), lang),
        _text(slices_name(cell["slices"], labels), lang),
    ]
    return _page(
        "trace.html.j2",
        lang,
        number=opened.number,
        traced=traced,
        title=_text(traced.metric.label, lang),
        value=said(traced.metric, cell),
        ratio=_ratio(cell),
        unit="" if traced.metric.is_share else _text(traced.metric.unit, lang),
        where=" · ".join(filter(None, where)),
        definition=_text(traced.definition, lang),
        left_out=[(_text(lo.reason, lang), lo.fact_rows) for lo in traced.left_out],
        files=_files(traced, contracts, lang),
        receipts=receipts,
        signed=_signed(opened, traced, lang),
    )


def _signed(opened: OpenPublication, traced: Trace, lang: Lang) -> str:
    """Who signed the figure, and what it was then; empty where nobody did."""
    signed = signed_cell(opened, traced.cell["cell_id"])
    if signed is None:
        return ""
    day, number = f"{signed['decided_at']:%Y-%m-%d}", signed["signed_in"]
    was = said(traced.metric, signed)
    return WORDS[lang]["signed_as"].format(was, signed["unit_name"], day, number)


def receipt_page(
    opened: OpenPublication, contracts: Mapping[str, Contract], drop_id: str, lang: Lang
) -> str:
    """The page of a drop: how many rows were taken, and every finding with its line.

    Raises CivicError where the publication has no such drop.
    """
    from civic.errors import CivicError

    drops = opened.table("drops").filter(drop_id=drop_id).to_dicts()
    if not drops:
        raise CivicError(f"The publication has no drop {drop_id}.")
    [drop] = drops
    connection = opened.connection
    findings = connection.execute(
        f"select line, sheet, record, heading, column_name, code, severity, value_found, "
        f"expected_{lang} as expected from lake.bronze.findings where drop_id = ? "
        "order by line, record, column_name limit ?",
        [drop_id, MOST_FINDINGS + 1],
    ).pl()
    outcomes = connection.execute(
        "select outcome, code, count(*) as n from lake.bronze.outcomes where drop_id = ? "
        "group by all order by n desc",
        [drop_id],
    ).fetchall()
    contract = contracts.get(drop["feed"])
    words = WORDS[lang]
    return _page(
        "receipt.html.j2",
        lang,
        number=opened.number,
        drop=drop,
        received=_local(drop["received_at"]),
        feed=getattr(contract, f"title_{lang}", drop["feed"]),
        state=words[drop["status"]],
        outcomes=[(words.get(o, o), _meaning(code, lang), n) for o, code, n in outcomes],
        findings=[
            {**row, "meaning": _meaning(row["code"], lang), "weight": words[row["severity"]]}
            for row in findings.head(MOST_FINDINGS).to_dicts()
        ],
        more=findings.height > MOST_FINDINGS,
    )


def said(metric: Metric, cell: Mapping[str, Any]) -> str:
    """A figure as people read it."""
    if cell["value"] is None:
        return "—"
    if metric.is_share:
        return f"{100 * cell['value']:.1f}%"
    return f"{cell['value']:,.{metric.decimals}f}"


def _ratio(cell: Mapping[str, Any]) -> str:
    if cell["denominator"] is None:
        return ""
    return f"{cell['numerator']:,g} ÷ {cell['denominator']:,g}"


def _files(traced: Trace, contracts: Mapping[str, Contract], lang: Lang) -> list[dict[str, Any]]:
    """The atoms of a page, file by file. Of feeds about residents files and counts."""
    keys = ["drop_id", "file_name", "sha256", "unit", "received_at", "feed", "sheet"]
    files = []
    for group, atoms in traced.atoms.group_by(keys, maintain_order=True):
        about = dict(zip(keys, group, strict=True))
        contract = contracts.get(str(about["feed"]))
        personal = contract is None or contract.personal
        items: list[dict[str, Any]] = []
        for _, rows in atoms.group_by("fact_key", maintain_order=True) if not personal else ():
            shown = rows.head(int(rows["is_anchor"].sum()) + MOST_SUPPORTS).to_dicts()
            items.append(
                {
                    "lines": [
                        {
                            "line": atom["line"] or atom["record"] or WORDS[lang]["whole_file"],
                            "counts": _contribution(atom, lang),
                            "anchor": atom["is_anchor"],
                            "row": _row(traced.rows.get((atom["drop_id"], atom["record"]), {})),
                        }
                        for atom in shown
                    ],
                    "more": rows.height - len(shown),
                }
            )
        files.append(
            {
                **about,
                "received": _local(about["received_at"]),
                "feed_title": getattr(contract, f"title_{lang}", about["feed"]),
                "personal": personal,
                "count": atoms.height,
                "entries": items,
            }
        )
    return files


def _contribution(atom: Mapping[str, Any], lang: Lang) -> str:
    words = WORDS[lang]
    if not atom["is_anchor"]:
        return words["supports"]
    if atom["role"] == "ranked":
        return f"{words['ranked']} {atom['ranked_value']:,g}"
    if atom["denominator"] is not None:
        return f"{atom['numerator']:g} ÷ {atom['denominator']:g}"
    return f"+{atom['contribution']:g}"


def _row(row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return [(name, str(value)) for name, value in row.items() if value is not None]


def _meaning(code: str | None, lang: Lang) -> str:
    if code is None:
        return ""
    try:
        zh, en = found(code)
    except KeyError:
        return code
    return zh if lang == "zh" else en


def _local(moment: Any) -> str:
    return f"{moment + LOCAL:%Y-%m-%d %H:%M}" if moment else ""


def _text(label: Any, lang: Lang) -> str:
    return str(getattr(label, lang))


def _page(name: str, lang: Lang, **given: Any) -> str:
    return _environment().get_template(name).render(lang=lang, w=WORDS[lang], **given)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("superset_assets.tracing", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
