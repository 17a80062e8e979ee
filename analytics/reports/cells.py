"""Build every cell of every report from the marts.

Belongs here: running the compiled passes and putting their cells together. Does not belong here:
SQL (``compilation``), checking that parts add up (``additivity``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import polars as pl

from analytics.reports.compilation import Grouping, Pass, Wanted, cells_sql, passes
from analytics.reports.declarations import Report, load_declarations
from analytics.reports.semantic_manifest import Catalog, load_catalog
from civic.errors import CivicError

COORDINATE_COLUMNS = ("report", "metric", "level", "place_code", "grain", "period", "slices")
SCHEMA = pl.Schema(
    {
        "cell_id": pl.String,
        **dict.fromkeys(COORDINATE_COLUMNS, pl.String),
        "value": pl.Float64,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "fact_rows": pl.Int64,
        "source_rows": pl.Int64,
    }
)


def build_cells(
    connection: duckdb.DuckDBPyConnection,
    manifest_path: Path,
    declarations: Mapping[str, Report] | None = None,
) -> pl.DataFrame:
    """Compute all cells of the declared reports (default: those that ship with the project).

    ``connection`` has the lake attached as ``lake``; ``manifest_path`` is dbt's
    ``semantic_manifest.json``. Result: columns of docs/architecture.md, sorted by ``cell_id``; the
    same marts give the same frame. Raises CivicError where a declaration does not fit the
    manifest, or two cells share an identifier.
    """
    catalog = load_catalog(manifest_path)
    reports = load_declarations(catalog=catalog) if declarations is None else declarations
    return cells_of_catalog(connection, catalog, reports)


def cells_of_catalog(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, reports: Mapping[str, Report]
) -> pl.DataFrame:
    """As ``build_cells``, from facts and metrics that are read already."""
    frames = [
        connection.execute(cells_sql(one)).pl().cast(SCHEMA) for one in all_passes(catalog, reports)
    ]
    cells = pl.concat([pl.DataFrame(schema=SCHEMA), *frames]).sort("cell_id")
    _check_identifiers(cells)
    return cells


def all_passes(catalog: Catalog, reports: Mapping[str, Report]) -> list[Pass]:
    """The passes that compute every cell of the reports."""
    return passes(wanted_cells(catalog, reports))


def wanted_cells(catalog: Catalog, reports: Mapping[str, Report]) -> Iterator[Wanted]:
    """Everything that the reports want: each metric in each of its groupings."""
    for report in reports.values():
        for name in report.metrics:
            metric = catalog.metric(name)
            for one in report.slices_of(name):
                for level in one.levels:
                    for grain in one.grains:
                        yield Wanted(report.name, metric, Grouping(level, grain, one.by))


def _check_identifiers(cells: pl.DataFrame) -> None:
    """Of sorted cells; 48 bits are enough for a million cells, but not by proof."""
    same = cells.select((pl.col("cell_id") == pl.col("cell_id").shift()).fill_null(False))
    if twice := int(same.to_series().sum()):
        at = same.to_series().arg_max() or 0
        shown = cells[at - 1 : at + 1].select("cell_id", *COORDINATE_COLUMNS).rows()
        raise CivicError(
            f"Cells share an identifier ({twice} of {cells.height}): {shown}.",
            "Report this: the identifier needs more digits (analytics/reports/coordinates.py).",
        )
