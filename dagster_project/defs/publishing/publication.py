"""What leaves the house: the publication that readers see, and the workbooks made of it."""

from typing import Any

import dagster as dg
import polars as pl

from dagster_project import keys
from dagster_project.installation import Installation


@dg.asset(
    key=keys.PUBLICATION,
    ins={"cells": dg.AssetIn(keys.CELLS), "verdict": dg.AssetIn(keys.VERDICT)},
    deps=[keys.REGISTER],
    group_name="serving",
    kinds={"duckdb", "ducklake"},
)
def publication(
    installation: dg.ResourceParam[Installation], cells: pl.DataFrame, verdict: Any
) -> dg.MaterializeResult[Any]:
    """发布 · The numbered, immutable publication that is current afterwards."""
    from publishing.whole_way import publish_cells

    made = publish_cells(installation.settings, cells, verdict)
    return dg.MaterializeResult(
        value=made,
        metadata={
            "number": made.number,
            "digest": made.manifest["digest"],
            "unchanged": made.unchanged,
            "serving_file": dg.MetadataValue.path(made.serving_file),
        },
    )


@dg.asset(
    key=keys.WORKBOOKS,
    ins={"publication": dg.AssetIn(keys.PUBLICATION)},
    group_name="reports",
    kinds={"excel"},
)
def workbooks(
    installation: dg.ResourceParam[Installation], publication: Any
) -> dg.MaterializeResult[None]:
    """报表文件 · Each report as a workbook, every figure linked to its source rows."""
    from publishing.whole_way import write_workbooks

    paths = write_workbooks(installation.settings, publication)
    return dg.MaterializeResult(metadata={"workbooks": [str(path) for path in paths]})
