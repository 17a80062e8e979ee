"""The first source rows behind many cells: one statement for each fact and date, not for each cell.

Belongs here: what a workbook shows behind its figures. Does not belong here: all rows of one cell
and its pages (``atoms``). Rows are grouped as cells are (``compilation``), so they are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from analytics.reports.atoms import SOURCE_ORDER, role_sql, with_sources_sql
from analytics.reports.compilation import (
    Grouping,
    Pass,
    Wanted,
    grouped_sql,
    passes,
    set_number,
)
from analytics.reports.coordinates import Coordinates, coordinates_of, parse_slices, quoted
from analytics.reports.figures import atom_figures, counts, figure_names
from analytics.reports.metrics import Metric
from analytics.reports.rows import near_cells, rows_sql
from analytics.reports.semantic_manifest import Catalog


def first_atoms(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    cells: Iterable[Mapping[str, Any]],
    at_most: int,
) -> dict[str, pl.DataFrame]:
    """The first ``at_most`` atoms of each cell (a row of cells), by ``cell_id``.

    A frame has the columns and the order of ``atoms.atoms_sql``; it has no rows where none counts.
    The cost is one reading of each fact, of its lineage and of the drops, however many the cells.
    """
    wanted = {at: _wanted(catalog, at) for at in map(coordinates_of, cells)}
    found: dict[str, pl.DataFrame] = {}
    for one in passes(wanted.values()):
        members = set(one.wanted)
        inside = [at for at, want in wanted.items() if want in members]
        atoms = connection.execute(first_atoms_sql(one, inside, at_most)).pl()
        none = atoms.clear().drop("cell_id")
        found |= {at.cell_id: none for at in inside}
        by_cell = atoms.partition_by(
            "cell_id", as_dict=True, include_key=False, maintain_order=True
        )
        found |= {str(cell_id): rows for (cell_id,), rows in by_cell.items()}
    return found


def first_atoms_sql(one: Pass, cells: Sequence[Coordinates], at_most: int) -> str:
    """The atoms of cells of one pass: ``cell_id`` and the columns of ``atoms.atoms_sql``.

    Every fact row has an atom, so the first ``at_most`` fact rows of a cell hold its first atoms;
    no more than these are kept while the fact is read.
    """
    metrics = one.metrics
    rows = rows_sql(metrics, one.grain, one.dimensions, within=near_cells(metrics[0], cells))
    firsts = {f"rows_{n}": _first_rows(one, metric, at_most) for n, metric in enumerate(metrics)}
    counted = "\nunion all\n".join(_counted(metric, n) for n, metric in enumerate(metrics))
    return f"""
with wanted (cell_id, set_number, metric, place_code, period, slices) as (
  values {_values(one, cells)}
),
grouped as materialized (
{grouped_sql(one, rows, ("fact_key",), firsts)}
),
counted as (
{counted}
)
select c.cell_id, {with_sources_sql(metrics[0].fact)}
qualify row_number() over (partition by c.cell_id order by c.fact_key, {SOURCE_ORDER}) <= {at_most}
order by c.cell_id, c.fact_key, {SOURCE_ORDER}
"""


def _wanted(catalog: Catalog, at: Coordinates) -> Wanted:
    return Wanted(at.report, catalog.metric(at.metric), _grouping(at))


def _grouping(at: Coordinates) -> Grouping:
    return Grouping(at.level, at.grain, tuple(sorted(parse_slices(at.slices))))


def _first_rows(one: Pass, metric: Metric, at_most: int) -> str:
    """SQL: the key and the figures of a group's first rows that count, as a list of structs.

    The figures get the names that they have where the metric stands alone.
    """
    shared, own = figure_names(one.metrics), figure_names((metric,))
    fields = ", ".join(f"'{own[a]}': {shared[a]}" for a in own)
    known = " or ".join(f"{shared[a]} is not null" for a in own)
    return (
        f"arg_min({{'fact_key': fact_key, {fields}}}, fact_key, {at_most}) filter (where {known})"
    )


def _counted(metric: Metric, number: int) -> str:
    """SQL: the first rows of every wanted cell of a metric, as ``atoms.facts_sql`` with a role."""
    return f"""
  select cell_id, fact_key, {role_sql(metric)} as role, {atom_figures(metric, "cell_id")}
  from (
    select cell_id, unnest(rows_{number}, recursive := true)
    from grouped join wanted using (set_number, place_code, period, slices)
    where metric = {quoted(metric.name)} and not stands_above
  )
  where {counts(metric)}"""


def _values(one: Pass, cells: Sequence[Coordinates]) -> str:
    numbers = {grouping: set_number(one, grouping) for grouping in one.groupings}
    return ",\n    ".join(
        f"({quoted(at.cell_id)}, {numbers[_grouping(at)]}, {quoted(at.metric)}, "
        f"{quoted(at.place_code)}, {quoted(at.period)}, {quoted(at.slices)})"
        for at in cells
    )
