"""How one data file of a drop is going to be read: what every format's planner answers.

Belongs here: the data class between the front door and the formats.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import polars as pl

from ingestion.reading.model import Note, Part

Frames = Generator[tuple[Part, pl.DataFrame], None, None]
"""Parts with rows as ``rows.finish_rows`` makes them; every part comes at least once."""


@dataclass(frozen=True)
class Plan:
    """``frames`` starts the reading; the rest is what ``Opened`` tells about the file."""

    format: str
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]
    frames: Callable[[], Frames]

    def with_notes(self, notes: tuple[Note, ...]) -> Plan:
        """The same plan with more to tell."""
        return replace(self, notes=(*self.notes, *notes))
