"""Funnel plots: is a figure further from what was expected than its size explains?

Spiegelhalter 2005. Limits at 95 % and 99.8 %, as PHEindicatormethods has them for shares (about
the share of all) and for observed over expected (by the interval of the observed count);
``between_variance`` widens them where subjects differ more than chance alone would have it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from analytics.intervals import count_interval

Floats = NDArray[np.float64]
Verdict = Literal["far below", "below", "as expected", "above", "far above"]
VERDICTS: tuple[Verdict, ...] = ("far below", "below", "as expected", "above", "far above")
WITHIN, FAR = 0.95, 0.998
"""``below`` and ``above`` lie outside the first, ``far`` outside the second."""


def share_limits(
    sizes: ArrayLike, baseline: float, confidence: float, variance: float = 0.0
) -> tuple[Floats, Floats]:
    """Lower and upper limit of shares of ``sizes`` cases each, about ``baseline`` (0 to 1).

    ``variance``: between subjects, beyond chance.
    """
    n = np.asarray(sizes, dtype=np.float64)
    z = float(norm.ppf(0.5 + confidence / 2))
    half = z * np.sqrt(baseline * (1 - baseline) / n + variance)
    return np.maximum(baseline - half, 0.0), np.minimum(baseline + half, 1.0)


def ratio_limits(observed: ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """The expected counts between which an observed count is within its limits.

    Below the first the observed count is high, above the second it is low.
    """
    return count_interval(observed, confidence)


def distance_limits(errors: ArrayLike, variance: float = 0.0, confidence: float = WITHIN) -> Floats:
    """How far from what was expected figures with these standard ``errors`` may lie.

    ``variance``: between subjects, beyond chance.
    """
    spread = np.sqrt(np.asarray(errors, dtype=np.float64) ** 2 + variance)
    return np.asarray(float(norm.ppf(0.5 + confidence / 2)) * spread)


def verdicts(distances: ArrayLike, errors: ArrayLike, variance: float = 0.0) -> list[Verdict]:
    """How far off figures are that lie ``distances`` from what was expected.

    ``errors``: the standard error of each; ``variance``: between subjects, beyond chance.
    """
    off = np.nan_to_num(np.asarray(distances, dtype=np.float64))
    within, far = (distance_limits(errors, variance, c) for c in (WITHIN, FAR))
    steps = np.sign(off) * ((np.abs(off) > within).astype(int) + (np.abs(off) > far).astype(int))
    return [VERDICTS[2 + int(step)] for step in steps]


def between_variance(distances: ArrayLike, errors: ArrayLike, trimmed: float = 0.1) -> float:
    """Variance between subjects beyond chance (DerSimonian and Laird), at least 0.

    Standardised distances are drawn in to their ``trimmed`` quantiles first, so that a few who
    really stand out do not widen the limits for themselves (Spiegelhalter 2005).
    """
    d, s = np.asarray(distances, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    known = np.isfinite(d) & np.isfinite(s) & (s > 0)
    d, s = d[known], s[known]
    if len(d) < 3:
        return 0.0
    z = d / s
    if trimmed:
        z = np.clip(z, *np.quantile(z, [trimmed, 1 - trimmed]))
    weights = 1 / s**2
    dispersion = float((z**2).sum() / len(z))
    if dispersion * len(z) <= len(z) - 1:
        return 0.0
    left = weights.sum() - (weights**2).sum() / weights.sum()
    return float((len(z) * dispersion - (len(z) - 1)) / left)
