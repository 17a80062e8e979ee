"""The rows of a fact with what each puts into a metric: the one definition of a metric in SQL.

Cells (``compilation``) and atoms (``atoms``) both read ``rows_sql``; that is why a cell cannot
disagree with its atoms. Belongs here: which rows there are, which of them lie at a cell's
coordinates. Does not belong here: grouping, lineage.
"""

from __future__ import annotations

from collections.abc import Sequence

from analytics.reports.coordinates import (
    ALL,
    LEVELS,
    UNPLACED,
    Coordinates,
    parse_slices,
    quoted,
)
from analytics.reports.figures import condition_of, figure_names, row_figure
from analytics.reports.metrics import Metric
from analytics.reports.periods import UNDATED, bounds, key_sql

ALTERNATIVES_AT_MOST = 100
"""More places or periods than these are not asked for one by one: all rows are read."""
PLACE_COLUMNS = {level: f"{level}_code" for level in LEVELS[1:]}


def rows_sql(
    metrics: Sequence[Metric],
    grain: str,
    dimensions: Sequence[str] = (),
    within: str = "true",
    keys: str | None = None,
) -> str:
    """The rows of a fact with what each puts into the metrics: the definition both readings share.

    Columns ``fact_key``, the place columns, ``dated`` (date or null), ``slice_<dimension>``
    (text) and one figure per aggregate. ``within``: a condition on the fact. A register's rows
    are those of the first or last date of each period of ``grain``, chosen among the rows that
    pass the metric's filter.
    """
    first = metrics[0]
    fact, time = first.fact, first.aggregates[0].time
    columns = [
        f"{fact.key} as fact_key",
        *PLACE_COLUMNS.values(),
        f"cast({time.expression} as date) as dated",
        *(f"cast({fact.dimension(d).expression} as varchar) as slice_{d}" for d in dimensions),
        *(f"{row_figure(a)} as {name}" for a, name in figure_names(metrics).items()),
    ]
    source = fact.relation if first.adds_over_time else f"({_snapshot_sql(first, grain)})"
    chosen = f"and {fact.key} in ({keys})" if keys else ""
    listed = ",\n  ".join(columns)
    return f"select\n  {listed}\nfrom {source}\nwhere ({within}) {chosen}"


def in_cell(metric: Metric, cell: Coordinates) -> str:
    """The condition on the fact that a row lies at a cell's coordinates, whether it counts or not.

    Written on the bare columns, so that files of the lake that cannot match are not read.
    """
    fact, time = metric.fact, metric.aggregates[0].time
    conditions = [*_at_place(cell), *_at_period(cell, f"cast({time.expression} as date)")]
    for name, value in parse_slices(cell.slices).items():
        column = f"cast({fact.dimension(name).expression} as varchar)"
        conditions.append(f"{column} is null" if value is None else f"{column} = {quoted(value)}")
    return " and ".join(conditions) or "true"


def near_cells(metric: Metric, cells: Sequence[Coordinates]) -> str:
    """A condition on the fact that holds for every row of the cells, and for few others.

    A row that passes lies at one of their places and in one of their periods.
    """
    date = f"cast({metric.aggregates[0].time.expression} as date)"
    places = {" and ".join(_at_place(cell)) for cell in cells}
    periods = {" and ".join(_at_period(cell, date)) for cell in cells}
    return " and ".join(_any_of(conditions) for conditions in (places, periods))


def latest_keys(metric: Metric, grain: str) -> str | None:
    """For a register's metric, a subquery of the keys of the dates that count; None for others."""
    if metric.adds_over_time:
        return None
    return f"select {metric.fact.key} from ({_snapshot_sql(metric, grain)})"


def _any_of(conditions: set[str]) -> str:
    if "" in conditions or len(conditions) > ALTERNATIVES_AT_MOST:
        return "true"
    return "(" + " or ".join(f"({c})" for c in sorted(conditions)) + ")"


def _at_place(cell: Coordinates) -> list[str]:
    if cell.level == ALL:
        return []
    path = [PLACE_COLUMNS[level] for level in LEVELS[1 : LEVELS.index(cell.level) + 1]]
    *above, own = path
    if not cell.place_code.endswith(UNPLACED):
        return [f"{own} = {quoted(cell.place_code)}", *(f"{c} is not null" for c in above)]
    known = [f"{c} is not null" for c in above[:-1]]
    if above:
        known.append(f"{above[-1]} = {quoted(cell.place_code.removesuffix(UNPLACED))}")
    return [*known, f"{own} is null"]


def _at_period(cell: Coordinates, date: str) -> list[str]:
    if cell.grain == "all":
        return []
    if cell.period == UNDATED:
        return [f"{date} is null"]
    first, behind = bounds(cell.period)
    # Both are dates stated as such: of a sum of date and interval no file could be passed over.
    return [f"{date} >= date '{first}'", f"{date} < date '{behind}'"]


def _snapshot_sql(metric: Metric, grain: str) -> str:
    """The rows of a register on the one date of each period that counts."""
    aggregate = metric.aggregates[0]
    assert aggregate.snapshot is not None
    time = aggregate.time.expression
    parts = list(aggregate.snapshot.groups)
    if grain != "all":
        parts.append(key_sql(grain, time))
    over = f"partition by {', '.join(parts)}" if parts else ""
    return (
        f"select * from {metric.fact.relation} where {condition_of(aggregate.filters)} "
        f"qualify {time} is not distinct from {aggregate.snapshot.choice}({time}) over ({over})"
    )
