"""What files were written from, noted beside them: the same is not written again.

Belongs here: the note, and whether files still are what it says. Does not belong here: the files.
A run killed half way finds no note, and writes again what it cannot vouch for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publishing.manifests import file_digest

#: Files of these kinds decide what is written: code, declarations, templates.
_DECIDES = (".py", ".yml", ".yaml", ".j2")
_STATED = ("number", "created_at", "digest", "serving_sha256")


def origin_of(
    publication: Mapping[str, Any], folders: Iterable[Path], versions: Iterable[str] = ()
) -> str:
    """SHA-256 of all that decides what is written of a publication.

    ``publication``: its manifest; of it number, date and the digests of its figures and of its
    serving file count. ``folders``: of the writing code and of the contracts. ``versions``: those
    of the libraries that write.
    """
    known = [*(publication.get(name) for name in _STATED), *versions]
    digest = hashlib.sha256(json.dumps(known).encode())
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in _DECIDES and p.is_file()):
            digest.update(f"\0{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def noted(note: Path, origin: str) -> dict[str, str]:
    """Name to SHA-256 of the files written from this; none where they were from something else."""
    try:
        stated = json.loads(note.read_text("utf-8"))
        return dict(stated["files"]) if stated["written_from"] == origin else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def write_note(note: Path, origin: str, files: Iterable[Path]) -> None:
    """Note what the files were written from, and how they were left."""
    unfinished = note.with_name(f"{note.name}.partial")
    stated = {"written_from": origin, "files": {path.name: file_digest(path) for path in files}}
    unfinished.write_text(json.dumps(stated, indent=1) + "\n", "utf-8")
    unfinished.replace(note)


def is_whole(path: Path, digest: str) -> bool:
    """Whether the file stands there as it was left."""
    return path.is_file() and file_digest(path) == digest
