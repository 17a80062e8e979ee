"""The lake's upkeep as an asset of its own, once a week, in the quiet hours."""

from dataclasses import asdict
from typing import Any

import dagster as dg

from dagster_project import keys
from dagster_project.installation import Installation


@dg.asset(key=keys.MAINTENANCE, group_name="lake", kinds={"ducklake"})
def maintenance(installation: dg.ResourceParam[Installation]) -> dg.MaterializeResult[Any]:
    """整理数据湖 · Small files merged, old snapshots forgotten, files that nobody names deleted."""
    from publishing.maintenance import maintain

    return dg.MaterializeResult(metadata=asdict(maintain(installation.settings)))


upkeep = dg.define_asset_job(
    keys.UPKEEP,
    selection=dg.AssetSelection.assets(keys.MAINTENANCE),
    description="整理数据湖 · Keeps the lake small: what `civic maintain` does.",
)

every_sunday = dg.ScheduleDefinition(
    name="upkeep_every_sunday",
    job=upkeep,
    cron_schedule="0 3 * * 0",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
