"""`make demo`, once everything is installed: how long until there is something to look at."""

from __future__ import annotations

import os
import subprocess

from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
from benchmarks.units import mebibytes, seconds_of
from civic.settings import PROJECT_ROOT

MOST_SECONDS = 180.0
LAST_LINES = 15


def run(asked: Asked) -> Result:
    """The demo ``runs`` times, each in an empty home; the slowest run counts."""
    runs, workbooks = [], 0
    for number in range(1, asked.runs + 1):
        home = asked.folder / f"demo-{number}"
        runs.append(measure(make_demo, str(home)))
        asked.tell(f"run {number} of {asked.runs}: {runs[-1].seconds:.1f} s")
        workbooks = len(list((home / "reports").rglob("*.xlsx")))
        if not workbooks or not (home / "serving" / "current.duckdb").exists():
            raise RuntimeError("The demo ended without a publication and workbooks to look at.")
    slowest = max(m.seconds for m in runs)
    figures = (
        Figure(
            "make demo", f"{slowest:.1f} s", f"under {MOST_SECONDS:g} s", slowest < MOST_SECONDS
        ),
        Figure("seconds of every run", seconds_of(m.seconds for m in runs)),
        Figure("processor seconds of every run", seconds_of(m.cpu_seconds for m in runs)),
        Figure("peak memory", mebibytes(max(m.peak_bytes for m in runs))),
        Figure("workbooks to look at", f"{workbooks}"),
    )
    return Result(asked.size, figures)


def make_demo(home: str) -> None:
    """Raises RuntimeError with the end of what it said, where it fails."""
    done = subprocess.run(
        ["make", "demo"],
        cwd=PROJECT_ROOT,
        env=os.environ | {"CIVIC_HOME": home},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-LAST_LINES:])
        raise RuntimeError(f"make demo ended with {done.returncode}:\n{said}")


LINE = Line(
    name="demo",
    title="`make demo` after installation: a city of 50,000 and 18 months, from drops to workbooks",
    unit="city",
    sizes=(1,),
    turn=9,
    run=run,
)
