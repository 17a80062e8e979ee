"""Where the same comes again and again: places with more than their share in most months.

A place's share is that of the dwellings of all places. In each of the last months its count is held
against Poisson's 95 % limit about the whole's count times that share; it recurs where it lies above
in at least so many of them that chance would do that anywhere, of all places and kinds looked at,
one time in twenty (binomial, Bonferroni). Belongs here: finding what recurs. Does not belong here:
rises (``alerts``), lasting changes (``changepoints``), circles of places (``hotspots``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from scipy.stats import binom, poisson

MONTHS = 6
LIMIT = 0.05
"""How often a month lies above its limit by chance, at most."""
ALPHA = 0.05
RECURRING = pl.Schema(
    {
        "place_code": pl.String(),
        "slices": pl.String(),
        "months": pl.Int64(),
        "came": pl.Float64(),
        "usual": pl.Float64(),
        "ratio": pl.Float64(),
        "period": pl.String(),
        "cell_id": pl.String(),
    }
)
"""``months``: in how many it lay above the limit; ``came``, ``usual``: over all of them; ``period``
and ``cell_id``: the last month in which it did, and its figure."""


@dataclass(frozen=True)
class Recurring:
    """``found``: columns ``RECURRING``, most times what is usual first. ``tried``: places and kinds
    looked at; ``least``: in how many months one must lie above."""

    found: pl.DataFrame
    tried: int
    least: int


def recurring(
    own: pl.DataFrame, whole: pl.DataFrame, ground: pl.DataFrame, months: Sequence[str]
) -> Recurring:
    """What recurs in these months.

    ``own``: ``place_code, slices, period, value, cell_id`` of the places. ``whole``: ``slices,
    period, value`` of all together. ``ground``: ``place_code, dwellings`` of every place, above 0.
    Places that are not in it have no share and are left out. Raises ValueError for too few months.
    """
    if len(months) < 2:
        raise ValueError("what recurs does so in two months at least")
    shares = ground.select("place_code", share=pl.col("dwellings") / pl.col("dwellings").sum())
    expected = whole.filter(pl.col("period").is_in(list(months)), pl.col("value") > 0)
    usual = shares.join(
        expected.select("slices", "period", total="value"), how="cross"
    ).with_columns(usual=pl.col("total") * pl.col("share"))
    lines = usual.join(own, on=["place_code", "slices", "period"], how="left").with_columns(
        pl.col("value").fill_null(0)
    )
    limits = poisson.ppf(1 - LIMIT, lines["usual"].to_numpy())
    lines = lines.with_columns(above=pl.col("value") > pl.Series(limits))
    tried = lines.select("place_code", "slices").unique().height
    least = _least(len(months), tried)
    found = (
        lines.sort("period")
        .group_by("place_code", "slices", maintain_order=True)
        .agg(
            months=pl.col("above").sum().cast(pl.Int64),
            came=pl.col("value").sum(),
            usual=pl.col("usual").sum(),
            period=pl.col("period").filter("above").last(),
            cell_id=pl.col("cell_id").filter("above").last(),
        )
        .filter(pl.col("months") >= least)
        .with_columns(ratio=pl.col("came") / pl.col("usual"))
        .sort("ratio", "place_code", "slices", descending=[True, False, False])
    )
    return Recurring(found.select(RECURRING.names()).cast(RECURRING), tried, least)


def _least(months: int, tried: int) -> int:
    """The fewest months that chance makes of any of ``tried`` with a probability of ``ALPHA``."""
    fewest = range(1, months + 1)
    return next((k for k in fewest if tried * binom.sf(k - 1, months, LIMIT) <= ALPHA), months + 1)
