"""A metric over time: the figures of one place and slice, period after period, each with its cell.

Belongs here: choosing cells and filling gaps. Does not belong here: judging the figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.reports.metrics import Metric
from analytics.reports.periods import UNDATED, between, bounds


@dataclass(frozen=True)
class Series:
    """The figures of a metric at one place and slice; ``periods`` follow on one another.

    ``values`` and ``cell_ids`` have an entry for each period. A count without a cell is 0 from the
    first period in which the place had one; a rate or a mean without one is NaN.
    """

    metric: str
    level: str
    place_code: str
    slices: str
    periods: tuple[str, ...]
    values: NDArray[np.float64]
    cell_ids: tuple[str | None, ...]

    @property
    def first_days(self) -> list[date]:
        """The first day of each period."""
        return [bounds(period)[0] for period in self.periods]


def series_of(
    cells: pl.DataFrame,
    metric: Metric,
    grain: str,
    levels: Collection[str],
    until: date | None = None,
    by: Collection[str] = ("",),
) -> Iterator[Series]:
    """Every series of a metric in a publication's cells, in order of place and slices.

    ``until``: the last day of which there are data; only periods that had ended then are given.
    ``by``: the dimensions that tell the series of a place apart, '' for none.
    """
    ours = cells.filter(
        pl.col("level").is_in(list(levels)),
        pl.col("period") != UNDATED,
        _dimensions(pl.col("slices")).is_in(list(by)),
        metric=metric.name,
        grain=grain,
    ).unique(["level", "place_code", "period", "slices"], keep="first", maintain_order=True)
    periods = whole_periods(ours["period"].unique().to_list(), until)
    ours = ours.filter(pl.col("period").is_in(periods)).sort("place_code", "slices", "period")
    for (level, place, slices), own in ours.group_by(
        ["level", "place_code", "slices"], maintain_order=True
    ):
        yield _filled(metric, str(level), str(place), str(slices), own, periods)


def whole_periods(found: Collection[str], until: date | None) -> list[str]:
    """All periods from the first to the last of those found that had ended, none left out."""
    ended = [p for p in found if until is None or bounds(p)[1] - timedelta(days=1) <= until]
    return between(min(ended), max(ended)) if ended else []


def _filled(
    metric: Metric, level: str, place: str, slices: str, own: pl.DataFrame, periods: list[str]
) -> Series:
    found = dict(zip(own["period"], own.select("value", "cell_id").iter_rows(), strict=True))
    since = periods[periods.index(own.item(0, "period")) :]
    absent = (0.0 if metric.is_additive else float("nan"), None)
    figures = [found.get(period, absent) for period in since]
    values = np.array([np.nan if value is None else value for value, _ in figures], dtype=float)
    return Series(
        metric.name, level, place, slices, tuple(since), values, tuple(cell for _, cell in figures)
    )


def _dimensions(slices: pl.Expr) -> pl.Expr:
    """The names of the dimensions in a slice's text (``coordinates.slices_text``), by ';'."""
    return slices.str.replace_all(r"\\.", "").str.replace_all(r"=[^;]*", "")
