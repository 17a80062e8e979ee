"""Since when a count is lasting higher or lower: change points of its level.

Counts are brought to one variance (Anscombe 1948: twice the root of the count and 3/8) and divided
where that explains most, by PELT with squared errors (Killick, Fearnhead and Eckley 2012; library
*ruptures*). A series may vary more than Poisson; how much more is seen in its differences from one
period to the next. Many series and periods are looked at: a division must gain ``2 log(N / 0.05)``
where there are *N* periods of all series, so that of constant ones, all together, one time in
twenty any is divided. Belongs here: finding change points. Does not belong here: rises of single
weeks (``alerts``), what a change consists of (``contributions``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.trends.series import Series

Floats = NDArray[np.float64]
ALPHA = 0.05
LEAST = 4
"""Periods of a level: fewer are a spell, not a level."""
_ROOT_OF_NORMAL = 0.6745
"""The median distance of a standard normal from its mean."""


@dataclass(frozen=True)
class ChangePoint:
    """A lasting change of a series. ``period``: the first one at the new level.

    ``before`` and ``after``: means of the levels on both sides, up to the next change points;
    ``ratio``: after over before, with its 95 % interval; infinite where nothing came before.
    ``cell_id``: the figure of ``period``, null where nothing came then.
    """

    series: Series
    period: str
    before: float
    after: float
    ratio: float
    ratio_low: float
    ratio_high: float
    cell_id: str | None


def change_points(series: Sequence[Series], alpha: float = ALPHA) -> list[ChangePoint]:
    """The change points of all series together, the latest first.

    ``series``: of counts. ``alpha``: how probable it may be that any is found where there are none.
    """
    long = [one for one in series if len(one.values) >= 2 * LEAST]
    if not long:
        return []
    tried = sum(len(one.values) for one in long)
    penalty = 2 * float(np.log(tried / alpha))
    found = [point for one in long for point in _points(one, penalty)]
    return sorted(found, key=lambda p: (p.period, abs(np.log(max(p.ratio, 1e-9)))), reverse=True)


def _points(series: Series, penalty: float) -> list[ChangePoint]:
    values = series.values
    breaks = [0, *divisions(values, penalty), len(values)]
    spread = scatter(values) ** 2
    points = []
    for start, at, end in zip(breaks, breaks[1:], breaks[2:], strict=False):
        came, comes = values[start:at], values[at:end]
        before, after = float(came.mean()), float(comes.mean())
        low, high = _ratio_interval(came, comes, spread)
        ratio = after / before if before else np.inf
        points.append(
            ChangePoint(
                series, series.periods[at], before, after, ratio, low, high, series.cell_ids[at]
            )
        )
    return points


def divisions(values: Floats, penalty: float) -> list[int]:
    """Positions at which a new level begins; ``penalty``: what a division must gain."""
    from ruptures import Pelt

    roots = 2 * np.sqrt(np.maximum(values, 0) + 3 / 8) / scatter(values)
    if np.ptp(roots) == 0:
        return []
    ends = Pelt(model="l2", min_size=LEAST, jump=1).fit(roots.reshape(-1, 1)).predict(pen=penalty)
    return [int(end) for end in ends[:-1]]


def scatter(values: Floats) -> float:
    """The standard deviation of the roots within a level, at least that of Poisson counts, 1.

    From the differences of one period to the next, of which a change of level is only one.
    """
    roots = 2 * np.sqrt(np.maximum(values, 0) + 3 / 8)
    steps = np.abs(np.diff(roots))
    middle = float(np.median(steps)) / (_ROOT_OF_NORMAL * np.sqrt(2))
    # The median is robust, the mean square efficient: the larger of both, on the safe side.
    usual = np.sort(steps)[: max(1, int(0.9 * len(steps)))]
    return max(1.0, middle, float(np.sqrt((usual**2).mean() / 2)))


def _ratio_interval(before: Floats, after: Floats, spread: float) -> tuple[float, float]:
    """95 % of the ratio of two levels, counts varying ``spread`` times as much as Poisson's."""
    came, comes = float(before.sum()), float(after.sum())
    if came == 0 or comes == 0:
        return 0.0, float("inf")
    middle = np.log(comes / len(after)) - np.log(came / len(before))
    half = 1.96 * np.sqrt(spread * (1 / came + 1 / comes))
    return float(np.exp(middle - half)), float(np.exp(middle + half))
