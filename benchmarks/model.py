"""What a line of the targets is made of: its sizes, its figures, its targets.

Belongs here: the data that a line hands to the report. Does not belong here: measuring, writing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """One measured number, as it is shown. ``target`` and ``met`` only where there is a target."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Result:
    """What one line gave at one size (in rows)."""

    rows: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Line:
    """One line of docs/targets.md.

    ``title``: a sentence: what is measured, against what. ``rows``: the sizes of a full run.
    ``run(rows, runs, folder, progress)``: measure at one size, ``runs`` times, with ``folder`` for
    temporary files; raises where the work came out wrong, since a wrong result has no speed.
    """

    name: str
    title: str
    rows: tuple[int, ...]
    run: Callable[[int, int, Path, Progress], Result]


def ratio(what: str, measured: float, most: float) -> Figure:
    """A figure that may be at most ``most`` times its reference."""
    return Figure(what, f"{measured:.2f} times", f"at most {most:g} times", measured <= most)
