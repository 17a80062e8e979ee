"""The sensor on the drop folder: asks for one run of the whole way when whole files have come."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from civic.settings import Settings
from dagster_project import keys
from dagster_project.installation import Installation
from dagster_project.interrupted import run_to_repeat

#: Path below the drop folder to (bytes, modification time in ns).
Listing = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Look:
    """What a look at the folder found: ``new`` whole files, ``growing`` ones, the next cursor."""

    new: tuple[str, ...]
    growing: tuple[str, ...]
    cursor: str


@dg.sensor(
    job_name=keys.WHOLE_WAY,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def drop_folder(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.SensorResult:
    """投递文件夹 · One run for all files that have come since the last look, or were cut off."""
    look = look_at(list_files(installation.settings), context.cursor)
    repeated = run_to_repeat(context.instance)
    if look.new:
        # Named after what lies there, so that a tick that is repeated asks for no second run.
        key = f"files-{hashlib.sha256(look.cursor.encode()).hexdigest()[:16]}"
        request = dg.RunRequest(run_key=key, tags={"civic/new_files": str(len(look.new))})
        return dg.SensorResult([request], cursor=look.cursor)
    if repeated:
        request = dg.RunRequest(run_key=f"again-{repeated}", tags={"civic/goes_on_with": repeated})
        return dg.SensorResult([request], cursor=look.cursor)
    growing = f"{len(look.growing)} files may still be written."
    why = growing if look.growing else "Nothing new."
    return dg.SensorResult(skip_reason=why, cursor=look.cursor)


def list_files(settings: Settings) -> Listing:
    """The files of the drop folder that intake would look at; no link is followed."""
    from ingestion.intake.as_of import MANIFEST_SUFFIX
    from ingestion.intake.collecting import UNFINISHED

    found: dict[str, tuple[int, int]] = {}
    for folder, _, names in os.walk(settings.drops):
        for name in names:
            path = Path(folder, name)
            if UNFINISHED.search(name) or name.endswith(MANIFEST_SUFFIX):
                continue
            try:
                state = path.lstat()
            except FileNotFoundError:
                continue
            found[path.relative_to(settings.drops).as_posix()] = (state.st_size, state.st_mtime_ns)
    return found


def look_at(listing: Listing, cursor: str | None) -> Look:
    """Compare a listing with the cursor of the last look.

    A file is whole when two looks in a row saw the same size and time, whatever the clocks of
    the machines say. Files that are gone are forgotten.
    """
    before = json.loads(cursor) if cursor else {"taken": {}, "growing": {}}
    taken, growing, new = {}, {}, []
    for name, trace in sorted(listing.items()):
        if before["taken"].get(name) == list(trace):
            taken[name] = trace
        elif before["growing"].get(name) == list(trace):
            taken[name] = trace
            new.append(name)
        else:
            growing[name] = trace
    text = json.dumps({"taken": taken, "growing": growing}, ensure_ascii=False)
    return Look(tuple(new), tuple(growing), text)
