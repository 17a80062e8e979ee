"""Secrets of the screens, made at first use and readable by their owner only."""

from __future__ import annotations

import secrets
from pathlib import Path

from civic.first_written import write_first
from civic.settings import Settings


def folder(settings: Settings) -> Path:
    """Where Superset's state lies: ``superset/``."""
    path = settings.home / "superset"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def secret_key(settings: Settings) -> str:
    """The key that Superset signs sessions with and keeps its secrets under."""
    return _kept(folder(settings) / "secret_key")


def trace_key(settings: Settings) -> str:
    """What Superset and the service that traces figures know each other by."""
    return _kept(folder(settings) / "trace_key")


def _kept(path: Path) -> str:
    """The secret in a file; drawn and written where there is none yet."""
    if not path.is_file():
        write_first(path, secrets.token_urlsafe(42))
    return path.read_text("utf-8").strip()
