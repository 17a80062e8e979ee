"""From a declared report and its cells to pages: one for each table of the report.

Which cell stands on which line follows from the declaration (``rows``: places, periods or
dimensions); nothing is computed here, every figure is a published cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from publishing.pages import Column, Lang, Line, Page
from publishing.wording import word

if TYPE_CHECKING:
    from analytics.reports.declarations import Report, Table
    from analytics.reports.semantic_manifest import Catalog

ALL = "all"
UNPLACED = "/unplaced"
MISSING = r"\N"


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
    return [
        Page(
            name=getattr(table.title, lang),
            title=getattr(report.title if len(report.tables) == 1 else table.title, lang),
            place=place_name(place_code, names, lang),
            period=period_name(period, lang),
            notes=getattr(report.notes, lang),
            row_headings=_row_headings(table, catalog, lang),
            columns=tuple(_column(catalog, name, lang) for name in table.metrics),
            lines=_lines(table, ours, places, names, lang, (place_code, period)),
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
    if period in (ALL, "undated"):
        return word(f"period_{period}", lang)
    if lang == "en":
        return period
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def _column(catalog: Catalog, name: str, lang: Lang) -> Column:
    metric = catalog.metric(name)
    unit = getattr(metric.unit, lang)
    label = getattr(metric.label, lang)
    # A ratio without a unit is a share; one with a unit is an average.
    if metric.is_ratio and unit in ("", "%"):
        return Column(label, "", "rate", max(metric.decimals - 2, 1))
    return Column(label, unit, "number" if metric.decimals else "count", metric.decimals)


def _row_headings(table: Table, catalog: Catalog, lang: Lang) -> tuple[str, ...]:
    if table.rows in (("place",), ("period",)):
        return (word(f"heading_{table.rows[0]}", lang),)
    fact = catalog.metric(table.metrics[0]).fact
    return tuple(getattr(fact.dimension(name).label, lang) for name in table.rows)


def _lines(
    table: Table,
    cells: pl.DataFrame,
    places: pl.DataFrame,
    names: Mapping[str, str],
    lang: Lang,
    where: tuple[str, str],
) -> tuple[Line, ...]:
    place_code, period = where
    here = cells.filter(pl.col("metric").is_in(table.metrics))
    in_place, in_period = pl.col("place_code") == place_code, pl.col("period") == period
    whole = here.filter(in_place & in_period & (pl.col("slices") == ""))
    total = _line((word("total", lang),), table, whole.to_dicts(), is_total=True)
    if table.rows == ("place",):
        codes = [*_children(places, place_code), place_code + UNPLACED]
        parts = here.filter(in_period & pl.col("place_code").is_in(codes), pl.col("slices") == "")
        keyed = _by_key(parts, lambda cell: (cell["place_code"],))
        keyed = {key: keyed[key] for code in codes if (key := (code,)) in keyed}
        label = {key: (place_name(key[0], names, lang),) for key in keyed}
    elif table.rows == ("period",):
        grain = "year" if period == ALL else "month"
        within = pl.col("period").str.starts_with("" if period == ALL else period)
        parts = here.filter(in_place & within & (pl.col("grain") == grain), pl.col("slices") == "")
        keyed = dict(sorted(_by_key(parts, lambda cell: (cell["period"],)).items()))
        label = {key: (period_name(key[0], lang),) for key in keyed}
    else:
        parts = here.filter(in_place & in_period & (pl.col("slices") != ""))
        keyed = _by_slices(parts, table.rows)
        label = {key: tuple(_value(v, lang) for v in key) for key in keyed}
    lines = [_line(label[key], table, found) for key, found in keyed.items()]
    if not whole.height:
        return tuple(lines)
    blank = ("",) * (len(lines[0].labels) - 1 if lines else 0)
    return (Line((*total.labels, *blank), total.cells, is_total=True), *lines)


def _children(places: pl.DataFrame, place_code: str) -> list[str]:
    is_child = pl.col("level") == "city" if place_code == ALL else pl.col("parent_code") == place_code
    return places.filter(is_child)["place_code"].unique().sort().to_list()


def _by_slices(cells: pl.DataFrame, dimensions: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    """The cells sliced by exactly these dimensions, largest first figure first."""
    from analytics.reports.coordinates import parse_slices

    keyed: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for cell in cells.iter_rows(named=True):
        values = parse_slices(cell["slices"])
        if set(values) == set(dimensions):
            keyed.setdefault(tuple(values[name] for name in dimensions), []).append(cell)
    return dict(sorted(keyed.items(), key=lambda item: tuple(str(v or "￿") for v in item[0])))


def _by_key(cells: pl.DataFrame, key_of: Any) -> dict[tuple[Any, ...], Any]:
    keyed: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for cell in cells.iter_rows(named=True):
        keyed.setdefault(key_of(cell), []).append(cell)
    return keyed


def _line(
    labels: tuple[str, ...], table: Table, cells: Sequence[Mapping[str, Any]], is_total: bool = False
) -> Line:
    by_metric = {cell["metric"]: cell for cell in cells}
    return Line(labels, tuple(by_metric.get(name) for name in table.metrics), is_total)


def _value(value: str | None, lang: Lang) -> str:
    return word("not_stated", lang) if value is None else value
