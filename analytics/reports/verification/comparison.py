"""Published cells against recomputed ones.

Belongs here: what equal means and what a difference says. Does not belong here: computing.
"""

from __future__ import annotations

import polars as pl

from analytics.reports.verification.cells import COORDINATES, FIGURES

TOLERANCE = 1e-9
"""Relative; two engines add floating-point numbers in different orders. Counts are exact."""

_ID = "cell_id"
_COUNTS = ("fact_rows", "source_rows")
_SIDES = ("published", "recomputed")


def compare(published: pl.DataFrame, recomputed: pl.DataFrame) -> pl.DataFrame:
    """The cells that are not the same on both sides.

    Both: one row per cell with ``cell_id``, the coordinates and the figures. Result: ``cell_id``,
    coordinates, ``how`` ('different' | 'missing': recomputed but not published | 'extra':
    published but not recomputed), and each figure as ``<name>_published, <name>_recomputed``.
    """
    sides = [
        side.select(
            _ID,
            pl.struct(COORDINATES).alias(f"at_{name}"),
            *(pl.col(f).alias(f"{f}_{name}") for f in FIGURES),
        )
        for name, side in zip(_SIDES, (published, recomputed), strict=True)
    ]
    both = sides[0].join(sides[1], on=_ID, how="full", coalesce=True)
    differ = pl.any_horizontal(_differs(f) for f in FIGURES)
    how = (
        pl.when(pl.col("at_published").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("at_recomputed").is_null())
        .then(pl.lit("extra"))
        .when((pl.col("at_published") != pl.col("at_recomputed")) | differ)
        .then(pl.lit("different"))
    )
    return (
        both.with_columns(how=how, at=pl.coalesce("at_published", "at_recomputed"))
        .filter(pl.col("how").is_not_null())
        .unnest("at")
        .select(_ID, *COORDINATES, "how", *(f"{f}_{n}" for f in FIGURES for n in _SIDES))
        .sort("how", *COORDINATES)
    )


def _differs(figure: str) -> pl.Expr:
    """Whether the two sides say different things; null equals null only."""
    one, other = (pl.col(f"{figure}_{side}") for side in _SIDES)
    one_null = one.is_null() != other.is_null()
    if figure in _COUNTS:
        return one_null | (one != other).fill_null(False)
    one, other = one.cast(pl.Float64), other.cast(pl.Float64)
    whole = (one == one.round()) & (other == other.round())
    distance = (one - other).abs()
    allowed = TOLERANCE * pl.max_horizontal(one.abs(), other.abs())
    apart = pl.when(whole).then(one != other).otherwise(distance > allowed)
    return one_null | apart.fill_null(False)
