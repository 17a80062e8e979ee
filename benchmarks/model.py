"""What a line of the targets is made of: its sizes, its figures, its targets.

Belongs here: the data that a line is given and hands to the report. Does not belong here:
measuring, writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.cities import Cities

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
    """What one line gave at one size (in the line's unit).

    ``kept``: numbers that the same line compares with those of another size.
    """

    size: int
    figures: tuple[Figure, ...]
    kept: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a line is asked: one size, and everything that it may use.

    ``size``: in the line's unit. ``runs``: how often each side is measured. ``folder``: for
    temporary files, empty. ``cities``: the homes that lines share. ``before``: what this line gave
    at other sizes in this run. ``profiles``: a folder for profiles, None where none were asked for.
    """

    size: int
    runs: int
    folder: Path
    tell: Progress
    cities: Cities
    before: tuple[Result, ...] = ()
    profiles: Path | None = None


@dataclass(frozen=True)
class Line:
    """One line of docs/targets.md.

    ``title``: a sentence: what is measured, against what. ``unit``: what its sizes count: rows,
    residents. ``sizes``: those of a full run. ``turn``: lines of one size run in this order.
    ``run``: measure at one size; raises where the work came out wrong, since a wrong result has no
    speed.
    """

    name: str
    title: str
    unit: str
    sizes: tuple[int, ...]
    turn: int
    run: Callable[[Asked], Result]


def ratio(what: str, measured: float, most: float) -> Figure:
    """A figure that may be at most ``most`` times its reference."""
    return Figure(what, f"{measured:.2f} times", f"at most {most:g} times", measured <= most)
