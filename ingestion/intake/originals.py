"""The kept originals: every file under its SHA-256, read-only, with what was known at arrival.

``raw/<sha[:2]>/<sha>/original`` holds the bytes; ``drop-<drop_id>.json`` beside it is written once
and says which unit left it for which feed, under which name, when, and of which date it speaks, so
that a rebuild from ``raw/`` decides exactly as the first run did.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from civic.errors import CivicError
from civic.settings import Settings

CHUNK = 1 << 22
INCOMING = ".incoming-"


@dataclass(frozen=True)
class Drop:
    """One file that a unit left for a feed. ``feed`` is empty where no contract fits.

    ``as_of_source`` says where ``as_of`` stood: manifest, file_name, column or arrival; for a
    column the date is read with the file and ``as_of`` is the arrival until then; snapshot is the
    moment at which a database was read. ``refusal`` is
    the code of a refusal that was already certain at the door, with its reason in both languages.
    """

    drop_id: str
    unit: str
    feed: str
    file_name: str
    sha256: str
    bytes: int
    received_at: datetime
    as_of: datetime
    as_of_source: str
    encoding: str | None = None
    refusal: str | None = None
    refusal_zh: str = ""
    refusal_en: str = ""

    def speaks_of(self, latest: datetime | None) -> datetime:
        """``as_of``, now that the file was read. ``latest``: the latest date in its column.

        A manifest, a correction or the file's name holds before a column does (ADR 0006).
        """
        return latest if latest is not None and self.as_of_source == "column" else self.as_of


def drop_id(unit: str, feed: str, sha256: str, told: datetime | None = None) -> str:
    """The drop's identity: the same file from the same unit for the same feed is the same drop.

    ``told``: the day for which a list was sent again that had been sent for another day.
    """
    day = "" if told is None else f"\0{told.isoformat()}"
    return hashlib.sha256(f"{unit}\0{feed}\0{sha256}{day}".encode()).hexdigest()[:16]


def keep(settings: Settings, path: Path) -> tuple[str, int]:
    """Copy a file's bytes into the raw store; (SHA-256, size). Symbolic links are not followed.

    The copy is written beside, flushed to disk and renamed: a crash leaves no half original.
    """
    settings.raw.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = _digest(path)
    if original_path(settings, known).exists():
        return known, path.stat().st_size
    with drafted(settings) as draft:
        with os.fdopen(_open(path), "rb") as source:
            for chunk in _chunks(source):
                draft.write(chunk)
        return keep_draft(settings, draft)


class Draft:
    """Bytes on their way into the raw store, and their digest so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb")
        self.digest = hashlib.sha256()

    def write(self, block: bytes) -> None:
        """Append a block."""
        self.digest.update(block)
        self.file.write(block)


@contextmanager
def drafted(settings: Settings) -> Iterator[Draft]:
    """A draft inside the raw store, gone afterwards unless ``keep_draft`` has put it in place."""
    settings.raw.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Draft(settings.raw / f"{INCOMING}{os.getpid()}")
    try:
        yield draft
    finally:
        draft.file.close()
        draft.path.unlink(missing_ok=True)


def keep_draft(settings: Settings, draft: Draft) -> tuple[str, int]:
    """Flush the draft to disk and rename it to its place as an original: (SHA-256, size)."""
    draft.file.flush()
    os.fsync(draft.file.fileno())
    sha256, size = draft.digest.hexdigest(), draft.file.tell()
    target = original_path(settings, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.path.chmod(0o400)
        draft.path.replace(target)
    return sha256, size


def clear_leftovers(settings: Settings) -> None:
    """Remove half copies of processes that are no longer alive."""
    for draft in settings.raw.glob(f"{INCOMING}*"):
        if not Path(f"/proc/{draft.name.removeprefix(INCOMING)}").exists():
            draft.unlink(missing_ok=True)


def original_path(settings: Settings, sha256: str) -> Path:
    """Where the original of that SHA-256 lies."""
    return settings.raw / sha256[:2] / sha256 / "original"


def standing_drop(settings: Settings, sha256: str, identity: str) -> Drop | None:
    """The record of a drop that was kept; None where there is none."""
    path = original_path(settings, sha256).with_name(f"drop-{identity}.json")
    return _read(path) if path.exists() else None


def write_drop(settings: Settings, drop: Drop) -> tuple[Drop, bool]:
    """Write the drop's record beside its original, once: (the record that stands, whether new)."""
    path = original_path(settings, drop.sha256).with_name(f"drop-{drop.drop_id}.json")
    if path.exists():
        return _read(path), False
    draft = path.with_suffix(f".{os.getpid()}.new")
    text = json.dumps(asdict(drop), ensure_ascii=False, indent=1, default=datetime.isoformat)
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o400)
    draft.replace(path)
    return drop, True


def read_drops(settings: Settings) -> list[Drop]:
    """Every drop ever kept, in the order of what they speak of: ``as_of``, then SHA-256."""
    drops = [_read(path) for path in settings.raw.glob("*/*/drop-*.json")]
    return sorted(drops, key=lambda d: (d.as_of, d.sha256, d.unit, d.feed))


def find_drop(settings: Settings, name: str) -> Drop:
    """The drop whose id, SHA-256 or file name begins with ``name``; exactly one must."""
    found = [
        d
        for d in read_drops(settings)
        if d.drop_id.startswith(name) or d.sha256.startswith(name) or d.file_name == name
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CivicError(f"No drop is known by {name!r}.", "civic drop list shows all drops.")
    listed = ", ".join(f"{d.drop_id} ({d.unit}/{d.feed})" for d in found[:5])
    raise CivicError(f"{len(found)} drops are known by {name!r}: {listed}.", "Name one by its id.")


def altered(settings: Settings, sha256: str) -> bool:
    """Whether the kept bytes are no longer those that were received (or are gone)."""
    path = original_path(settings, sha256)
    return not path.is_file() or _digest(path) != sha256


def _read(path: Path) -> Drop:
    fields = json.loads(path.read_text(encoding="utf-8"))
    for name in ("received_at", "as_of"):
        fields[name] = datetime.fromisoformat(fields[name])
    # A record is written once and outlives the version that wrote it.
    return Drop(**{name: v for name, v in fields.items() if name in Drop.__dataclass_fields__})


def _digest(path: Path) -> str:
    with os.fdopen(_open(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> int:
    # O_NOFOLLOW: a link put in the place of a file after it was listed must not be read either.
    return os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))


def _chunks(source: object) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):  # type: ignore[attr-defined]
        yield chunk
