"""The reference of the line `city`: one script, written by hand, from bronze to cells.

``*.sql`` in the order of their names are one script for DuckDB. It computes every cell of seven
reports (``COVERED``) from the bronze of a lake attached as ``lake``, without lineage, checks,
audits, a publication or workbooks. The variable ``seeds`` names the folder of dbt's seeds. Cells
come out in the temporary table ``cells``: the coordinates, value, numerator, denominator and
fact_rows of ``serving.cells``.
Belongs here: running the script, comparing its cells. Does not belong here: timing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from analytics.reports.cells import COORDINATE_COLUMNS
from civic.dbt_runner import SOURCES
from civic.lake import open_catalog_copy
from civic.settings import Settings
from publishing.publications import open_publication

SCRIPT = tuple(sorted(Path(__file__).parent.glob("*.sql")))
COVERED = (
    *("events", "feeds", "handling", "new_organisation_feedback"),
    *("prevention_nets", "register", "work_items"),
)
"""The reports that the script computes."""

FIGURES = ("value", "numerator", "denominator", "fact_rows")
SHOWN = 5


def reference_cells(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Run the script; ``connection`` has the lake attached as ``lake``."""
    connection.execute(f"set variable seeds = '{SOURCES / 'seeds'}'")
    for path in SCRIPT:
        connection.execute(path.read_text(encoding="utf-8"))
    return connection.execute("select * from cells").pl()


def cells_by_reference(settings: Settings, catalog: Path, cells: Path) -> int:
    """Compute the cells on a publication's copy of the catalog, into a Parquet file; how many."""
    with open_catalog_copy(settings, catalog) as connection:
        connection.execute("use memory")
        connection.execute(f"set temp_directory = '{cells.parent / 'spilled'}'")
        frame = reference_cells(connection)
    frame.write_parquet(cells)
    return frame.height


def demand_same_cells(settings: Settings, reference: pl.DataFrame) -> int:
    """How many cells the reference has. Raises RuntimeError where the current publication has
    others in the reports that the reference covers.
    """
    with open_publication(settings) as opened:
        published = opened.cells
    columns = [*COORDINATE_COLUMNS, *FIGURES]
    covered = published.filter(pl.col("report").is_in(COVERED))
    ours = covered.select(columns).sort(COORDINATE_COLUMNS)
    theirs = reference.select(columns).cast(dict(ours.schema)).sort(COORDINATE_COLUMNS)
    if not ours.equals(theirs, null_equal=True):
        differing = pl.concat(
            [
                ours.join(theirs, on=columns, how="anti", nulls_equal=True).head(SHOWN),
                theirs.join(ours, on=columns, how="anti", nulls_equal=True).head(SHOWN),
            ]
        )
        raise RuntimeError(
            f"The reference has {theirs.height:,} cells, the publication {ours.height:,}; "
            f"differing, published ones first: {differing.rows()}"
        )
    return ours.height
