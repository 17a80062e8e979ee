"""Small numbers prove little: estimates drawn towards what was expected, and how sure ranks are.

Normal-normal empirical Bayes (Efron and Morris 1975; for league tables Goldstein and
Spiegelhalter 1996).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def shrunken(distances: Floats, errors: Floats, variance: float) -> tuple[Floats, Floats]:
    """Mean and standard deviation of where each subject really stands, given what was seen.

    ``distances`` from what was expected with standard ``errors``, shape (subjects,); ``variance``:
    between subjects. With little seen the mean is near 0 and the deviation that of all subjects.
    """
    keep = variance / (variance + errors**2) if variance > 0 else np.zeros_like(errors)
    return distances * keep, np.sqrt(variance * (1 - keep))


def rank_intervals(draws: Floats, confidence: float = 0.9) -> tuple[Floats, Floats, Floats]:
    """Median rank and the interval of ranks of each subject; 1 is the highest.

    ``draws``: shape (draws, subjects), of scores as they may really be.
    """
    tail = (1 - confidence) / 2
    best = rankdata(-draws, method="min", axis=1)
    ordered = np.sort(draws, axis=1)
    # Who is equal may be either: nobody is before the other.
    tied = bool((np.diff(ordered, axis=1) == 0).any())
    worst = rankdata(-draws, method="max", axis=1) if tied else best
    low, middle = _quantiles(best, tail), _quantiles(best, 0.5)
    return middle, low, _quantiles(worst, 1 - tail)


def _quantiles(ranks: Floats, at: float) -> Floats:
    made: Floats = np.quantile(ranks, at, axis=0, method="closest_observation")
    return made
