"""A made-up city's files arrive on the days on which its units left them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake import Collected, collect


def receive_as_left(settings: Settings, contracts: Mapping[str, Contract]) -> list[Collected]:
    """Take every file of the drop folder into the raw store, received when it was last written.

    The simulator writes the moment at which a unit left a file as the file's time. Returns what
    became of each; a run that collects afterwards finds them known.
    """
    by_moment: dict[datetime, list[Path]] = {}
    for path in sorted(p for p in settings.drops.rglob("*") if p.is_file()):
        moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        by_moment.setdefault(moment, []).append(path)
    return [
        one
        for moment, paths in sorted(by_moment.items())
        for one in collect(settings, contracts, paths, now=moment, wait=lambda _: None)
    ]
