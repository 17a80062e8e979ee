"""``civic trace`` and ``civic why``: from a figure to its lines, and from a line to its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.padding import Padding

from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.report_drawing import as_figure, figure, plain, text
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.records import Record
    from analytics.reports.tracing import Trace
    from analytics.reports.why import Why

ROWS = 10
_LONGEST = 60
_SUPPORTS = 3
"""Supporting rows of a fact row that a terminal shows: a city is supported by all its streets."""

OUTCOMES = {
    "refused": ("整份文件被退回", "the whole drop was refused"),
    "heading": ("标题行或表头", "a heading, before the first record"),
    "empty": ("此行没有记录", "no record stands on this line"),
    "left_out": ("不是记录，已略过", "no record: left out"),
    "rejected": ("未通过检查", "rejected"),
    "repeated": ("重复的记录", "repeated"),
    "accepted": ("已入库", "accepted"),
}


def register(app: typer.Typer) -> None:
    """Add ``trace`` and ``why`` to the command line."""
    app.command("trace")(trace_cell)
    app.command("why")(why_line)


def trace_cell(
    cell: Annotated[str, typer.Argument(help="A figure's identifier, as c1a2b3c4d5e6f.")],
    page: Annotated[int, typer.Option(min=1, help="Which page of source rows.")] = 1,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="Fact rows on a page.")] = ROWS,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show where a published figure comes from: files, lines and the rows themselves."""
    from analytics.reports.asking import known_places, place_names
    from analytics.reports.boundaries import cell_within, is_within
    from analytics.reports.declarations import load_declarations
    from analytics.reports.tracing import find_cell, trace, trace_data
    from ingestion.contracts import load_contracts
    from publishing.publications import open_publication
    from publishing.serving_tables import SERVED_DROPS, catalog_of
    from publishing.signatures import signed_cell

    settings = load_settings()
    with open_publication(settings, publication) as opened:
        connection, catalog = opened.connection, catalog_of(opened)
        if is_within(cell):
            found, catalog = cell_within(connection, catalog, load_declarations(), cell)
        else:
            found = find_cell(connection.table("serving.main.cells"), cell)
        traced = trace(
            connection,
            found,
            catalog,
            page=page,
            page_size=rows,
            contracts=load_contracts(settings.contract_paths),
            drops=SERVED_DROPS,
        )
        names = place_names(known_places(connection))
        signed = signed_cell(opened, cell)
    if as_json:
        print_json(trace_data(traced, opened.number) | {"signed": signed})
    else:
        draw_trace(traced, names, rows, signed)


def why_line(
    what: Annotated[
        str, typer.Argument(metavar="FILE", help="A file, its SHA-256 or name, or a drop.")
    ],
    line: Annotated[int, typer.Argument(min=1, help="Line, sheet row, or number of the record.")],
    sheet: Annotated[str | None, typer.Option(help="The sheet, where there are several.")] = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of a line of a file, and which published figures it feeds."""
    from analytics.reports.asking import known_places, place_names
    from analytics.reports.declarations import load_declarations
    from analytics.reports.why import why, why_data
    from ingestion.contracts import load_contracts
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    settings = load_settings()
    with open_publication(settings, publication) as opened:
        catalog = catalog_of(opened)
        found = why(
            opened.connection,
            what,
            line,
            catalog,
            load_declarations(),
            sheet=sheet,
            contracts=load_contracts(settings.contract_paths),
        )
        names = place_names(known_places(opened.connection))
    if as_json:
        print_json([why_data(one) for one in found])
        return
    labels = {name: catalog.metric(name).label for name in _metrics_of(found)}
    for one in found:
        draw_why(one, line, names, labels)


def draw_trace(
    traced: Trace,
    names: dict[str, str],
    rows: int = ROWS,
    signed: Mapping[str, Any] | None = None,
) -> None:
    """Print a trace for people; ``rows``: how many fact rows its pages have.

    ``signed``: the figure as it was signed (``publishing.signatures.signed_cell``).
    """
    cell = traced.cell
    value = f"{figure(traced.metric, cell)} {text(traced.metric.unit)}".rstrip()
    if cell["denominator"] is not None:
        value = f"{figure(traced.metric, cell)} = {cell['numerator']:g} ÷ {cell['denominator']:g}"
    console.print()
    console.print(plain(f"{text(traced.metric.label)}  {value}"), style="bold")
    console.print(plain(_coordinates(cell, names)), style="dim")
    counted = say("{0:,} 项，来自 {1:,} 行", "{0:,}, from {1:,} source rows")
    facts = {
        say("含义", "Means"): text(traced.definition),
        say("条件", "Where"): "; ".join(traced.filters),
        say("计入", "Counts"): counted.format(cell["fact_rows"], cell["source_rows"]),
        say("未计入", "Left out"): "; ".join(
            f"{lo.fact_rows:,} {text(lo.reason)}" for lo in traced.left_out
        ),
        say("审签", "Signed"): _signed(traced, signed),
    }
    _draw_facts(facts)
    _draw_atoms(traced)
    if traced.pages > 1:
        hint = say("第 {0}/{1} 页：", "Page {0} of {1}: ").format(traced.page, traced.pages)
        sized = "" if rows == ROWS else f" --rows {rows}"
        again = f"civic trace {cell['cell_id']}{sized} --page N"
        console.print(plain(f"{hint}{again}"), style="dim")


def _signed(traced: Trace, signed: Mapping[str, Any] | None) -> str:
    """Who signed the figure, and what it was then; empty where nobody did."""
    if signed is None:
        return ""
    was, nth = as_figure(traced.metric, signed["value"]), signed["signed_in"]
    return say(
        f"{was}，{signed['unit_name']}，{signed['decided_at']:%Y-%m-%d}"
        f"（当时的来源：--publication {nth}）",
        f"{was}, {signed['unit_name']}, {signed['decided_at']:%Y-%m-%d} "
        f"(the rows behind it then: --publication {nth})",
    )


def _draw_atoms(traced: Trace) -> None:
    """Source rows, file by file: its name and SHA-256 once, then its lines."""
    keys = ["drop_id", "file_name", "sha256", "unit", "received_at", "feed", "sheet"]
    for group, atoms in traced.atoms.group_by(keys, maintain_order=True):
        about = dict(zip(keys, group, strict=True))
        console.print()
        sheet = f" · {about['sheet']}" if about["sheet"] else ""
        console.print(plain(f"{about['file_name']}{sheet}"), style="bold")
        received = f"{about['received_at']:%Y-%m-%d %H:%M}" if about["received_at"] else ""
        console.print(plain(f"{about['unit']} · {about['feed']} · {received}"), style="dim")
        console.print(plain(f"SHA-256 {about['sha256']}"), style="dim", soft_wrap=True)
        for _, rows in atoms.group_by("fact_key", maintain_order=True):
            _draw_fact(rows, traced)


def _draw_fact(atoms: pl.DataFrame, traced: Trace) -> None:
    """The row that counts whole, the first that support it on a line each, the others by number."""
    shown = atoms.head(int(atoms["is_anchor"].sum()) + _SUPPORTS)
    for atom in shown.iter_rows(named=True):
        where = _line_told(atom)
        row = traced.rows.get((atom["drop_id"], atom["record"]), {})
        console.print(plain(f"  {where}  {_contribution(atom)}"))
        if not row and not atom["record"]:
            continue
        if atom["is_anchor"]:
            console.print(Padding(plain(_row(row)), (0, 0, 0, 4)), style="dim")
        else:
            console.print(plain(f"    {_row(row)}"), style="dim", overflow="ellipsis", no_wrap=True)
    if left := atoms.height - shown.height:
        more = say("  另有 {0:,} 行佐证，见 --json", "  {0:,} more rows support it: see --json")
        console.print(plain(more.format(left)), style="dim")


def _line_told(atom: Mapping[str, Any]) -> str:
    """Where a source row stands; a drop that stands for a delivery does so as a whole."""
    line = atom["line"] or atom["record"]
    return f"{say('行', 'line')} {line}" if line else say("整份文件", "the whole file")


def draw_why(one: Why, line: int, names: dict[str, str], labels: Mapping[str, Any]) -> None:
    """Print what became of a line for people."""
    record = one.record
    console.print()
    title = say("{0} 第 {1} 行", "{0}, line {1}").format(record.drop["file_name"], line)
    console.print(plain(f"{title}: {say(*OUTCOMES[record.outcome])}"), style="bold")
    begins = say("第 {0} 条", "{0}")
    if record.line is not None and record.drop["format"] != "json":
        begins = say("第 {0} 条，始于第 {1} 行", "{0}, which begins on line {1}")
    supports = say("（佐证，计 0）", " (supports, adds 0)")
    replaced = one.superseded_by
    facts = {
        say("投递", "Drop"): " · ".join(
            filter(None, (record.drop[k] for k in ("unit", "feed", "drop_id")))
        ),
        say("记录", "Record"): begins.format(record.record, record.line) if record.record else "",
        say("原因", "Reason"): _reason(record),
        say("内容", "Row"): _row(one.row or {}),
        say("生成", "Made"): "; ".join(
            f"{f.fact} {f.key}{'' if f.is_anchor else supports}" for f in one.facts
        ),
        say("未计入", "Not in"): "; ".join(
            dict.fromkeys(f"{text(n.metric.label)}: {text(n.reason)}" for n in one.not_counted)
        ),
    }
    if replaced:
        facts[say("已被取代", "Superseded")] = (
            f"{replaced.file_name} ({replaced.drop_id}), {replaced.as_of:%Y-%m-%d}"
            + (f", {say('行', 'line')} {replaced.line}" if replaced.line else "")
        )
    _draw_facts(facts)
    for finding in record.findings:
        expected = say(finding["expected_zh"] or "", finding["expected_en"] or "")
        shown = f"{finding['heading'] or finding['column_name']}: {finding['value_found']}"
        console.print(plain(f"  {finding['code']}  {shown}  → {expected}"))
    _draw_feeds(one, names, labels)


def _reason(record: Record) -> str:
    """Why a line was not taken, in words, with its code and what stood there."""
    from ingestion.validation.findings import finding_codes, found

    if record.code is None:
        return ""
    known = record.code in finding_codes()
    same = {"other_line": record.detail} if record.outcome == "repeated" else {}
    words = say(*found(record.code, **same)) if known and not record.findings else ""
    detail = record.detail if record.outcome in ("left_out", "rejected") else ""
    return " ".join(filter(None, (words, f"[{record.code}]", detail)))


def _draw_feeds(one: Why, names: dict[str, str], labels: Mapping[str, Any]) -> None:
    import polars as pl

    from analytics.reports.coordinates import LEVELS, UNPLACED

    if one.feeds.is_empty():
        if one.record.outcome == "accepted" and not one.superseded_by:
            console.print(plain(say("没有进入任何报表数字。", "It feeds no published figure.")))
        return
    nearest = (
        one.feeds.filter(grain="month", slices="")
        .filter(~pl.col("place_code").str.ends_with(UNPLACED))
        .sort(pl.col("level").replace_strict(LEVELS, range(len(LEVELS))), descending=True)
        .unique(["report", "metric"], keep="first", maintain_order=True)
        .sort("report", "metric")
    )
    rows = [
        {
            "cell": cell["cell_id"],
            "report": cell["report"],
            "metric": text(labels[cell["metric"]]),
            "where": _where(cell, names),
        }
        for cell in nearest.iter_rows(named=True)
    ]
    title = say(
        "进入 {0} 个数字；每项指标中最近的一个：", "Feeds {0} figures; the nearest of each metric:"
    )
    headings = {
        "cell": "cell",
        "report": say("报表", "report"),
        "metric": say("指标", "metric"),
        "where": say("位置", "where"),
    }
    console.print(table(title.format(one.feeds.height), headings, rows))
    console.print(plain(say("全部：加 --json", "All of them: --json")), style="dim")


def _draw_facts(facts: Mapping[str, str]) -> None:
    from rich.table import Table

    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for key, value in facts.items():
        if value:
            made.add_row(plain(key), plain(value))
    console.print(made)


def _coordinates(cell: Mapping[str, Any], names: dict[str, str]) -> str:
    return f"{cell['cell_id']} · {cell['report']} · {_where(cell, names)}"


def _where(cell: Mapping[str, Any], names: dict[str, str]) -> str:
    from analytics.reports.wording import period_name, place_name

    place, period = place_name(cell["place_code"], names), period_name(cell["period"])
    return " · ".join(filter(None, (text(place), text(period), cell["slices"])))


def _contribution(atom: Mapping[str, Any]) -> str:
    if not atom["is_anchor"]:
        return say("佐证，计 0", "supports, adds 0")
    if atom["role"] == "ranked":
        return say("参与排序的值 {0:g}", "ranked value {0:g}").format(atom["ranked_value"])
    if atom["denominator"] is not None:
        return f"{atom['numerator']:g} ÷ {atom['denominator']:g}"
    return f"+{atom['contribution']:g}"


def _row(row: Mapping[str, Any]) -> str:
    """A row's fields on one line, long texts cut."""
    shown = {k: " ".join(str(v).split()) for k, v in row.items() if v is not None}
    return "  ".join(
        f"{k}={v if len(v) <= _LONGEST else v[:_LONGEST] + '…'}" for k, v in shown.items()
    )


def _metrics_of(found: Iterable[Why]) -> list[str]:
    return sorted({name for one in found for name in one.feeds["metric"]})
