"""Intervals of counts and shares that hold for small numbers too.

Garwood 1936 for counts, Wilson 1927 for shares.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

Floats = NDArray[np.float64]


def count_interval(counts: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper limit of the mean of Poisson counts, each of the shape of ``counts``.

    Exact, by chi squared (Garwood 1936).
    """
    x, tail = np.asarray(counts, dtype=np.float64), (1 - confidence) / 2
    low = np.where(x > 0, chi2.ppf(tail, 2 * np.maximum(x, 0.5)) / 2, 0.0)
    return low, chi2.ppf(1 - tail, 2 * x + 2) / 2


def share_interval(
    numerators: ArrayLike, denominators: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson's lower and upper limit of shares; NaN where the denominator is 0."""
    x, n = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    z = float(norm.ppf(0.5 + confidence / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = 2 * x + z**2
        half = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
        return (middle - half) / (2 * (n + z**2)), (middle + half) / (2 * (n + z**2))
