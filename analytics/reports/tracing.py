"""From a published figure to the files and lines that it comes from.

Belongs here: presenting a cell, what it means, its atoms page by page, and what was left out.
Does not belong here: the SQL of atoms (``atoms``), the other way round (``why``), printing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from analytics.reports.atoms import DROPS, atoms_sql, left_out_sql
from analytics.reports.bronze_rows import Contracts, bronze_rows
from analytics.reports.coordinates import Coordinates, coordinates_of, quoted
from analytics.reports.metrics import Label, Metric
from analytics.reports.reasons import reason_labels
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import definition, filters
from civic.errors import CivicError

PAGE_SIZE = 20
Cells = pl.DataFrame | pl.LazyFrame | duckdb.DuckDBPyRelation


@dataclass(frozen=True)
class LeftOut:
    """Rows at the cell's coordinates that do not count in it, and why."""

    reason: Label
    fact_rows: int


@dataclass(frozen=True)
class Trace:
    """A cell, what it means and where it comes from.

    ``atoms``: the source rows of this page (columns: ``atoms.atoms_sql``); a page is
    ``page_size`` fact rows. ``rows``: the same rows as they stand in bronze, identifiers masked,
    by (drop_id, record).
    """

    cell: Mapping[str, Any]
    metric: Metric
    definition: Label
    filters: tuple[str, ...]
    atoms: pl.DataFrame
    rows: Mapping[tuple[str, int], Mapping[str, Any]]
    page: int
    pages: int
    left_out: tuple[LeftOut, ...]

    @property
    def considered(self) -> int:
        """Fact rows at the cell's place, period and slices, counting or not."""
        return int(self.cell["fact_rows"]) + sum(lo.fact_rows for lo in self.left_out)


def find_cell(cells: Cells, cell_id: str) -> dict[str, Any]:
    """The cell of that identifier. Raises CivicError where there is none."""
    if isinstance(cells, duckdb.DuckDBPyRelation):
        found = cells.filter(f"cell_id = {quoted(cell_id)}").pl()
    else:
        found = cells.lazy().filter(pl.col("cell_id") == cell_id).collect()
    if found.is_empty():
        raise CivicError(
            f"The publication has no cell {cell_id}.",
            "civic report show R --json gives the identifiers of a report's figures.",
        )
    return found.row(0, named=True)


def trace(
    connection: duckdb.DuckDBPyConnection,
    cell: Mapping[str, Any],
    catalog: Catalog,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    contracts: Contracts | None = None,
    drops: str = DROPS,
) -> Trace:
    """Trace a cell (a row of cells, as ``find_cell`` gives it) to its source rows.

    ``connection`` has the lake of the cell's publication attached as ``lake``; ``catalog`` is
    that publication's. ``contracts`` tell which fields of a row are identifiers; a row whose
    contract is not among them is shown without its values. ``drops`` as in ``atoms_sql``. Raises
    CivicError for a page that is not there.
    """
    metric, at = catalog.metric(cell["metric"]), coordinates_of(cell)
    pages = max(1, -(-int(cell["fact_rows"]) // page_size))
    if not 1 <= page <= pages:
        raise CivicError(f"There is no page {page}; the cell has {pages}.")
    sql = atoms_sql(metric, at, ((page - 1) * page_size, page_size), drops)
    atoms = connection.execute(sql).pl()
    return Trace(
        cell=dict(cell),
        metric=metric,
        definition=definition(metric),
        filters=filters(metric),
        atoms=atoms,
        rows=bronze_rows(connection, atoms, contracts),
        page=page,
        pages=pages,
        left_out=_left_out(connection, metric, at),
    )


def atoms_of(
    connection: duckdb.DuckDBPyConnection, cell: Mapping[str, Any], catalog: Catalog
) -> pl.DataFrame:
    """All atoms of a cell, as ``atoms.atoms_sql`` describes them."""
    return connection.execute(atoms_sql(catalog.metric(cell["metric"]), coordinates_of(cell))).pl()


def trace_data(traced: Trace, number: int) -> dict[str, Any]:
    """A trace as plain data, for programs; ``number`` is the publication's."""
    return {
        "publication": number,
        "cell": dict(traced.cell),
        "label": vars(traced.metric.label),
        "unit": vars(traced.metric.unit),
        "definition": vars(traced.definition),
        "filters": list(traced.filters),
        "considered": traced.considered,
        "left_out": [
            {"reason": vars(lo.reason), "fact_rows": lo.fact_rows} for lo in traced.left_out
        ],
        "page": traced.page,
        "pages": traced.pages,
        "atoms": [
            {**atom, "row": traced.rows.get((atom["drop_id"], atom["record"]))}
            for atom in traced.atoms.iter_rows(named=True)
        ],
    }


def _left_out(
    connection: duckdb.DuckDBPyConnection, metric: Metric, at: Coordinates
) -> tuple[LeftOut, ...]:
    labels = reason_labels(metric)
    counted = connection.execute(left_out_sql(metric, at)).fetchall()
    return tuple(LeftOut(labels[number], rows) for number, rows in counted)
