"""How far a figure is from those of the other periods of the same place.

Each score is about a standard deviation, so that thresholds mean alike. The figure itself is left
out of what it is compared with: one extreme value would hide itself otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analytics.checks.declarations import Method

Values = npt.NDArray[np.float64]
Score = tuple[float, float]
"""The score, and the figure that was to be expected."""

#: 1 / the 75 % point of the normal distribution: from a median deviation to a standard deviation.
_MAD = 1.4826


def scores(values: Sequence[float], method: Method) -> list[Score]:
    """One score for each value, against all the others.

    ``counts``: difference of Anscombe's transforms, 2 sqrt(x + 3/8), which has variance 1 for a
    Poisson count (Anscombe 1948), against the median of the others; a spread of the others beyond
    that of Poisson widens it. ``robust``: distance from the median in median absolute deviations
    (Iglewicz and Hoaglin 1993). ``standard``: distance from the mean in standard deviations. Where
    the others do not differ at all, a value that does is infinitely far for the last two.
    """
    found = np.asarray(values, dtype=np.float64)
    return [_SCORES[method](found[at], np.delete(found, at)) for at in range(len(found))]


def _counts(value: float, others: Values) -> Score:
    transformed = 2 * np.sqrt(np.maximum(others, 0) + 0.375)
    middle = float(np.median(transformed))
    spread = max(1.0, _MAD * float(np.median(np.abs(transformed - middle))))
    score = (2 * np.sqrt(max(value, 0.0) + 0.375) - middle) / spread
    return float(score), float(np.median(others))


def _robust(value: float, others: Values) -> Score:
    middle = float(np.median(others))
    return _in_spreads(value - middle, _MAD * float(np.median(np.abs(others - middle)))), middle


def _standard(value: float, others: Values) -> Score:
    mean = float(np.mean(others))
    return _in_spreads(value - mean, float(np.std(others, ddof=1))), mean


def _in_spreads(distance: float, spread: float) -> float:
    if spread > 0:
        return distance / spread
    return 0.0 if distance == 0 else float(np.copysign(np.inf, distance))


_SCORES: Mapping[Method, Callable[[float, Values], Score]] = {
    "counts": _counts,
    "robust": _robust,
    "standard": _standard,
}
