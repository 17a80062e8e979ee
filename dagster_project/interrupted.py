"""Runs that an end of ``civic up`` cut off: they must not hold the queue, and are gone on with.

Nothing of them is lost: a run finds what an earlier one had done and goes on from there. It only
has to be asked for again, which the sensor on the drop folder does.
"""

from __future__ import annotations

import dagster as dg

from civic.settings import Settings
from dagster_project import keys

TAG = "civic/interrupted"

_GOING = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def mark_interrupted_runs(settings: Settings) -> int:
    """Tag the runs that are going on and about to be ended; how many there are."""
    with dg.DagsterInstance.from_config(str(settings.dagster)) as instance:
        runs = instance.get_runs(dg.RunsFilter(statuses=_GOING))
        for run in runs:
            instance.add_run_tags(run.run_id, {TAG: "true"})
    return len(runs)


def close_interrupted_runs(settings: Settings) -> int:
    """Tag and fail the runs whose processes were killed; how many there were.

    The queue lets one run go at a time: one that is forever "started" would hold it for good.
    Only for when no process of this installation is running.
    """
    mark_interrupted_runs(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster)) as instance:
        runs = instance.get_runs(dg.RunsFilter(statuses=_GOING))
        for run in runs:
            instance.report_run_failed(run, "Its process ended with the civic up that started it.")
    return len(runs)


def run_to_repeat(instance: dg.DagsterInstance) -> str | None:
    """The last run of the whole way, where it was cut off; None where it came to an end."""
    last = instance.get_runs(dg.RunsFilter(job_name=keys.WHOLE_WAY), limit=1)
    return last[0].run_id if last and TAG in last[0].tags else None
