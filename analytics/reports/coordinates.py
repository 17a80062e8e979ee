"""Where a cell stands: its coordinates, their canonical text and its identifier.

Belongs here: levels, the spelling of slices and of ``cell_id``. Does not belong here: periods
(``periods``), what a metric measures (``metrics``) or how it is computed (``compilation``).

Conventions, the same in every publication:

- ``level`` is ``all`` or a step of the place path. ``place_code`` at level ``all`` is ``all``.
- What is known at one level and not at the next stands at that next level, and only there, under
  ``<place_code of the upper level>/unplaced``. So the children of any place add up to it.
- ``period`` is ``all``, a dated period (``periods``), or ``undated`` where the row has no date:
  grain ``all`` counts such rows, so the periods of a grain add up to ``all``.
- ``slices`` is the empty text, or ``name=value`` in order of the names, joined by ``;``. In a value
  ``\\``, ``;`` and ``=`` stand behind a backslash; a missing value is ``\\N``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from civic.errors import CivicError

LEVELS = ("all", "city", "district", "street", "community", "grid")
ALL = "all"
UNPLACED = "/unplaced"
MISSING = r"\N"
ID_DIGITS = 12
SEPARATOR = "\x1f"

_PAIR = re.compile(r"(?P<name>\w+)=(?P<value>(?:[^\\;=]|\\.)*)(?:;|\Z)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Coordinates:
    """The seven coordinates of a cell, as texts; their order here is that of the identifier."""

    report: str
    metric: str
    level: str
    place_code: str
    grain: str
    period: str
    slices: str

    @property
    def cell_id(self) -> str:
        """``c`` and the first 12 hex digits of SHA-256 over the coordinates.

        They are joined by U+001F. ``slices``, the only one that holds free text, comes last, so no
        two different cells are joined to one text.
        """
        joined = SEPARATOR.join(astuple(self))
        return "c" + hashlib.sha256(joined.encode()).hexdigest()[:ID_DIGITS]


def coordinates_of(row: Mapping[str, object]) -> Coordinates:
    """The coordinates that stand in a row of cells."""
    return Coordinates(**{name: str(row[name]) for name in Coordinates.__dataclass_fields__})


def slices_text(values: Mapping[str, str | None]) -> str:
    """The canonical text of slices.

    >>> slices_text({"feed": "hotline", "category": "a;b"})
    'category=a\\\\;b;feed=hotline'
    """
    return ";".join(f"{name}={_escaped(values[name])}" for name in sorted(values))


def parse_slices(text: str) -> dict[str, str | None]:
    """The values of a canonical text, by dimension; None for a missing value.

    Raises CivicError where the text is not canonical.
    """
    values: dict[str, str | None] = {}
    at = 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if pair is None:
            raise CivicError(f"{text!r} is no slice.", "Write it as name=value;name=value.")
        raw = pair["value"]
        values[pair["name"]] = None if raw == MISSING else re.sub(r"\\(.)", r"\1", raw, flags=re.S)
        at = pair.end()
    return values


def deeper(level: str) -> str | None:
    """The next level down; None below the grid."""
    position = LEVELS.index(level) + 1
    return LEVELS[position] if position < len(LEVELS) else None


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _escaped(value: str | None) -> str:
    return MISSING if value is None else re.sub(r"([\\;=])", r"\\\1", value)
