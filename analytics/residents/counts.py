"""Residents of each place, by each dimension, as they may be shown.

Belongs here: from counts of the centre to the tables that are published. Does not belong here: the
choice of what is hidden (``hiding``), and what is counted (``residents.yml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

from analytics.reports.coordinates import ALL, LEVELS, UNPLACED
from analytics.residents.declarations import OTHER, TOTAL, UNKNOWN, WORDS, Counted, Dimension
from analytics.residents.hiding import Counts, Flags, Tree, shown_places
from civic.lake import LAKE

Steps = Sequence[tuple[str, str]]
Codes = tuple[str | None, ...]

PATH = tuple(f"{level}_code" for level in LEVELS[1:])
RESIDENTS = {
    "level": pl.String,
    "place_code": pl.String,
    "parent_code": pl.String,
    "dimension": pl.String,
    "category": pl.String,
    "persons": pl.Int64,
    "is_hidden": pl.Boolean,
}
"""One line for each place, dimension and category; ``persons`` is null where it is hidden."""

CATEGORIES = {
    "dimension": pl.String,
    "dimension_zh": pl.String,
    "dimension_en": pl.String,
    "category": pl.String,
    "shown_as": pl.String,
    "category_zh": pl.String,
    "category_en": pl.String,
    "position": pl.Int64,
}
"""Each category and under which it is shown: few persons in the whole are shown with others."""

SETTINGS = {"smallest_shown": pl.Int64, "told_until": pl.Date}

_COUNTED = f"{LAKE}.marts.rpt_resident_count"
_PLACES = f"select {', '.join(PATH)} from {LAKE}.marts.dim_place where is_current"


@dataclass(frozen=True)
class Before:
    """What the last publication showed: ``RESIDENTS`` and ``CATEGORIES``.

    What was hidden stays so: a count that comes to light later would tell what was hidden earlier.
    """

    residents: pl.DataFrame
    categories: pl.DataFrame

    def barred(self, dimension: str, codes: list[str]) -> Flags:
        """Which of these places showed nothing of a dimension."""
        hidden = set(self.residents.filter("is_hidden", dimension=dimension)["place_code"])
        return np.array([code in hidden for code in codes])

    def together(self, dimension: str) -> set[str]:
        """Categories that were shown together."""
        return set(self.categories.filter(dimension=dimension, shown_as=OTHER)["category"])


def resident_counts(
    lake: duckdb.DuckDBPyConnection, counted: Counted, before: Before | None = None
) -> dict[str, pl.DataFrame]:
    """Serving tables ``residents``, ``resident_categories`` and ``resident_settings``.

    ``lake``: a connection with the lake. The same lake and the same past give the same tables.
    """
    columns = ", ".join((*PATH, *(d.column for d in counted.dimensions)))
    persons = lake.execute(
        f"select {columns}, sum(person_count)::bigint as persons from {_COUNTED} group by all"
    ).pl()
    told = lake.execute(f"select max(as_of)::date as day from {LAKE}.marts.dim_person").pl()
    steps = {path: _steps(path) for path in persons.select(PATH).unique().iter_rows()}
    register = (_known(path) for path in lake.execute(_PLACES).fetchall())
    places = Places.of([*steps.values(), *register])
    finest = {path: places.at[known[-1][1]] for path, known in steps.items()}
    at = np.array([finest[path] for path in persons.select(PATH).iter_rows()], dtype=np.int64)
    totals = places.sums(at, persons["persons"].to_numpy()[:, None])
    known = _shown(places, totals, counted, TOTAL, before)
    lines = [places.lines(TOTAL, [TOTAL], totals, known)]
    words = [_word(TOTAL, WORDS[TOTAL].zh, WORDS[TOTAL].en, TOTAL, TOTAL, 0)]
    for dimension in counted.dimensions:
        values = persons[dimension.column].fill_null(UNKNOWN).to_list()
        names = list(dict.fromkeys([*dimension.categories, *sorted(set(values))]))
        few = before.together(dimension.name) if before else set()
        wholes = dict.fromkeys(names, 0)
        for value, number in zip(values, persons["persons"], strict=True):
            wholes[value] += number
        together = _together(wholes, counted.smallest_shown, few)
        said = [name for name in names if name not in together] + [OTHER] * bool(together)
        column = {name: said.index(OTHER if name in together else name) for name in names}
        spread = np.zeros((len(values), len(said)), dtype=np.int64)
        spread[range(len(values)), [column[value] for value in values]] = persons["persons"]
        counts = places.sums(at, spread)
        shown = _shown(places, counts, counted, dimension.name, before, known)
        lines.append(places.lines(dimension.name, said, counts, shown))
        words += _words(dimension, names, together)
    return {
        "residents": pl.concat(lines).sort("level", "place_code", "dimension", "category"),
        "resident_categories": pl.DataFrame(words, schema=CATEGORIES, orient="row"),
        "resident_settings": pl.DataFrame(
            {"smallest_shown": [counted.smallest_shown], "told_until": told["day"]},
            schema=SETTINGS,
        ),
    }


@dataclass(frozen=True)
class Places:
    """Places as a tree from the whole downwards: codes, levels and parents in one order."""

    codes: list[str]
    levels: list[str]
    tree: Tree
    at: Mapping[str, int]

    @classmethod
    def of(cls, paths: Iterable[Steps]) -> Places:
        """All places on these paths, and the whole."""
        parents: dict[str, tuple[str, str | None]] = {ALL: (LEVELS[0], None)}
        for path in sorted({tuple(path) for path in paths}):
            above = ALL
            for level, code in path:
                parents.setdefault(code, (level, above))
                above = code
        codes = sorted(parents, key=lambda code: (LEVELS.index(parents[code][0]), code))
        at = {code: number for number, code in enumerate(codes)}
        levels = [parents[code][0] for code in codes]
        above_of = [parents[code][1] for code in codes]
        return cls(codes, levels, Tree([-1 if a is None else at[a] for a in above_of]), at)

    def sums(self, at: Counts, counts: Counts) -> Counts:
        """places x categories: the counts of each place with all that lies in it."""
        made = np.zeros((len(self.codes), counts.shape[1]), dtype=np.int64)
        np.add.at(made, at, counts)
        for place in reversed(range(1, len(self.codes))):
            made[self.tree.parents[place]] += made[place]
        return made

    def lines(
        self, dimension: str, categories: list[str], counts: Counts, shown: Flags
    ) -> pl.DataFrame:
        """The counts as ``RESIDENTS``."""
        number, width = len(self.codes), len(categories)
        above = [self.codes[p] if p >= 0 else None for p in self.tree.parents]
        return pl.DataFrame(
            {
                "level": np.repeat(self.levels, width),
                "place_code": np.repeat(self.codes, width),
                "parent_code": pl.Series(above, dtype=pl.String).gather(
                    np.repeat(range(number), width)
                ),
                "dimension": [dimension] * (number * width),
                "category": categories * number,
                "persons": counts.reshape(-1),
                "is_hidden": np.repeat(~shown, width),
            },
            schema=RESIDENTS,
        ).with_columns(persons=pl.when(~pl.col("is_hidden")).then("persons"))


def _known(path: Codes) -> list[tuple[str, str]]:
    """Level and code of each place that is stated, from the city down."""
    return [(level, code) for level, code in zip(LEVELS[1:], path, strict=True) if code]


def _steps(path: Codes) -> list[tuple[str, str]]:
    """The same with ``<place>/unplaced`` below the finest place, where that is no grid."""
    known = _known(path)
    level, code = known[-1] if known else (LEVELS[0], ALL)
    if level == LEVELS[-1]:
        return known
    return [*known, (LEVELS[LEVELS.index(level) + 1], code + UNPLACED)]


def _shown(
    places: Places,
    counts: Counts,
    counted: Counted,
    dimension: str,
    before: Before | None,
    known_totals: Flags | None = None,
) -> Flags:
    return shown_places(
        places.tree,
        counts,
        smallest=counted.smallest_shown,
        barred=before.barred(dimension, places.codes) if before else None,
        known_totals=known_totals,
    )


def _together(wholes: Mapping[str, int], smallest: int, before: set[str]) -> set[str]:
    """Categories with few persons in the whole, and with them others until they are not few.

    What was shown together stays so. Where all together are few nothing of them is shown anyway.
    """
    together = {n for n, count in wholes.items() if n in before or 0 < count < smallest}
    others = sorted((count, n) for n, count in wholes.items() if count and n not in together)
    while together and others and 0 < sum(wholes[n] for n in together) < smallest:
        together.add(others.pop(0)[1])
    return together


def _words(dimension: Dimension, names: list[str], together: set[str]) -> list[tuple[object, ...]]:
    rows = []
    for position, name in enumerate([*names, *([OTHER] if together else [])]):
        said = dimension.categories.get(name) or WORDS.get(name)
        zh, en = (said.zh, said.en) if said else (name, name)
        row = _word(dimension.name, zh, en, name, OTHER if name in together else name, position)
        rows.append((row[0], dimension.title.zh, dimension.title.en, *row[3:]))
    return rows


def _word(
    dimension: str, zh: str, en: str, category: str, shown_as: str, position: int
) -> tuple[object, ...]:
    return (dimension, zh, en, category, shown_as, zh, en, position)
