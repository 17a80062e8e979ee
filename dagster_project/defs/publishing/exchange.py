"""What goes out of a publication to others: base lists to units, the extract for the province."""

from typing import Any

import dagster as dg

from dagster_project import keys
from dagster_project.installation import Installation


@dg.asset(
    key=keys.BASE_LISTS,
    ins={"publication": dg.AssetIn(keys.PUBLICATION)},
    group_name="outbox",
    kinds={"excel"},
)
def base_lists(
    installation: dg.ResourceParam[Installation], publication: Any
) -> dg.MaterializeResult[None]:
    """下发名单 · The base list of new organisations, to each unit that answers about it."""
    from publishing.whole_way import send_lists

    made = send_lists(installation.settings, publication)
    return dg.MaterializeResult(
        metadata={
            "lists": [str(one.path) for one in made.lists],
            "waiting": sum(one.waiting for one in made.lists),
            "contradictory": sum(one.contradictory for one in made.lists),
            "superseded": len(made.superseded),
            "nobodys": sum(made.nobodys.values()),
        }
    )


@dg.asset(
    key=keys.PROVINCE,
    ins={"publication": dg.AssetIn(keys.PUBLICATION)},
    group_name="outbox",
    kinds={"csv"},
)
def province(
    installation: dg.ResourceParam[Installation], publication: Any
) -> dg.MaterializeResult[None]:
    """上报数据 · The extract for the province: a CSV for each feed that may leave."""
    from publishing.whole_way import write_extract

    made = write_extract(installation.settings, publication)
    files = made.manifest["files"]
    return dg.MaterializeResult(
        metadata={
            "folder": dg.MetadataValue.path(made.folder),
            "unchanged": made.state == "unchanged",
            "dagster/row_count": sum(one["rows"] for one in files),
            "rows_of": {one["feed"]: one["rows"] for one in files},
            "feeds_left_out": [one["feed"] for one in made.manifest["feeds_left_out"]],
        }
    )
