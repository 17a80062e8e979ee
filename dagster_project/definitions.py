"""Everything Dagster knows, loaded from ``defs/<room>/``.

One executor for all: the live lake has one writer, so steps of a run share one process, and
``instance`` lets one run go at a time.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from dagster_project.installation import load_installation


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, checks, jobs and sensors of this installation."""
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=Path(__file__).parent),
        dg.Definitions(
            executor=dg.in_process_executor,
            resources={"installation": load_installation()},
        ),
    )
