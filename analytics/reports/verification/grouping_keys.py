"""Where, when and in which slice a fact's row counts, as the texts that stand in a cell.

Belongs here: the spelling of ``place_code``, ``period`` and ``slices``, as Polars expressions over
a fact. Does not belong here: grouping by them (``cells``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analytics.reports.verification.centre_places import LEVELS, PATH
from analytics.reports.verification.metrics import sql

WHOLE, UNPLACED, UNDATED, MISSING = "all", "/unplaced", "undated", r"\N"
_PERIODS = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}
_PARTS_OF_YEAR = {"half_year": ("H", 6), "quarter": ("Q", 3)}


def place_at(level: str) -> pl.Expr:
    """Where a row counts at a level; null where it counts further up only.

    What is known down to the level above, and no further, is unplaced there.
    """
    if level == WHOLE:
        return pl.lit(WHOLE)
    depth = [known.name for known in LEVELS].index(level)
    upper = PATH[:depth]
    above = pl.col(upper[-1]) if upper else pl.lit(WHOLE)
    known_above = pl.all_horizontal(pl.lit(True), *(pl.col(code).is_not_null() for code in upper))
    return pl.when(known_above).then(pl.coalesce(PATH[depth], above + UNPLACED))


def period_at(grain: str, time: str) -> pl.Expr:
    """The period of a row: ``all``; ``2026``, ``2026-H1``, ``2026-Q1``, ``2026-03``, ``2026-W09``
    or ``2026-03-01``; or ``undated``.
    """
    if grain == WHOLE:
        return pl.lit(WHOLE)
    day = sql(time).cast(pl.Date)
    if grain in _PERIODS:
        return day.dt.strftime(_PERIODS[grain]).fill_null(UNDATED)
    letter, months = _PARTS_OF_YEAR[grain]
    number = (day.dt.month() - 1) // months + 1
    return (day.dt.strftime(f"%Y-{letter}") + number.cast(pl.String)).fill_null(UNDATED)


def slices_by(slicing: Sequence[str], columns: Mapping[str, str]) -> pl.Expr:
    """Canonical text of a row's slices: ``name=value`` joined by ``;``, sorted by name.

    ``columns``: SQL by dimension. In a value ``\\``, ``;`` and ``=`` stand behind a backslash.
    """
    parts = [
        pl.lit(f"{name}=")
        + sql(columns.get(name, name))
        .cast(pl.String)
        .str.replace_all(r"([\\;=])", r"\${1}")
        .fill_null(MISSING)
        for name in sorted(slicing)
    ]
    return pl.concat_str(parts, separator=";") if parts else pl.lit("")
