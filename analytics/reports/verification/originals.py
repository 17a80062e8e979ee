"""The kept originals: whether their bytes are still the ones that were taken in.

Belongs here: hashing, and what is said of an original that changed. Does not belong here: reading
records out of it (``source_rows``, through the intake's reader).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from civic.settings import Settings
from ingestion.intake import original_path


@dataclass(frozen=True)
class AlteredOriginal:
    """An original that is not what the publication was built from.

    ``found``: the SHA-256 that its bytes have now; None where the original is gone.
    ``unreadable``: why no rows came from it for the second reckoning; None where they did.
    """

    drop_id: str
    file_name: str
    sha256: str
    found: str | None
    unreadable: str | None = None


def check_original(settings: Settings, drop: Mapping[str, Any]) -> AlteredOriginal | None:
    """None where the drop's original has its SHA-256 still, else what is there instead.

    ``drop``: an entry of a publication's manifest.
    """
    kept = original_path(settings, drop["sha256"])
    found = None
    if kept.is_file():
        with kept.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == drop["sha256"]:
        return None
    return AlteredOriginal(drop["drop_id"], drop["file_name"], drop["sha256"], found)
