"""From indicators to one score: weighted arithmetic or geometric mean, or TOPSIS.

Values are scores from 0 to 100, shape (subjects, indicators), NaN where an indicator is not
judged: the weights of the others are then raised alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST = 1.0
"""Below this a score counts as this in a geometric mean: a single 0 would leave nothing."""


def arithmetic(scores: Floats, weights: Floats) -> Floats:
    """Weighted means, shape (subjects,): what is weak in one can be made up for in another."""
    there = ~np.isnan(scores)
    total = (there * weights).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        means: Floats = np.where(there, scores * weights, 0.0).sum(axis=-1) / total
    return means


def geometric(scores: Floats, weights: Floats) -> Floats:
    """Weighted geometric means, shape (subjects,): what is weak in one is hard to make up for."""
    return np.exp(arithmetic(np.log(np.maximum(scores, LEAST)), weights))


def topsis(values: Floats, weights: Floats, directions: Floats | None = None) -> Floats:
    """Closeness to the best of each indicator and distance from the worst, 0 to 1 (Hwang 1981).

    ``values``: shape (subjects, indicators), taken to 0..1 by the least and the greatest of each;
    ``directions``: 1 where more is better (all, if None), -1 where less is. A missing value stands
    in the middle.
    """
    if directions is not None:
        values = values * directions
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    scaled = (values - low) / np.where(high > low, high - low, 1.0)
    weighed = np.nan_to_num(scaled, nan=0.5) * weights
    best, worst = weighed.max(axis=0), weighed.min(axis=0)
    to_best = np.sqrt(((weighed - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighed - worst) ** 2).sum(axis=1))
    whole = to_best + to_worst
    return np.where(whole > 0, to_worst / np.where(whole > 0, whole, 1.0), 0.5)
