"""From a report as ``analytics/reports`` arranges it to pages in one language.

The terminal and the workbooks show the same arrangement; nothing is chosen or computed here.
"""

from __future__ import annotations

import polars as pl

from analytics.reports.arrangement import NOT_STATED, Arranged, Naming, arrange
from analytics.reports.asking import Asked, place_names
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import Report, Table
from analytics.reports.metrics import Label, Metric
from analytics.reports.periods import GRAIN_NAMES
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import period_name, place_name
from publishing.pages import Column, Kind, Lang, Line, Page


def pages_of(
    report: Report,
    catalog: Catalog,
    cells: pl.DataFrame,
    naming: Naming,
    lang: Lang,
    asked: Asked,
) -> list[Page]:
    """One page for each table of the report, for the place and period asked for.

    ``cells``: those of the publication (columns: docs/architecture.md). A table with nothing to
    say keeps its headings and has no lines. Raises CivicError where the report is not sliced as
    asked.
    """
    place = place_name(asked.place, place_names(naming.places))
    return [
        Page(
            name=_in(arranged.table.title, lang),
            title=_title(report, arranged.table, lang),
            place=_in(place, lang),
            period=_when(asked, lang),
            notes=_in(report.notes, lang),
            row_headings=tuple(_in(label, lang) for label in arranged.headings),
            columns=tuple(_column(metric, lang) for metric in arranged.metrics),
            lines=_lines(arranged, lang),
        )
        for arranged in arrange(report, cells, catalog, naming, asked)
    ]


def _when(asked: Asked, lang: Lang) -> str:
    """The period, and the slice where only one is shown."""
    period = ALL if asked.period in GRAIN_NAMES else asked.period
    missing = _in(NOT_STATED, lang)
    fixed = [f"{k} = {missing if v is None else v}" for k, v in asked.fixed.items()]
    return " · ".join([_in(period_name(period), lang), *fixed])


def _title(report: Report, table: Table, lang: Lang) -> str:
    titles = dict.fromkeys((_in(report.title, lang), _in(table.title, lang)))
    return " · ".join(titles)


def _column(metric: Metric, lang: Lang) -> Column:
    if metric.is_share:
        return Column(_in(metric.label, lang), kind="rate", decimals=1)
    kind: Kind = "number" if metric.decimals else "count"
    return Column(_in(metric.label, lang), _in(metric.unit, lang), kind, metric.decimals)


def _lines(arranged: Arranged, lang: Lang) -> tuple[Line, ...]:
    return tuple(
        Line(tuple(_in(label, lang) for label in line.labels), line.cells, line.is_total)
        for line in arranged.lines
    )


def _in(label: Label, lang: Lang) -> str:
    return label.zh if lang == "zh" else label.en
