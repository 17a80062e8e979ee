"""A report as lines and columns: which cell stands where, for the place and period asked for.

Belongs here: choosing cells and naming them. Does not belong here: computing or formatting; every
figure is a published cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from analytics.reports.asking import Asked, place_names
from analytics.reports.coordinates import (
    ALL,
    LEVELS,
    UNPLACED,
    parse_slices,
    slices_text,
)
from analytics.reports.declarations import PERIODS, PLACES, Report, Table
from analytics.reports.intervals import Interval, interval_of
from analytics.reports.metrics import Label, Metric
from analytics.reports.periods import GRAIN_NAMES, UNDATED, bounds, grain_of, parts_of
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import level_name, period_name, place_name
from civic.errors import CivicError

NOT_STATED = Label("（未填）", "(not stated)")

ValueLabels = Mapping[tuple[str, str], Label]


@dataclass(frozen=True)
class Naming:
    """What cells are called: ``places`` as ``known_places``, ``values`` as ``value_labels``."""

    places: pl.DataFrame
    values: ValueLabels = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line: its labels, and a cell (or None) for each metric of the table.

    ``interval``: low and high of the table's interval, where it has one and it is known.
    """

    labels: tuple[Label, ...]
    cells: tuple[Mapping[str, Any] | None, ...]
    is_total: bool = False
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Arranged:
    """One table of a report, arranged."""

    table: Table
    headings: tuple[Label, ...]
    metrics: tuple[Metric, ...]
    lines: tuple[Line, ...]


def arrange(
    report: Report,
    cells: pl.DataFrame,
    catalog: Catalog,
    naming: Naming,
    asked: Asked,
) -> list[Arranged]:
    """The tables of a report that can be shown as asked.

    ``cells``: those of the publication, or of the report only. Raises CivicError where no table
    of the report is sliced or dated as asked.
    """
    ours = cells.filter(pl.col("report") == report.name)
    fitting = [t for t in report.tables if _dimensions(t, asked) in {s.by for s in t.slices}]
    if not fitting:
        there = sorted({" + ".join(s.by) for t in report.tables for s in t.slices if s.by})
        raise CivicError(
            f"The report {report.name} is not sliced so; it is sliced by {', '.join(there)}.",
            zh=f"报表 {report.name} 不按此分类；它的分类有 {'、'.join(there)}。",
        )
    if asked.fixed:
        asked = replace(asked, fixed=_known_values(ours, naming.values, asked.fixed))
    return [_arranged(table, ours, catalog, naming, asked) for table in fitting]


def rows_of(table: Table, asked: Asked) -> tuple[str, ...]:
    """What names the lines of a table, asked so: places, periods or dimensions."""
    if asked.level is not None:
        return (PLACES,)
    if asked.period in GRAIN_NAMES:
        return (PERIODS,)
    if asked.by:
        return asked.by
    # A fixed slice leaves nothing of the table's own lines: the period's parts are the next best.
    return table.rows if not asked.fixed else (PERIODS,)


def _dimensions(table: Table, asked: Asked) -> tuple[str, ...]:
    rows = rows_of(table, asked)
    axes = () if rows in ((PLACES,), (PERIODS,)) else rows
    return tuple(sorted({*axes, *asked.fixed}))


def _arranged(
    table: Table, cells: pl.DataFrame, catalog: Catalog, naming: Naming, asked: Asked
) -> Arranged:
    rows = rows_of(table, asked)
    metrics = tuple(catalog.metric(name) for name in table.metrics)
    ours = cells.filter(pl.col("metric").is_in(table.metrics))
    match rows:
        case ("place",):
            level = asked.level or _next_level(naming.places, asked.place)
            headings: tuple[Label, ...] = (level_name(level),)
            found = _by_place(ours, naming.places, asked, level)
        case ("period",):
            headings = (Label("期间", "Period"),)
            found = _by_period(ours, asked)
        case _:
            headings = tuple(metrics[0].fact.dimension(d).label for d in rows)
            found = _by_slice(ours, rows, naming.values, asked)
    # A line on which nothing counts says nothing: matters not closed have no closing date, say.
    counting = [(ls, group) for ls, group in found if any(map(_says_something, group))]
    lines = [_line(labels, metrics, group, table.interval) for labels, group in counting]
    whole = _whole(ours, asked)
    if whole.height:
        labels = (Label("合计", "Total"), *[Label("", "")] * (len(headings) - 1))
        total = whole.iter_rows(named=True)
        lines.insert(0, _line(labels, metrics, total, table.interval, is_total=True))
    return Arranged(table, headings, metrics, tuple(lines))


def _says_something(cell: Mapping[str, Any]) -> bool:
    """Whether something is counted, or is counted since the report was signed."""
    return bool(cell["fact_rows"] or cell.get("is_revised"))


def _known_values(
    cells: pl.DataFrame, labels: ValueLabels, fixed: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The values asked for, by value or by label. Raises CivicError where no cell has one."""
    there = [parse_slices(text) for text in cells["slices"].unique() if text]
    return {name: _known_value(name, value, there, labels) for name, value in fixed.items()}


def _known_value(
    name: str, value: str | None, there: list[dict[str, str | None]], labels: ValueLabels
) -> str | None:
    known = {slices[name] for slices in there if name in slices}
    if value in known:
        return value
    for one in known - {None}:
        label = _value_label(name, one, labels)
        if value in (label.zh, label.en):
            return one
    some = ", ".join(sorted(v for v in known if v is not None)[:8])
    raise CivicError(
        f"No figure has {name} = {value}; there are {some}{', …' if len(known) > 8 else ''}.",
        f"--slice {name} shows them all.",
        zh=f"没有 {name} = {value} 的数字；有 {some}{' 等' if len(known) > 8 else ''}。",
        remedy_zh=f"--slice {name} 列出全部。",
    )


_Found = list[tuple[tuple[Label, ...], Sequence[Mapping[str, Any]]]]


def _whole(cells: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    period = ALL if asked.period in GRAIN_NAMES else asked.period
    return cells.filter(
        pl.col("place_code") == asked.place,
        pl.col("period") == period,
        pl.col("slices") == slices_text(asked.fixed),
        _grain(period),
    )


def _grain(period: str) -> pl.Expr:
    """``undated`` is the name of a year and of a month: one of them is enough."""
    return pl.col("grain") == grain_of(period)


def _by_place(cells: pl.DataFrame, places: pl.DataFrame, asked: Asked, level: str) -> _Found:
    # What is known only further up stands in its own lines, or the lines would not add up.
    above = LEVELS[: LEVELS.index(level)]
    further_up = pl.col("level").is_in(above) & pl.col("place_code").str.ends_with(UNPLACED)
    found = cells.filter(
        (pl.col("level") == level) | further_up,
        pl.col("period") == asked.period,
        pl.col("slices") == slices_text(asked.fixed),
        _grain(asked.period),
    )
    if asked.place != ALL:
        upper = places.filter(pl.col("place_code") == asked.place).item(0, "level")
        below = places.filter(pl.col(f"{upper}_code") == asked.place)["place_code"]
        found = found.filter(pl.col("place_code").str.strip_suffix(UNPLACED).is_in(below.implode()))
    names = place_names(places)
    grouped = _grouped(found.sort("place_code"), "place_code")
    return [((place_name(code, names),), group) for code, group in grouped.items()]


def _by_period(cells: pl.DataFrame, asked: Asked) -> _Found:
    """All periods of a grain; the parts of one period (a year's months), or it alone; the years."""
    grain = _grain_of_lines(cells, asked.period)
    found = cells.filter(
        pl.col("place_code") == asked.place,
        pl.col("grain") == grain,
        pl.col("slices") == slices_text(asked.fixed),
    )
    if asked.period not in (*GRAIN_NAMES, ALL):
        found = found.filter(pl.col("period").is_in(_within(found, asked.period)))
    grouped = _grouped(found.sort("period"), "period")
    return [((period_name(period),), group) for period, group in grouped.items()]


def _grain_of_lines(cells: pl.DataFrame, period: str) -> str:
    """The grain asked for; of one period that of its parts, where there are any, or its own."""
    if period in GRAIN_NAMES:
        return period
    parts = parts_of(period)
    return parts if parts is not None and parts in set(cells["grain"]) else grain_of(period)


def _within(cells: pl.DataFrame, period: str) -> list[str]:
    """The periods that lie in a longer one."""
    if period == UNDATED:
        return [UNDATED]
    first, behind = bounds(period)
    dated = [p for p in cells["period"].unique() if p != UNDATED]
    return [p for p in dated if first <= bounds(p)[0] < behind]


def _by_slice(
    cells: pl.DataFrame, rows: tuple[str, ...], labels: ValueLabels, asked: Asked
) -> _Found:
    found = cells.filter(
        pl.col("place_code") == asked.place, pl.col("period") == asked.period, _grain(asked.period)
    )
    made = {}
    for text, group in _grouped(found, "slices").items():
        values = parse_slices(text)
        if set(values) == {*rows, *asked.fixed} and values.items() >= asked.fixed.items():
            made[tuple(values[name] for name in rows)] = group
    in_order = sorted(made, key=lambda key: [_position(v) for v in key])
    return [
        (tuple(_value_label(*pair, labels) for pair in zip(rows, key, strict=True)), made[key])
        for key in in_order
    ]


def _position(value: str | None) -> tuple[bool, int, str]:
    """Levels from the city down, everything else by its text, what is not stated last."""
    return value is None, LEVELS.index(value) if value in LEVELS else 0, value or ""


def _value_label(dimension: str, value: str | None, labels: ValueLabels) -> Label:
    if value is None:
        return NOT_STATED
    return labels.get((dimension, value), Label(value, value))


def _next_level(places: pl.DataFrame, place: str) -> str:
    if place == ALL:
        return LEVELS[1]
    level = str(places.filter(pl.col("place_code") == place).item(0, "level"))
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def _line(
    labels: tuple[Label, ...],
    metrics: tuple[Metric, ...],
    cells: Iterable[Mapping[str, Any]],
    interval: Interval | None = None,
    is_total: bool = False,
) -> Line:
    by_metric = {cell["metric"]: cell for cell in cells}
    found = tuple(by_metric.get(m.name) for m in metrics)
    return Line(labels, found, is_total, interval_of(interval, by_metric))


def _grouped(cells: pl.DataFrame, column: str) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for cell in cells.iter_rows(named=True):
        grouped.setdefault(cell[column], []).append(cell)
    return grouped
