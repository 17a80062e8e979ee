"""The figures of all declared reports, computed from the marts."""

import dagster as dg
import polars as pl

from dagster_project import keys
from dagster_project.installation import Installation
from dagster_project.manifest import load_manifest, mart_keys


@dg.definitions
def reports() -> dg.Definitions:
    """The cells, downstream of every mart."""
    return dg.Definitions(assets=[_cells(mart_keys(load_manifest()))])


def _cells(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(key=keys.CELLS, deps=marts, group_name="reports", kinds={"duckdb"})
    def cells(installation: dg.ResourceParam[Installation]) -> dg.MaterializeResult[pl.DataFrame]:
        """报表数字 · Every cell of every declared report: one row per figure."""
        from publishing.whole_way import build_all_cells

        frame = build_all_cells(installation.settings)
        metrics = frame.group_by("report", "metric").len().sort("report", "metric")
        counts = {f"{report}/{metric}": rows for report, metric, rows in metrics.rows()}
        return dg.MaterializeResult(
            value=frame, metadata={"dagster/row_count": frame.height, "cells_of": counts}
        )

    return cells
