"""The folder of publications: what stands there, which one is current, and how one gets there.

A publication is four read-only files, ``v_<n>.duckdb``, ``v_<n>.figures``, ``v_<n>.ducklake`` and
``v_<n>.json``; of an earlier version there are no ``figures``.
The last is put in place last: a publication exists if and only if its manifest does. What a
publication contains is not decided here (``publications``), nor how it is read (``opening``).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from civic.errors import CivicError
from civic.settings import ZONE, Settings

CURRENT = "current.duckdb"
HISTORY = "history.jsonl"
LOCAL = ZoneInfo(ZONE)
STAGING = ".staging"
NEXT_LINK = ".next.duckdb"
LOCK = ".lock"


@dataclass(frozen=True)
class Publication:
    """One publication that is kept. ``unchanged``: publishing found that nothing was new."""

    number: int
    folder: Path
    manifest: Mapping[str, Any]
    is_current: bool = False
    unchanged: bool = False

    @property
    def serving_file(self) -> Path:
        """Cells and serving tables, a DuckDB file."""
        return self.folder / f"v_{self.number}.duckdb"

    @property
    def figures_file(self) -> Path:
        """Figures with their words, as screens read them, a DuckDB file."""
        return self.folder / f"v_{self.number}.figures"

    @property
    def catalog_file(self) -> Path:
        """The lake as it was: a copy of its catalog."""
        return self.folder / f"v_{self.number}.ducklake"

    @property
    def manifest_file(self) -> Path:
        """What it is made of, as JSON."""
        return self.folder / f"v_{self.number}.json"


def list_publications(settings: Settings) -> list[Publication]:
    """Every publication that is kept, in order of their numbers."""
    current = current_number(settings)
    numbers = sorted(_number(path) for path in settings.serving.glob("v_*.json"))
    return [_publication(settings, number, current) for number in numbers]


def find_publication(settings: Settings, number: int | None = None) -> Publication:
    """The publication of that number, or the current one.

    Raises CivicError where there is none.
    """
    current = current_number(settings)
    if number is None and current is None:
        raise CivicError("Nothing has been published yet.", "Run: civic run")
    wanted = current if number is None else number
    if wanted is None or not (settings.serving / f"v_{wanted}.json").is_file():
        raise CivicError(
            f"There is no publication {wanted}.", "civic publications list shows what is kept."
        )
    return _publication(settings, wanted, current)


def current_number(settings: Settings) -> int | None:
    """The number that readers see now; None before the first publication."""
    try:
        return _number((settings.serving / CURRENT).readlink())
    except FileNotFoundError:
        return None


def roll_back(settings: Settings, number: int) -> None:
    """Let readers see an earlier (or a later) publication; only the switch moves.

    Raises CivicError for a number that is not kept.
    """
    with publishing_alone(settings):
        find_publication(settings, number)
        switch(settings, number, "rolled back")


def history(settings: Settings) -> list[dict[str, Any]]:
    """Every switch, oldest first: ``at`` (UTC), ``from``, ``to``, ``reason``."""
    path = settings.serving / HISTORY
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def number_as_of(settings: Settings, day: str) -> int:
    """The number of the publication that readers saw at the end of a day, in local time.

    Raises CivicError for what is no day, and for a day before the first publication.
    """
    try:
        behind = datetime.fromisoformat(day).replace(tzinfo=LOCAL) + timedelta(days=1)
    except ValueError as error:
        raise CivicError(
            f"{day!r} is neither a publication's number nor a day.",
            "Write a day as 2026-10-31.",
            zh=f"{day!r} 既不是发布编号，也不是日期。",
            remedy_zh="日期写法：2026-10-31。",
        ) from error
    seen = [s for s in history(settings) if datetime.fromisoformat(s["at"]) < behind]
    if not seen:
        raise CivicError(
            f"Nothing had been published by {day}.",
            "civic publications list shows what there is.",
            zh=f"到 {day} 为止尚无发布。",
            remedy_zh="civic publications list 列出全部发布。",
        )
    return int(seen[-1]["to"])


@contextmanager
def publishing_alone(settings: Settings) -> Iterator[None]:
    """Keep other publishers out, and clear away what one that was killed left behind.

    The lock dies with its process, so a killed publisher never bars the next.
    """
    settings.serving.mkdir(parents=True, exist_ok=True)
    with (settings.serving / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CivicError(
                "Another process is publishing.", "Wait until it has finished, then run this again."
            ) from error
        _clear_leftovers(settings.serving)
        _complete_history(settings)
        yield


@contextmanager
def staging(settings: Settings) -> Iterator[Path]:
    """A folder beside the publications to write one in; gone afterwards, whatever happened."""
    folder = settings.serving / STAGING
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def put_in_place(staged: Path, settings: Settings, number: int) -> Publication:
    """Move the staged files to their names, read-only and safe on disk; manifest last."""
    made = _publication_at(staged, number)
    kept = _publication_at(settings.serving, number)
    for source, target in (
        (made.serving_file, kept.serving_file),
        (made.figures_file, kept.figures_file),
        (made.catalog_file, kept.catalog_file),
        (made.manifest_file, kept.manifest_file),
    ):
        if source == made.figures_file and not source.is_file():
            continue
        source.chmod(0o444)
        _sync(source)
        source.replace(target)
        _sync(settings.serving)
    return _publication(settings, number, current_number(settings))


def switch(settings: Settings, number: int, reason: str) -> None:
    """Point ``current.duckdb`` at a publication in one step, and write the switch down."""
    before = current_number(settings)
    link = settings.serving / NEXT_LINK
    link.symlink_to(f"v_{number}.duckdb")
    link.replace(settings.serving / CURRENT)
    _sync(settings.serving)
    _write_down(settings, before, number, reason)


def _write_down(settings: Settings, before: int | None, after: int | None, reason: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": at, "from": before, "to": after, "reason": reason})
    with (settings.serving / HISTORY).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _clear_leftovers(serving: Path) -> None:
    shutil.rmtree(serving / STAGING, ignore_errors=True)
    (serving / NEXT_LINK).unlink(missing_ok=True)
    for path in serving.glob("v_*.*"):
        if not path.with_suffix(".json").is_file():
            path.unlink()


def _complete_history(settings: Settings) -> None:
    """A publisher killed right after its switch has not written it down: do it now."""
    entries = history(settings)
    last = entries[-1]["to"] if entries else None
    current = current_number(settings)
    if current != last:
        _write_down(settings, last, current, "found switched after an interruption")


def _publication(settings: Settings, number: int, current: int | None) -> Publication:
    bare = _publication_at(settings.serving, number)
    manifest = json.loads(bare.manifest_file.read_text(encoding="utf-8"))
    return Publication(number, settings.serving, manifest, is_current=number == current)


def _publication_at(folder: Path, number: int) -> Publication:
    return Publication(number, folder, {})


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("v_"))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
