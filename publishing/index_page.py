"""The first page of a publication: headline figures, its reports, and what it was made from.

``reports/v_<n>/index.<language>.html``: one file without scripts that a browser shows and prints.
Belongs here: what stands on it. Does not belong here: its form (``index_page.html.j2``), workbooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analytics.checks import OutlierCheck, ValidationRule, load_checks, run_checks
from analytics.reports.asking import place_names
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import Report, load_declarations
from analytics.reports.metrics import Label
from analytics.reports.periods import UNDATED
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import period_name, place_name
from ingestion.contracts import Contract
from ingestion.contracts.modules import module_titles
from publishing import resident_pages, service_pages
from publishing.alerts_told import alerts_told
from publishing.completeness import completeness, data_until, owed_in
from publishing.opening import OpenPublication
from publishing.pages import LANGUAGES, Imprint, Lang, in_language
from publishing.residents import RESIDENTS, SETTINGS
from publishing.telling import figure_told, label_told
from publishing.wording import index_words, word

TEMPLATE = "index_page.html.j2"
HEADLINES = "city_summary"
CHARTED = ("events_by_day", "events_received")
LATEST_MONTHS = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 680, 15, 125
_MOST_LABELS = 9
ODD_SHOWN = 5
"""Findings of each check on the page; `civic checks run` shows the others."""


@dataclass(frozen=True)
class Material:
    """What the pages of a publication are made from."""

    publication: OpenPublication
    catalog: Catalog
    reports: Mapping[str, Report]
    contracts: Mapping[str, Contract]
    imprint: Imprint


def index_name(lang: Lang) -> str:
    """The file's name."""
    return f"index.{lang}.html"


def summary_name(lang: Lang) -> str:
    """The name of the summary for printing, which is linked here."""
    return f"{HEADLINES}.{lang}.pdf"


def write_index(material: Material, folder: Path, lang: Lang) -> Path:
    """Write the page in one language; it appears under its name when it is whole."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made = environment.get_template(TEMPLATE).render(_content(material, lang))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / index_name(lang)
    unfinished = folder / f".{path.name}.partial"
    unfinished.write_text(made, encoding="utf-8")
    return unfinished.replace(path)


def _content(material: Material, lang: Lang) -> dict[str, Any]:
    imprint, cells = material.imprint, material.publication.shown_cells
    whole = cells.filter(level=ALL, slices="")
    months = latest_months(whole)
    drops = material.publication.table("drops")
    other = next(one for one in LANGUAGES if one != lang)
    return {
        "lang": lang,
        "w": index_words(lang),
        "other": index_name(other),
        "imprint": imprint,
        "stamp": word(
            "imprint", lang, imprint.number, imprint.digest[:12], imprint.created_at[:10]
        ),
        "audit": _audit(material.publication.manifest, lang),
        "periods": [in_language(period_name(month), lang) for month in months],
        "headlines": _headlines(material, whole, months, lang),
        "chart": _chart(material, whole, lang),
        "reports": _reports(material, lang),
        "printed": summary_name(lang) if HEADLINES in material.reports else None,
        "alerts": alerts_told(material.publication, material.contracts, lang),
        "checks": _checks(material, drops, lang),
        "complete": _complete(owed_in(material.publication), material.contracts, lang),
        "received": _received(drops, material.contracts, lang),
    }


def _reports(material: Material, lang: Lang) -> list[dict[str, str]]:
    """Title, notes and workbook of every report, and of the counts of residents."""
    told = [
        (r.name, in_language(r.title, lang), in_language(r.notes, lang))
        for r in material.reports.values()
    ]
    if material.publication.has(RESIDENTS):
        settings = material.publication.table(SETTINGS).row(0, named=True)
        notes = word("residents_note", lang, settings["smallest_shown"])
        told.append((resident_pages.NAME, in_language(resident_pages.TITLE, lang), notes))
    if material.publication.has(service_pages.SERVICES):
        notes = word("services_note", lang, service_pages.SMALLEST_SHOWN)
        for name, module in service_pages.service_workbooks(material.contracts).items():
            told.append((name, in_language(Label(*module_titles()[module]), lang), notes))
    return [
        {"title": title, "notes": notes, "workbook": f"{name}.{lang}.xlsx"}
        for name, title, notes in told
    ]


def _audit(manifest: Mapping[str, Any], lang: Lang) -> str:
    audit = manifest["audit"]
    return word("audited", lang, audit["results"], len(audit["warnings"]))


def latest_months(whole: pl.DataFrame) -> list[str]:
    """The last months of which the summary has figures, the latest first."""
    dated = whole.filter(pl.col("period") != UNDATED, report=HEADLINES, grain="month")
    found = dated.filter(pl.col("fact_rows") > 0)["period"].unique().sort(descending=True)
    return found.head(LATEST_MONTHS).to_list()


def headlines_told(publication: OpenPublication, catalog: Catalog, lang: Lang) -> list[str]:
    """The summary's figures of the last month in lines of text, with the month before."""
    reports = load_declarations(catalog=catalog)
    whole = publication.shown_cells.filter(level=ALL, slices="", report=HEADLINES)
    months = latest_months(whole)
    if HEADLINES not in reports or not months:
        return []
    figures = {(c["metric"], c["period"]): c for c in whole.iter_rows(named=True)}
    lines = [" · ".join(in_language(period_name(month), lang) for month in months)]
    for name in reports[HEADLINES].metrics:
        metric = catalog.metric(name)
        values = [figure_told(metric, figures.get((name, month))) for month in months]
        lines.append(f"  {label_told(metric, lang)}: " + " · ".join(values))
    return lines


def _headlines(
    material: Material, whole: pl.DataFrame, months: Sequence[str], lang: Lang
) -> list[dict[str, Any]]:
    if HEADLINES not in material.reports:
        return []
    summary = whole.filter(report=HEADLINES)
    figures = {(c["metric"], c["period"]): c for c in summary.iter_rows(named=True)}
    lines = []
    for name in material.reports[HEADLINES].metrics:
        metric, cell = material.catalog.metric(name), figures.get((name, ALL))
        if cell is not None:
            shown = [figure_told(metric, figures.get((name, period))) for period in (ALL, *months)]
            label = label_told(metric, lang)
            lines.append({"label": label, "figures": shown, "cell_id": cell["cell_id"]})
    return lines


def _chart(material: Material, whole: pl.DataFrame, lang: Lang) -> dict[str, Any] | None:
    """Matters by month as a line from zero; None where there are fewer than two months."""
    report, name = CHARTED
    dated = whole.filter(pl.col("period") != UNDATED, report=report, metric=name, grain="month")
    points = dated.sort("period").select("period", "value").rows()
    if len(points) < 2:
        return None
    most = max(value for _, value in points) or 1
    step = (_RIGHT - _LEFT) / (len(points) - 1)
    at = [
        (_LEFT + n * step, _BOTTOM - (_BOTTOM - _TOP) * v / most) for n, (_, v) in enumerate(points)
    ]
    every = -(-len(points) // _MOST_LABELS)
    metric = material.catalog.metric(name)
    return {
        "title": word("by_month", lang, in_language(metric.label, lang)),
        "most": f"{most:,.0f}",
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in at),
        "labels": [(f"{x:.1f}", points[n][0]) for n, (x, _) in enumerate(at) if n % every == 0],
    }


def _checks(material: Material, drops: pl.DataFrame, lang: Lang) -> dict[str, Any]:
    """The figures that declared checks found odd, the first of each check."""
    declared = load_checks()
    cells = material.publication.cells
    found = run_checks(declared.values(), cells, material.catalog, data_until(drops))
    names = place_names(material.publication.table("places").filter(pl.col("is_current")))
    told = word("odd" if found.height else "none_odd", lang, len(declared), found.height)
    shown = found.group_by("check", maintain_order=True).head(ODD_SHOWN)
    return {
        "told": told,
        "found": [
            _odd(row, declared, material.catalog, names, lang)
            for row in shown.iter_rows(named=True)
        ],
    }


def _odd(
    row: Mapping[str, Any],
    declared: Mapping[str, OutlierCheck | ValidationRule],
    catalog: Catalog,
    names: dict[str, str],
    lang: Lang,
) -> dict[str, str]:
    metric = catalog.metric(row["metric"])
    place = in_language(place_name(row["place_code"], names), lang)
    return {
        "check": in_language(declared[row["check"]].title, lang),
        "where": " · ".join(filter(None, (place, row["slices"]))),
        "period": in_language(period_name(row["period"]), lang),
        "label": label_told(metric, lang),
        "figure": figure_told(metric, row),
        "expected": figure_told(metric, {"value": row["expected"]}),
        "cell_id": row["cell_id"] or "",
    }


def _complete(owed: pl.DataFrame, contracts: Mapping[str, Contract], lang: Lang) -> dict[str, Any]:
    """What was sent for the last period, in a sentence; where it is not all, feed by feed."""
    found = [one for one in completeness(owed) if one.feed in contracts]
    lacking = [one for one in found if one.missing]
    told = word(
        "incomplete" if lacking else "complete", lang, len(lacking) or len(found), len(found)
    )
    return {
        "told": told,
        "missing": [
            {
                "feed": _title(contracts[one.feed], lang),
                "period": f"{one.start} – {one.end}",
                "sent": f"{len(one.sent)} / {len(one.sent) + len(one.missing)}",
                "missing": ("、" if lang == "zh" else ", ").join(one.missing),
            }
            for one in lacking
        ],
    }


def _received(
    drops: pl.DataFrame, contracts: Mapping[str, Contract], lang: Lang
) -> list[dict[str, Any]]:
    """One line for each feed that is not about residents; of those even a count may tell."""
    told = [feed for feed, contract in contracts.items() if not contract.personal]
    summed = (
        drops.filter(pl.col("feed").is_in(told))
        .group_by("feed")
        .agg(
            units=pl.col("unit").n_unique(),
            files=pl.len(),
            refused=(pl.col("status") == "refused").sum(),
            records=pl.col("records").sum(),
            rejected=pl.col("rejected").sum(),
            latest=pl.col("as_of").max().dt.date().cast(pl.String),
        )
        .sort("feed")
    )
    return [_received_line(row, contracts, lang) for row in summed.iter_rows(named=True)]


def _received_line(
    row: Mapping[str, Any], contracts: Mapping[str, Contract], lang: Lang
) -> dict[str, Any]:
    contract = contracts[row["feed"]]
    counts: Iterable[str] = ("units", "files", "refused", "records", "rejected")
    return {
        "feed": _title(contract, lang),
        "latest": row["latest"],
        **{name: f"{row[name]:,}" for name in counts},
    }


def _title(contract: Contract, lang: Lang) -> str:
    return contract.title_zh if lang == "zh" else contract.title_en
