"""A full run through Dagster, against the rooms' own work inside that same run.

Own work is the time inside the functions of the rooms that assets call, and the life of dbt's
process. Everything else of the run is orchestration: planning, events, storage, handing frames on.
Loading the definitions comes before a run and is told apart.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.cities import twin
from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
from benchmarks.units import RESIDENTS, mebibytes, named_seconds

MOST_SHARE = 0.20
DBT = "dbt.cli.main"
LAST_LINES = 30
ROOMS = (
    ("publishing.whole_way", "collect_drops"),
    ("ingestion.intake", "take_in"),
    ("publishing.whole_way", "take_in_drops"),
    ("publishing.whole_way", "build_all_cells"),
    ("publishing.whole_way", "audit_all"),
    ("publishing.whole_way", "publish_cells"),
    ("publishing.whole_way", "write_workbooks"),
)
"""The functions of the rooms that assets call, where the assets look them up."""


def run(asked: Asked) -> Result:
    """One run of the job in a home of its own; the city's run without Dagster beside it.

    Raises RuntimeError where the job fails, or its own work cannot be seen.
    """
    city = asked.cities.published(asked.size, asked.tell)
    with twin(city, "orchestrated") as home:
        measured = measure(whole_way_by_dagster, home.home)
    seconds: dict[str, float] = measured.value
    own = {k: v for k, v in seconds.items() if k not in ("run", "loading")}
    # Of dbt's processes the one that builds lives longest; another parsed before the run.
    own["dbt"] = max((s for c, s in measured.children.items() if DBT in c), default=0.0)
    if not own["dbt"]:
        raise RuntimeError("dbt's process was not seen: this line needs /proc.")
    outside = max(0.0, seconds["run"] - sum(own.values()))
    share = outside / sum(own.values())
    asked.tell(f"run {seconds['run']:.1f} s, outside the rooms {outside:.1f} s")
    plain = city.full.seconds if city.full else 0.0
    figures = (
        Figure(
            "outside the rooms over the rooms' own work",
            f"{share:.1%}",
            f"at most {MOST_SHARE:.0%}",
            share <= MOST_SHARE,
        ),
        Figure("outside the rooms", f"{outside:.2f} s"),
        Figure("own work", named_seconds(own)),
        Figure("the job, from its first to its last event", f"{seconds['run']:.2f} s"),
        Figure("loading the definitions before it", f"{seconds['loading']:.2f} s"),
        Figure("the same without Dagster, for comparison", f"{plain:.2f} s"),
        Figure("peak memory", mebibytes(measured.peak_bytes)),
    )
    return Result(asked.size, figures)


def whole_way_by_dagster(home: Path) -> dict[str, float]:
    """Seconds of the job and inside each room's functions, under their names."""
    os.environ |= {
        "CIVIC_HOME": str(home),
        "CIVIC_SETTLE_SECONDS": "0",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DAGSTER_HOME": str(home / "dagster"),
        "DO_NOT_TRACK": "1",
    }
    for name in ("CIVIC_CATALOG", "CIVIC_DATA_PATH"):
        os.environ.pop(name, None)
    began = time.perf_counter()
    import dagster as dg

    from civic.settings import load_settings
    from dagster_project import keys
    from dagster_project.definitions import defs
    from dagster_project.instance import prepare_instance

    prepare_instance(load_settings())
    job = defs().resolve_job_def(keys.WHOLE_WAY)
    seconds = {"loading": time.perf_counter() - began}
    clock = _Clock(seconds)
    for module, name in ROOMS:
        clock.put_around(module, name)
    with dg.DagsterInstance.get() as instance, _said_to(home / "dagster.log"):
        began = time.perf_counter()
        done = job.execute_in_process(instance=instance, raise_on_error=True)
        seconds["run"] = time.perf_counter() - began
    if not done.success:
        raise RuntimeError("The job did not succeed.")
    return seconds


@contextmanager
def _said_to(path: Path) -> Iterator[None]:
    """What is said on standard error goes to a file: Dagster says as much as it always does.

    Its end is shown where the work fails.
    """
    sys.stderr.flush()
    before = os.dup(2)
    with path.open("w+b") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(before, 2)
            said = path.read_text("utf-8", errors="replace").splitlines()
            print("\n".join(said[-LAST_LINES:]), file=sys.stderr, flush=True)
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)


class _Clock:
    """Adds up the seconds inside functions; inside one of them, others count nothing."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._inside = False

    def put_around(self, module: str, name: str) -> None:
        home = importlib.import_module(module)
        setattr(home, name, self._timed(name, getattr(home, name)))

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            if self._inside:
                return function(*arguments, **named)
            self._inside, began = True, time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self._inside = False
                took = time.perf_counter() - began
                self._seconds[name] = self._seconds.get(name, 0.0) + took

        return timed


LINE = Line(
    name="orchestration",
    title=(
        "Time outside the rooms' own work in a full run of the job in Dagster, against that own "
        "work: the functions that assets call, and the life of dbt's process"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=5,
    run=run,
)
