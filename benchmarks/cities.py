"""Made-up cities on their way from drops to a publication: one home serves several lines.

A city's folder holds its drops, the truth about them, and ``measured.json``: what its last full run
took. Belongs here: making homes, going the whole way in a process of its own. Does not belong here:
what is compared with it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measuring import Measured, measure
from benchmarks.model import Progress
from civic.settings import Settings, load_settings

KEPT = ("drops", "truth", "measured.json")
"""What stays of a home when its run is to be repeated."""

ADDED = "*_change-day-*"
"""Files of days that a line added to a city."""

STATE = ("raw", "vault", "lake", "dbt", "serving", "quality", "reports", "outbox", "dagster")


@dataclass(frozen=True)
class Way:
    """What one run of the whole way took; the last three are of the run and of all it started."""

    steps: Mapping[str, float]
    slowest_models: Mapping[str, float]
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def intake_seconds(self) -> float:
        """From the drop folder to bronze."""
        return self.steps["collect"] + self.steps["intake"]


@dataclass
class City:
    """A made-up city. ``full``: its last full run, None where it has not gone the whole way."""

    home: Path
    residents: int
    months: int
    full: Way | None = None
    changed_days: int = 0

    @property
    def settings(self) -> Settings:
        """The settings of its home; nothing waits for files to be written to their end."""
        return settings_of(self.home)

    @property
    def counts(self) -> pl.DataFrame:
        """The simulator's truth: feed, file, records and what becomes of them."""
        return pl.read_csv(self.home / "truth" / "counts.csv")

    @property
    def records(self) -> int:
        """How many records its drops hold, residents' and all others."""
        return int(self.counts["records"].sum())

    def disk(self) -> dict[str, int]:
        """Bytes on disk of each folder of the home that is there."""
        return {name: _bytes(self.home / name) for name in STATE if (self.home / name).is_dir()}

    def remember(self) -> None:
        """Write down what was measured, for a later call of the benchmarks."""
        content = {"changed_days": self.changed_days, "full": asdict(self.full or _NEVER)}
        path = self.home / "measured.json"
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


_NEVER = Way({}, {}, 0.0, 0.0, 0)


@dataclass(frozen=True)
class Cities:
    """The folder in which cities are kept, one for each size, and how many months they last."""

    folder: Path
    months: int

    def at(self, residents: int, tell: Progress) -> City:
        """The city of that size; its drops are written where they are not there yet."""
        home = self.folder / f"{residents}-residents-{self.months}-months"
        city = City(home, residents, self.months)
        if not (home / "truth" / "counts.csv").is_file():
            shutil.rmtree(home, ignore_errors=True)
            tell(f"making up a city of {residents:,} residents")
            made = measure(make_city, home, residents, self.months)
            tell(f"drops written in {made.seconds:.1f} s")
        if (home / "measured.json").is_file():
            content = json.loads((home / "measured.json").read_text(encoding="utf-8"))
            city.changed_days = content["changed_days"]
            city.full = Way(**content["full"]) if content["full"]["steps"] else None
        return city

    def published(self, residents: int, tell: Progress) -> City:
        """The city of that size after a full run: the one it had, or a new one."""
        city = self.at(residents, tell)
        if city.full is None:
            go_full_way(city, tell)
        return city


def make_city(home: Path, residents: int, months: int) -> None:
    """What ``civic simulate`` writes."""
    from ingestion.simulator.city.making import write_city

    write_city(home / "drops", residents, months)


@contextmanager
def twin(city: City, name: str) -> Iterator[City]:
    """A city of the same drops in a home of its own, which is removed in the end."""
    home = city.home.with_name(f"{city.home.name}-{name}")
    shutil.rmtree(home, ignore_errors=True)
    try:
        for folder in ("drops", "truth"):
            shutil.copytree(
                city.home / folder,
                home / folder,
                copy_function=os.link,
                ignore=shutil.ignore_patterns(ADDED),
            )
        yield City(home, city.residents, city.months)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def go_full_way(city: City, tell: Progress) -> Way:
    """Everything from the drops anew; remembered as the city's full run."""
    for path in city.home.iterdir():
        if path.is_dir() and path.name not in KEPT:
            shutil.rmtree(path)
    # Days that were added by an earlier call are no part of the city.
    for path in (city.home / "drops").rglob(ADDED):
        path.unlink()
    city.full, city.changed_days = None, 0
    city.remember()
    city.full = go_whole_way(city, tell)
    city.remember()
    return city.full


def go_whole_way(city: City, tell: Progress, profile: Path | None = None) -> Way:
    """One run as ``civic run`` goes it, in a process of its own; ``profile``: a file to write."""
    measured = measure(whole_way, city.home, profile)
    tell(f"whole way: {measured.seconds:.1f} s")
    return _way(measured)


def whole_way(home: Path, profile: Path | None) -> dict[str, Any]:
    """The whole way over a home; seconds of its steps and of dbt's slowest models."""
    from publishing.whole_way import run

    os.environ["CIVIC_HOME"] = str(home)

    def go() -> dict[str, float]:
        result = run(
            settings_of(home),
            on_step=lambda step, _, seconds: print(
                f"    {step.name}: {seconds:.1f} s", file=sys.stderr, flush=True
            ),
        )
        models = result.results["models"].nodes
        return {
            "steps": dict(result.seconds),
            "slowest_models": dict(
                sorted(((n.name, n.seconds) for n in models), key=lambda pair: -pair[1])[:10]
            ),
        }

    if profile is None:
        return go()
    from benchmarks.profiling import profiled

    return profiled(go, profile)


def settings_of(home: Path) -> Settings:
    """The settings of a home, whatever folder the environment names."""
    settings = load_settings()
    return replace(
        settings, home=home, data_path=str(home / "lake" / "data"), catalog="", settle_seconds=0.0
    )


def _way(measured: Measured) -> Way:
    return Way(
        measured.value["steps"],
        measured.value["slowest_models"],
        measured.seconds,
        measured.cpu_seconds,
        measured.peak_bytes,
    )


def _bytes(folder: Path) -> int:
    """Bytes that the files of a folder occupy; one that has several names counts once."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            state = path.stat()
            found[state.st_ino] = state.st_blocks * 512
    return sum(found.values())
