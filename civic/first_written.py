"""Secrets that are drawn once and kept in a file that its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path


def write_first(path: Path, text: str) -> None:
    """Write a secret where there is none; of two that begin at once the first one's stays.

    The folder has to be there. The file is whole and safe on disk before it has its name.
    """
    draft = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # link, not rename: a name that is taken stays with what it names.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
