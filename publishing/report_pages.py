"""From a report as ``analytics/reports`` arranges it to pages in one language.

The terminal and the workbooks show the same arrangement; nothing is chosen or computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from analytics.reports.arrangement import NOT_STATED, Arranged, Naming, arrange
from analytics.reports.arrangement import Line as ArrangedLine
from analytics.reports.asking import Asked, place_names
from analytics.reports.changes import AGAINST, Against, Compared, compare
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import Report, Table
from analytics.reports.intervals import HIGH, LOW
from analytics.reports.metrics import Label, Metric
from analytics.reports.periods import GRAIN_NAMES
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import period_name, place_name
from publishing.pages import Column, Kind, Lang, Line, Page, derived, in_language
from publishing.wording import word

METRIC = Label("指标", "Measure")


def pages_of(
    report: Report,
    catalog: Catalog,
    cells: pl.DataFrame,
    naming: Naming,
    lang: Lang,
    asked: Asked,
    against: Against | None = None,
) -> list[Page]:
    """One page for each table of the report, for the place and period asked for.

    ``cells``: those of the publication (columns: docs/architecture.md). ``against``: each figure
    has a line of its own, with that of the earlier period and the change (of a share in points).
    A table with nothing to say keeps its headings and has no lines. Raises CivicError where the
    report is not sliced as asked.
    """
    place = place_name(asked.place, place_names(naming.places))
    if against is None:
        tables = [
            (
                arranged.table,
                arranged.headings,
                tuple(_columns(arranged, lang)),
                _lines(arranged, lang),
            )
            for arranged in arrange(report, cells, catalog, naming, asked)
        ]
    else:
        tables = [
            (
                one.arranged.table,
                (*one.arranged.headings, METRIC),
                tuple(Column(label) for label in _compared_columns(against, lang)),
                tuple(_compared_lines(one, lang)),
            )
            for one in compare(report, cells, catalog, naming, asked, against)
        ]
    return [
        Page(
            name=in_language(table.title, lang),
            title=_title(report, table, lang),
            place=in_language(place, lang),
            period=_when(asked, against, lang),
            notes=in_language(report.notes, lang),
            row_headings=tuple(in_language(label, lang) for label in headings),
            columns=columns,
            lines=lines,
        )
        for table, headings, columns, lines in tables
    ]


def _compared_columns(against: Against, lang: Lang) -> tuple[str, ...]:
    then = in_language(AGAINST[against], lang)
    return word("now", lang), then[0].upper() + then[1:], word("change", lang), word("rate", lang)


def _compared_lines(one: Compared, lang: Lang) -> Iterator[Line]:
    """A line for each figure: now, before, and by how much it changed."""
    for line, changes in zip(one.arranged.lines, one.changes, strict=True):
        labels = tuple(in_language(label, lang) for label in line.labels)
        for metric, cell, change in zip(one.arranged.metrics, line.cells, changes, strict=True):
            if change.now is None and change.before is None:
                continue
            now = _column(metric, lang)
            amount, difference = change.amount, now
            if metric.is_share:
                difference = Column(now.label, word("points", lang), "points")
                amount = None if amount is None else amount * 100
            unit = f" ({now.unit})" if now.unit else ""
            yield Line(
                (*labels, f"{now.label}{unit}"),
                (
                    cell or derived(change.now),
                    change.cell or derived(change.before),
                    derived(amount),
                    derived(change.rate),
                ),
                line.is_total,
                (now, now, difference, Column(now.label, kind="change")),
            )


def _when(asked: Asked, against: Against | None, lang: Lang) -> str:
    """The period, the slice where only one is shown, and what it is compared with."""
    period = ALL if asked.period in GRAIN_NAMES else asked.period
    missing = in_language(NOT_STATED, lang)
    fixed = [f"{k} = {missing if v is None else v}" for k, v in asked.fixed.items()]
    compared = [word("against", lang, in_language(AGAINST[against], lang))] if against else []
    return " · ".join([in_language(period_name(period), lang), *fixed, *compared])


def _title(report: Report, table: Table, lang: Lang) -> str:
    titles = dict.fromkeys((in_language(report.title, lang), in_language(table.title, lang)))
    return " · ".join(titles)


def _columns(arranged: Arranged, lang: Lang) -> Iterator[Column]:
    """One for each metric; the interval stands behind its mean."""
    interval = arranged.table.interval
    for metric in arranged.metrics:
        yield _column(metric, lang)
        if interval and metric.name == interval.mean:
            for label in (LOW, HIGH):
                yield replace(_column(metric, lang), label=in_language(label, lang))


def _column(metric: Metric, lang: Lang) -> Column:
    if metric.is_share:
        return Column(in_language(metric.label, lang), kind="rate", decimals=1)
    kind: Kind = "number" if metric.decimals else "count"
    return Column(
        in_language(metric.label, lang), in_language(metric.unit, lang), kind, metric.decimals
    )


def _lines(arranged: Arranged, lang: Lang) -> tuple[Line, ...]:
    return tuple(
        Line(
            tuple(in_language(label, lang) for label in line.labels),
            tuple(_figures(arranged, line)),
            line.is_total,
        )
        for line in arranged.lines
    )


def _figures(arranged: Arranged, line: ArrangedLine) -> Iterator[Mapping[str, Any] | None]:
    interval = arranged.table.interval
    for metric, cell in zip(arranged.metrics, line.cells, strict=True):
        yield cell
        if interval and metric.name == interval.mean:
            yield from map(derived, line.interval or (None, None))
