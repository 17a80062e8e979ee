"""From a declared report and its cells to pages: one for each table of the report.

Which cell stands on which line follows from the declaration (``rows``: places, periods or
dimensions); nothing is computed here, every figure is a published cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.reports.coordinates import ALL, UNDATED, UNPLACED, parse_slices
from analytics.reports.declarations import Report, Table
from analytics.reports.metrics import Label, Metric
from analytics.reports.semantic_manifest import Catalog
from publishing.pages import Column, Lang, Line, Page
from publishing.wording import word

_Parts = list[tuple[tuple[str, ...], list[Mapping[str, Any]]]]


@dataclass(frozen=True)
class _Asked:
    """What the reader asked for, with what is needed to name it."""

    cells: pl.DataFrame
    places: pl.DataFrame
    names: Mapping[str, str]
    lang: Lang
    place_code: str
    period: str


def pages_of(
    report: Report,
    catalog: Catalog,
    cells: pl.DataFrame,
    places: pl.DataFrame,
    lang: Lang,
    *,
    place_code: str = ALL,
    period: str = ALL,
) -> list[Page]:
    """The pages of a report for one place and period.

    ``cells``: those of the publication (columns: docs/architecture.md). ``places``: rows of
    ``dim_place`` for names and parents. A table with nothing to say keeps its headings and has no
    lines.
    """
    names = dict(places.select("place_code", "place_name").iter_rows())
    ours = cells.filter(pl.col("report") == report.name)
    asked = _Asked(ours, places, names, lang, place_code, period)
    return [
        Page(
            name=_in(table.title, lang),
            title=_title(report, table, lang),
            place=place_name(place_code, names, lang),
            period=period_name(period, lang),
            notes=_in(report.notes, lang),
            row_headings=_row_headings(table, catalog, lang),
            columns=tuple(_column(catalog.metric(name), lang) for name in table.metrics),
            lines=_lines(table, asked),
        )
        for table in report.tables
    ]


def place_name(code: str, names: Mapping[str, str], lang: Lang) -> str:
    """The name of a place; what has no place below another is said to be so."""
    if code == ALL:
        return word("everything", lang)
    if code.endswith(UNPLACED):
        upper = place_name(code.removesuffix(UNPLACED), names, lang)
        return word("unplaced", lang, upper)
    return names.get(code, code)


def period_name(period: str, lang: Lang) -> str:
    """A period as it is written in a heading."""
    if period in (ALL, UNDATED):
        return word(f"period_{period}", lang)
    if lang == "en":
        return period
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def _title(report: Report, table: Table, lang: Lang) -> str:
    titles = dict.fromkeys((_in(report.title, lang), _in(table.title, lang)))
    return " · ".join(titles)


def _column(metric: Metric, lang: Lang) -> Column:
    label, unit = _in(metric.label, lang), _in(metric.unit, lang)
    # One sum over another, without a unit of its own, is a share.
    if len(metric.aggregates) == 2 and unit in ("", "%"):
        return Column(label, kind="rate", decimals=1)
    return Column(label, unit, "number" if metric.decimals else "count", metric.decimals)


def _row_headings(table: Table, catalog: Catalog, lang: Lang) -> tuple[str, ...]:
    if table.rows in (("place",), ("period",)):
        return (word(f"heading_{table.rows[0]}", lang),)
    fact = catalog.metric(table.metrics[0]).fact
    return tuple(_in(fact.dimension(name).label, lang) for name in table.rows)


def _in(label: Label, lang: Lang) -> str:
    return label.zh if lang == "zh" else label.en


def _lines(table: Table, asked: _Asked) -> tuple[Line, ...]:
    """The total of the place and period first, then its parts as the table's rows say."""
    ours = asked.cells.filter(pl.col("metric").is_in(table.metrics))
    here = (pl.col("place_code") == asked.place_code) & (pl.col("period") == asked.period)
    whole = ours.filter(here, pl.col("slices") == "")
    match table.rows:
        case ("place",):
            parts = _by_place(ours, asked)
        case ("period",):
            parts = _by_period(ours, asked)
        case dimensions:
            parts = _by_slices(ours.filter(here), dimensions, asked.lang)
    lines = [_line(labels, table, found) for labels, found in parts]
    if whole.is_empty():
        return tuple(lines)
    labels = (word("total", asked.lang), *("" for _ in table.rows[1:]))
    return (_line(labels, table, whole.to_dicts(), is_total=True), *lines)


def _by_place(cells: pl.DataFrame, asked: _Asked) -> _Parts:
    """The places directly below the one asked for, in order of their codes; what has none last."""
    places, code = asked.places, asked.place_code
    below = pl.col("level") == "city" if code == ALL else pl.col("parent_code") == code
    children = places.filter(below)["place_code"].unique().sort().to_list()
    found = cells.filter(pl.col("period") == asked.period, pl.col("slices") == "")
    keyed = _grouped(found, "place_code")
    codes = [child for child in (*children, code + UNPLACED) if child in keyed]
    return [((place_name(c, asked.names, asked.lang),), keyed[c]) for c in codes]


def _by_period(cells: pl.DataFrame, asked: _Asked) -> _Parts:
    """The years of all time, or the months of a year."""
    grain, prefix = ("year", "") if asked.period == ALL else ("month", f"{asked.period}-")
    found = cells.filter(
        pl.col("place_code") == asked.place_code,
        pl.col("slices") == "",
        pl.col("grain") == grain,
        pl.col("period").str.starts_with(prefix),
    )
    keyed = sorted(_grouped(found, "period").items())
    return [((period_name(period, asked.lang),), part) for period, part in keyed]


def _by_slices(cells: pl.DataFrame, dimensions: Sequence[str], lang: Lang) -> _Parts:
    """What is sliced by exactly these dimensions, in order of their values; not stated last."""
    keyed: dict[tuple[str | None, ...], list[Mapping[str, Any]]] = {}
    for text, part in _grouped(cells, "slices").items():
        values = parse_slices(text)
        if set(values) == set(dimensions):
            keyed[tuple(values[name] for name in dimensions)] = part
    in_order = sorted(keyed, key=lambda key: [(v is None, v or "") for v in key])
    missing = word("not_stated", lang)
    return [(tuple(missing if v is None else v for v in key), keyed[key]) for key in in_order]


def _grouped(cells: pl.DataFrame, column: str) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for cell in cells.iter_rows(named=True):
        grouped.setdefault(cell[column], []).append(cell)
    return grouped


def _line(
    labels: tuple[str, ...],
    table: Table,
    cells: Sequence[Mapping[str, Any]],
    is_total: bool = False,
) -> Line:
    by_metric = {cell["metric"]: cell for cell in cells}
    return Line(labels, tuple(by_metric.get(name) for name in table.metrics), is_total)
