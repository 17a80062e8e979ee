"""The cells of the lake as it stood last: what would be the same is not computed again.

Belongs here: telling whether cells would come out the same. Does not belong here: computing them
(``analytics.reports.cells``). Whatever this cannot vouch for is computed again: another lake or
state of it, other metrics, declarations, code or libraries, a file that is missing or damaged.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

import analytics.reports
from civic.lake import newest_snapshot
from civic.settings import Settings
from publishing.manifests import file_digest

FILE, NOTE = "cells.parquet", "cells.json"
LIBRARIES = ("duckdb", "polars")
DECIDING = Path(analytics.reports.__file__).parent
_SUFFIXES = (".py", ".yml")


def origin_of(
    settings: Settings, connection: duckdb.DuckDBPyConnection, manifest_path: Path
) -> str:
    """SHA-256 of all that cells follow from, in hexadecimal; ``connection`` has the live lake."""
    stated = (
        str(settings.catalog or settings.catalog_file),
        newest_snapshot(connection),
        [version(name) for name in LIBRARIES],
    )
    digest = hashlib.sha256(f"{stated!r}\0".encode())
    decides = (path for path in DECIDING.rglob("*") if path.suffix in _SUFFIXES)
    for path in (manifest_path, *sorted(decides)):
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def recall(settings: Settings, origin: str) -> pl.DataFrame | None:
    """The cells that were kept, where they follow from this and are as they were left."""
    path = settings.lake / FILE
    try:
        noted = json.loads((settings.lake / NOTE).read_text("utf-8"))
        if noted != {"of": origin, "sha256": file_digest(path)}:
            return None
        return pl.read_parquet(path)
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None


def keep(settings: Settings, origin: str, cells: pl.DataFrame) -> None:
    """Keep the cells, and then what they follow from: a note never vouches for half a file."""
    path, note = settings.lake / FILE, settings.lake / NOTE
    note.unlink(missing_ok=True)
    unfinished = path.with_suffix(".new")
    cells.write_parquet(unfinished)
    unfinished.replace(path)
    draft = note.with_suffix(".new.json")
    draft.write_text(json.dumps({"of": origin, "sha256": file_digest(path)}) + "\n", "utf-8")
    draft.replace(note)
