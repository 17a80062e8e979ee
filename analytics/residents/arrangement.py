"""Counts of residents arranged as a table: a line for each place, a column for each category.

Belongs here: which counts stand where. Does not belong here: how a table is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.reports.coordinates import LEVELS
from analytics.reports.metrics import Label
from analytics.reports.wording import place_name
from analytics.residents.declarations import TOTAL
from civic.errors import CivicError


@dataclass(frozen=True)
class Column:
    """One category; ``dimension`` and ``category`` as in the serving tables."""

    dimension: str
    category: str
    title: Label
    label: Label


@dataclass(frozen=True)
class Line:
    """A place with a count for each column, None where it is hidden."""

    place_code: str
    label: Label
    persons: tuple[int | None, ...]
    is_total: bool = False


@dataclass(frozen=True)
class Arranged:
    """A table of one level; the place that was asked for comes first."""

    level: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def hides(self) -> bool:
        """Whether any count is hidden."""
        return any(count is None for line in self.lines for count in line.persons)


def arrange(
    residents: pl.DataFrame,
    categories: pl.DataFrame,
    names: Mapping[str, str],
    place: str,
    level: str | None = None,
    dimensions: Sequence[str] = (),
) -> Arranged:
    """The counts of a place and of the places of a level in it.

    ``residents``, ``categories``: the serving tables. ``names``: of places, by code. ``level``:
    where none is given, the first at which the place has several. ``dimensions``: beside the number
    of all; where none is named, every one. Raises CivicError where there is no such place, level
    or dimension.
    """
    known = list(dict.fromkeys(categories["dimension"]))
    wanted = [TOTAL, *(dimensions or [name for name in known if name != TOTAL])]
    unknown = [name for name in wanted if name not in known]
    _demand(not unknown, ", ".join(unknown), [name for name in known if name != TOTAL])
    own = residents.filter(pl.col("dimension") == TOTAL)
    at = own.filter(place_code=place)
    _demand(at.height > 0, place, [])
    below = LEVELS[LEVELS.index(at.item(0, "level")) + 1 :]
    _demand(level is None or level in below, str(level), list(below))
    inside: list[str] = []
    for one in (level,) if level else below:
        inside, level = _inside(own, place, one), one
        if len(inside) > 1:
            break
    counts = {
        (p, d, c): n
        for p, d, c, n in residents.filter(pl.col("place_code").is_in([place, *inside]))
        .select("place_code", "dimension", "category", "persons")
        .iter_rows()
    }
    columns = _columns(residents, categories, wanted)
    lines = [
        Line(
            code,
            place_name(code, dict(names)),
            tuple(counts.get((code, c.dimension, c.category)) for c in columns),
            code == place,
        )
        for code in (place, *inside)
    ]
    return Arranged(level or at.item(0, "level"), columns, tuple(lines))


def _inside(totals: pl.DataFrame, place: str, level: str) -> list[str]:
    """Places of the level in that place; what lies nowhere at a level above comes with them."""
    children: dict[str, list[tuple[str, str]]] = {}
    for code, parent, at in totals.select("place_code", "parent_code", "level").iter_rows():
        children.setdefault(parent, []).append((code, at))
    found, waiting = [], [place]
    while waiting:
        for code, at in sorted(children.get(waiting.pop(), ())):
            if at == level or (code not in children and LEVELS.index(at) < LEVELS.index(level)):
                found.append(code)
            else:
                waiting.append(code)
    return sorted(found)


def _columns(
    residents: pl.DataFrame, categories: pl.DataFrame, wanted: Sequence[str]
) -> tuple[Column, ...]:
    """The categories that are shown; one that nobody in the whole is of has no column."""
    whole = residents.filter(level=LEVELS[0])
    nobody = set(whole.filter(persons=0).select("dimension", "category").iter_rows())
    columns = []
    for dimension in wanted:
        for row in categories.filter(dimension=dimension).sort("position").to_dicts():
            key = (dimension, row["category"])
            if row["shown_as"] == row["category"] and key not in nobody:
                title = Label(row["dimension_zh"], row["dimension_en"])
                columns.append(Column(*key, title, Label(row["category_zh"], row["category_en"])))
    return tuple(columns)


def _demand(holds: bool, what: str, there: Sequence[str]) -> None:
    if not holds:
        also = f"; there are {', '.join(there)}" if there else ""
        zh = f"；可用的有 {'、'.join(there)}" if there else ""
        raise CivicError(
            f"No residents are counted by {what}{also}.", zh=f"居民没有按 {what} 统计{zh}。"
        )
