"""A composite indicator from a table: the usual chain of steps, each by itself.

Denominate, impute, screen, treat outliers, bring to 0..100, aggregate up a tree: as the OECD and
JRC handbook (2008) has them and the R package *COINr* does them. Tables are polars frames with one
line for each subject and a column for each indicator; null is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import kurtosis, skew

from analytics.assessment.aggregation import arithmetic

Floats = NDArray[np.float64]
MOST_SKEW, MOST_KURTOSIS, MOST_POINTS = 2.0, 3.5, 5


def denominate(table: pl.DataFrame, by: Mapping[str, str]) -> pl.DataFrame:
    """Divide indicators by another column: ``by`` maps indicator to denominator."""
    return table.with_columns(pl.col(name) / pl.col(over) for name, over in by.items())


def impute_by_group(table: pl.DataFrame, indicators: Sequence[str], group: str) -> pl.DataFrame:
    """Fill what is missing with the mean of the subject's group."""
    return table.with_columns(
        pl.col(name).fill_null(pl.col(name).mean().over(group)) for name in indicators
    )


def screen(table: pl.DataFrame, indicators: Sequence[str], least: float = 0.9) -> pl.DataFrame:
    """Only the subjects of which at least the share ``least`` of the indicators is known."""
    known = pl.mean_horizontal(pl.col(name).is_not_null().cast(pl.Float64) for name in indicators)
    return table.filter(known >= least)


def treat_outliers(
    table: pl.DataFrame, indicators: Sequence[str], most_points: int = MOST_POINTS
) -> pl.DataFrame:
    """Draw in what makes an indicator lean: winsorised, or a logarithm where that is not enough.

    As long as |skew| is above 2 and kurtosis above 3.5, one more of the outermost points on the
    leaning side is drawn in to its neighbour, at most ``most_points``; an indicator that still
    leans then is taken as log(x - min + 1 % of its range).
    """
    return table.with_columns(
        pl.Series(name, _treated(table[name].to_numpy().astype(float), most_points))
        for name in indicators
    )


def to_hundred(table: pl.DataFrame, directions: Mapping[str, float]) -> pl.DataFrame:
    """Each indicator from 0 (worst) to 100; ``directions``: 1 where more is better, or -1."""
    made = []
    for name, direction in directions.items():
        value = pl.col(name) * direction
        made.append((100 * (value - value.min()) / (value.max() - value.min())).alias(name))
    return table.with_columns(made)


def aggregate(
    table: pl.DataFrame,
    tree: Iterable[tuple[str, Sequence[str], Sequence[float]]],
    how: Callable[[Floats, Floats], Floats] = arithmetic,
) -> pl.DataFrame:
    """Add a column for each (name, parts, weights) of the tree, in its order, parts first."""
    for name, parts, weights in tree:
        values = table.select(parts).to_numpy().astype(float)
        made = how(values, np.asarray(weights, dtype=np.float64))
        table = table.with_columns(pl.Series(name, made))
    return table


def _treated(values: Floats, most_points: int) -> Floats:
    treated = values.copy()
    for _ in range(most_points):
        if not _leans(treated):
            return treated
        _draw_in(treated)
    if not _leans(treated):
        return treated
    known = values[~np.isnan(values)]
    shift = 0.01 * (known.max() - known.min())
    return np.log(values - known.min() + shift)


def _leans(values: Floats) -> bool:
    """As a spreadsheet's SKEW and KURT: both corrected for the number of values."""
    known = values[~np.isnan(values)]
    return bool(
        abs(skew(known, bias=False)) > MOST_SKEW and kurtosis(known, bias=False) > MOST_KURTOSIS
    )


def _draw_in(values: Floats) -> None:
    """Set the outermost distinct value on the leaning side to the one next to it, in place."""
    distinct = np.unique(values[~np.isnan(values)])
    if skew(values[~np.isnan(values)], bias=False) > 0:
        values[values == distinct[-1]] = distinct[-2]
    else:
        values[values == distinct[0]] = distinct[1]
