"""Where things are, as the process that starts Superset says it in the environment."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The state folder, ``CIVIC_HOME``."""
    return Path(os.environ.get("CIVIC_HOME") or "var").expanduser().absolute()


def state() -> Path:
    """Superset's own part of it: metadata, secrets, cache, the bundle."""
    return home() / "superset"


def current_publication() -> str | None:
    """The name of the publication that readers see, ``v_<n>``; None before the first."""
    try:
        return (home() / "serving" / "current.duckdb").readlink().stem
    except OSError:
        return None


def file_of(name: str) -> Path:
    """The file of the current publication behind a database's name, as ``current.figures``.

    The link is followed here, once, so that a question that is being answered keeps the file it
    began with, whatever is published meanwhile.
    """
    ending = Path(name).suffix
    return home() / "serving" / f"{current_publication() or 'v_0'}{ending}"
