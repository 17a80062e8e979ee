"""The kept originals: whether their bytes are still the ones that were taken in.

Belongs here: finding an original and the note of its drop, and hashing. Does not belong here:
reading records out of an original (that is the intake's reader).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civic.errors import CivicError

NOTE = "drop-{drop_id}.json"
_NOTES = "drop-*.json"


@dataclass(frozen=True)
class AlteredOriginal:
    """An original that is not what the publication was built from.

    ``found``: the SHA-256 that its bytes have now; None where the original is gone.
    ``unreadable``: why no rows could be read from it; None where they could.
    """

    drop_id: str
    file_name: str
    sha256: str
    found: str | None
    unreadable: str | None = None


def original_of(raw: Path, sha256: str) -> Path | None:
    """The kept original below ``raw/<sha256[:2]>/<sha256>/``; None where there is none."""
    folder = raw / sha256[:2] / sha256
    if not folder.is_dir():
        return None
    kept = [p for p in sorted(folder.iterdir()) if p.is_file() and not p.match(_NOTES)]
    return kept[0] if kept else None


def check_original(raw: Path, drop: Mapping[str, Any]) -> AlteredOriginal | None:
    """None where the drop's original has its SHA-256 still, else what is there instead."""
    kept = original_of(raw, drop["sha256"])
    found = _sha256(kept) if kept else None
    if found == drop["sha256"]:
        return None
    return AlteredOriginal(drop["drop_id"], drop["file_name"], drop["sha256"], found)


def read_note(raw: Path, drop: Mapping[str, Any]) -> dict[str, Any]:
    """What the intake wrote beside the original about this drop.

    Raises CivicError where the note is gone or is no JSON.
    """
    sha256, drop_id = drop["sha256"], drop["drop_id"]
    path = raw / sha256[:2] / sha256 / NOTE.format(drop_id=drop_id)
    try:
        note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CivicError(f"The note {path.name} of {drop['file_name']} cannot be read.") from error
    return note


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
