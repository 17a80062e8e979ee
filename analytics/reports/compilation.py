"""From what reports want to cells: one pass of GROUPING SETS per fact and date.

Belongs here: SQL that groups rows. Does not belong here: which rows there are and what each puts
into a metric (``rows``, ``figures``), the rows behind one cell (``atoms``), running it (``cells``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.reports.coordinates import (
    ALL,
    ID_DIGITS,
    LEVELS,
    MISSING,
    SEPARATOR,
    UNPLACED,
    quoted,
)
from analytics.reports.figures import cell_figures, figure_names, group_columns
from analytics.reports.metrics import Metric
from analytics.reports.periods import GRAIN_NAMES, UNDATED, key_sql, text_sql
from analytics.reports.rows import PLACE_COLUMNS, rows_sql


@dataclass(frozen=True)
class Grouping:
    """One grouping set: a level, a grain and the dimensions of a slice."""

    level: str
    grain: str
    by: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it groups by."""
        place = () if self.level == ALL else (PLACE_COLUMNS[self.level],)
        period = () if self.grain == "all" else (f"period_{self.grain}",)
        return (*place, *period, *(f"slice_{d}" for d in self.by))


@dataclass(frozen=True)
class Wanted:
    """A report wants this metric in this grouping."""

    report: str
    metric: Metric
    grouping: Grouping


@dataclass(frozen=True)
class Pass:
    """What one pass over a fact computes: all that is wanted of it by one date.

    A register counts on one date of each period, so its rows differ from grain to grain: each
    grain is a pass of its own.
    """

    wanted: tuple[Wanted, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics, each once."""
        return tuple(dict.fromkeys(w.metric for w in self.wanted))

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The grouping sets, each once."""
        return tuple(dict.fromkeys(w.grouping for w in self.wanted))

    @property
    def grain(self) -> str:
        """The grain by which a register's rows are chosen; of no meaning for other facts."""
        return self.groupings[0].grain

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that a grouping slices by, in order of the names."""
        return tuple(sorted({d for g in self.groupings for d in g.by}))


def passes(wanted: Iterable[Wanted]) -> list[Pass]:
    """Sort what is wanted into as few passes as there are facts and dates."""
    sorted_out: dict[object, list[Wanted]] = {}
    for want in wanted:
        first = want.metric.aggregates[0]
        grain = want.grouping.grain if first.snapshot else None
        same = (first.fact.name, first.time.name, _window(want.metric), grain)
        sorted_out.setdefault(same, []).append(want)
    return [Pass(tuple(wants)) for wants in sorted_out.values()]


def cells_sql(one: Pass, keys: str | None = None) -> str:
    """All cells of a pass: GROUPING SETS over place, period and slices, one scan of the fact.

    Columns as docs/architecture.md. A group of rows has a cell of every metric wanted there, also
    where none of the rows counts (0); a median or ratio of nothing is no cell.
    ``keys``: a subquery of keys; only these rows of the fact then go in, and only cells that they
    touch come out: what the rows feed.
    """
    metrics, names = one.metrics, figure_names(one.metrics)
    rows = _with_sources(one, rows_sql(metrics, one.grain, one.dimensions, keys=keys), keys)
    figures = ",\n      ".join(cell_figures(m, names) for m in metrics)
    return f"""
with plan (set_number, report, metric, level, grain) as (
  values {_plan(one)}
),
grouped as (
{grouped_sql(one, rows, ("source_rows",), group_columns(metrics))}
),
figures as (
  select set_number, place_code, period, slices, unnest([
      {figures}
    ], recursive := true)
  from grouped
  where not stands_above
)
select
  'c' || substr(sha256(concat_ws(
    chr({ord(SEPARATOR)}), report, metric, level, place_code, grain, period, slices
  )), 1, {ID_DIGITS}) as cell_id,
  report, metric, level, place_code, grain, period, slices,
  value, numerator, denominator, fact_rows, source_rows
from figures join plan using (set_number, metric)
where value is not null {"and fact_rows > 0" if keys else ""}
"""


def grouped_sql(one: Pass, rows: str, carried: Sequence[str], aggregates: Mapping[str, str]) -> str:
    """Rows (SQL as ``rows_sql``) grouped by every grouping set of a pass.

    Columns ``set_number`` (``set_number`` of the grouping), ``place_code, period, slices`` as cells
    have them, ``stands_above`` (the group is no cell: its rows stand at a higher level) and the
    aggregates, name to SQL over the figures and the ``carried`` columns of the rows.
    """
    columns = _group_by(one)
    sets = ", ".join("(" + ", ".join(g.columns) + ")" for g in one.groupings)
    made = ",\n    ".join(f"{sql} as {name}" for name, sql in aggregates.items())
    placed = ",\n      ".join(
        [
            *(f"{_bucket(level)} as {column}" for level, column in PLACE_COLUMNS.items()),
            *(f"{key_sql(g, 'dated')} as period_{g}" for g in _grains(one)),
            *(f"slice_{d}" for d in one.dimensions),
            *figure_names(one.metrics).values(),
            *carried,
        ]
    )
    return f"""
  select
    {_set_number_sql(columns)} as set_number,
    {_place_code(columns)} as place_code,
    {_period(columns)} as period,
    {_slices(one.dimensions)} as slices,
    {_stands_above(columns)} as stands_above,
    {made}
  from (
    select
      {placed}
    from ({rows})
  )
  group by grouping sets ({sets})"""


def set_number(one: Pass, grouping: Grouping) -> int:
    """The number that the groups of a grouping have in ``grouped_sql``."""
    columns = _group_by(one)
    return sum(
        1 << (len(columns) - 1 - position)
        for position, column in enumerate(columns)
        if column not in grouping.columns
    )


def _with_sources(one: Pass, rows: str, keys: str | None) -> str:
    """The rows, each with the number of its source rows."""
    fact = one.metrics[0].fact
    only = f"where {fact.key} in ({keys})" if keys else ""
    return f"""
  select placed.*, coalesce(counted.source_rows, 0) as source_rows
  from (
{rows}
  ) as placed
  left join (
    select {fact.key} as fact_key, cast(count(*) as integer) as source_rows
    from {fact.lineage} {only}
    group by all
  ) as counted using (fact_key)"""


def _bucket(level: str) -> str:
    """Where a row stands at a level: its place, its parent's unplaced, or null (higher up)."""
    column = PLACE_COLUMNS[level]
    above = [PLACE_COLUMNS[upper] for upper in LEVELS[1 : LEVELS.index(level)]]
    parent = above[-1] if above else quoted(ALL)
    known = " and ".join(f"{c} is not null" for c in above) or "true"
    return f"case when {known} then coalesce({column}, {parent} || {quoted(UNPLACED)}) end"


def _group_by(one: Pass) -> list[str]:
    """Every column that some grouping set groups by, in the order of the set's number."""
    return sorted({c for g in one.groupings for c in g.columns})


def _grains(one: Pass) -> list[str]:
    """The grains by which some grouping set groups."""
    return [grain for grain in GRAIN_NAMES if any(g.grain == grain for g in one.groupings)]


def _plan(one: Pass) -> str:
    rows = [
        f"({set_number(one, w.grouping)}, {quoted(w.report)}, {quoted(w.metric.name)},"
        f" {quoted(w.grouping.level)}, {quoted(w.grouping.grain)})"
        for w in dict.fromkeys(one.wanted)
    ]
    return ",\n    ".join(rows)


def _set_number_sql(columns: list[str]) -> str:
    return f"grouping_id({', '.join(columns)})" if columns else "0"


def _place_code(columns: list[str]) -> str:
    places = [c for c in PLACE_COLUMNS.values() if c in columns]
    return f"coalesce({', '.join([*places, quoted(ALL)])})"


def _stands_above(columns: list[str]) -> str:
    """Whether the group holds the rows that stand at a higher level already."""
    places = [c for c in PLACE_COLUMNS.values() if c in columns]
    return " or ".join(f"(grouping({c}) = 0 and {c} is null)" for c in places) or "false"


def _period(columns: list[str]) -> str:
    cases = " ".join(
        f"when grouping(period_{grain}) = 0 "
        f"then coalesce({text_sql(grain, f'period_{grain}')}, {quoted(UNDATED)})"
        for grain in GRAIN_NAMES
        if f"period_{grain}" in columns
    )
    return f"case {cases} else {quoted(ALL)} end" if cases else quoted(ALL)


def _slices(dimensions: Sequence[str]) -> str:
    """The canonical text of the slices (``coordinates.slices_text``), vectorised."""
    pairs = []
    for dimension in dimensions:
        column = f"slice_{dimension}"
        escaped = column
        for character in ("\\", ";", "="):
            escaped = f"replace({escaped}, {quoted(character)}, {quoted(chr(92) + character)})"
        text = f"{quoted(dimension + '=')} || coalesce({escaped}, {quoted(MISSING)})"
        pairs.append(f"case when grouping({column}) = 0 then {text} end")
    return f"concat_ws(';', {', '.join(pairs)})" if pairs else "''"


def _window(metric: Metric) -> object:
    """What must be the same for two register metrics to share a pass: window and filters."""
    aggregate = metric.aggregates[0]
    return (aggregate.snapshot, aggregate.filters) if aggregate.snapshot else None
