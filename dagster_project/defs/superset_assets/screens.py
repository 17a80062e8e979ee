"""The screens: Superset's assets as they are declared, for the publication that is current."""

from typing import Any

import dagster as dg

from dagster_project import keys
from dagster_project.installation import Installation


@dg.asset(
    key=keys.SCREENS,
    ins={"publication": dg.AssetIn(keys.PUBLICATION)},
    group_name="serving",
    kinds={"superset"},
)
def screens(
    installation: dg.ResourceParam[Installation], publication: Any
) -> dg.MaterializeResult[None]:
    """看板 · Databases, datasets, charts and dashboards taken into Superset, where it is installed.

    Answers of earlier publications are dropped by the switch itself: Superset's cache keeps them by
    publication.
    """
    from superset_assets.running import is_installed, prepare, refresh

    if not is_installed():
        bundle = prepare(installation.settings)
        return dg.MaterializeResult(
            metadata={
                "digest": bundle.digest,
                "loaded": "no: Superset is not installed (make screens)",
            }
        )
    done = refresh(installation.settings)
    return dg.MaterializeResult(
        metadata={
            "publication": publication.number,
            "loaded": f"{done['assets']} assets",
            "removed": done["removed"],
        }
    )
