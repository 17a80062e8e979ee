"""EARS C1, C2 and C3: the last few periods as the baseline.

Hutwagner et al. 2003; as ``earsC`` of the R package *surveillance* has them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from analytics.trends.surveillance.judged import Floats, Judged, positions

LAGS = {"C1": 0, "C2": 2, "C3": 2}


def ears(
    counts: Floats, at: Sequence[int], variant: str = "C2", baseline: int = 7, alpha: float = 0.001
) -> Judged:
    """Judge the periods at the positions ``at`` of ``counts`` (shape (n,)).

    C1 compares with the mean and deviation of the ``baseline`` periods just before; C2 leaves the
    last two of them out, so that a slow rise does not hide itself; C3 adds up what C2 saw in this
    and the two periods before. ``alpha``: one-sided. Raises ValueError for another variant.
    """
    if variant not in LAGS:
        raise ValueError(f"EARS has C1, C2 and C3, not {variant}")
    means, deviations = _baselines(counts, LAGS[variant], baseline)
    z = float(norm.ppf(1 - alpha))
    if variant != "C3":
        upper = means + z * deviations
    else:
        with np.errstate(invalid="ignore", divide="ignore"):
            excess = np.maximum(0, (counts - means) / deviations - 1)
        excess = np.where(deviations > 0, excess, 0.0)
        before = np.concatenate([[0.0, 0.0], excess])
        upper = means + deviations * (1 + np.maximum(0, z - before[1:-1] - before[:-2]))
    where = positions(at)
    with np.errstate(invalid="ignore"):
        return Judged(where, means[where], upper[where], counts[where] > upper[where], where)


def _baselines(counts: Floats, lag: int, baseline: int) -> tuple[Floats, Floats]:
    """Mean and deviation of the baseline of each period, NaN where it would start before 0."""
    means, deviations = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    first = baseline + lag
    if len(counts) > first:
        windows = np.lib.stride_tricks.sliding_window_view(counts, baseline)[: len(counts) - first]
        means[first:], deviations[first:] = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    return means, deviations
