"""Intervals of a survey's weighted mean, from sums that are published cells beside it.

Belongs here: the interval. Does not belong here: which table has one (``declarations``), drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from scipy.stats import t

from analytics.reports.metrics import Label

CONFIDENCE = 0.95
LOW = Label("95% 区间下限", "95% interval, low")
HIGH = Label("95% 区间上限", "95% interval, high")


@dataclass(frozen=True)
class Interval:
    """The metrics that a table's interval is made of, by their names.

    ``mean``: the weighted mean that it surrounds. The others are sums over the answers: of weights,
    their squares, weight times score, and weight times squared score.
    """

    mean: str
    weight: str
    weight_squared: str
    weighted_score: str
    weighted_square: str

    def around(self, values: Mapping[str, float | None]) -> tuple[float, float] | None:
        """Low and high of the interval, in the unit of the score; None where it is not known.

        ``values``: of the metrics, by name. Weighted answers count as Kish's effective number of
        answers, n = (sum of weights)^2 / sum of squared weights (Kish 1965, Survey Sampling, 11.7),
        and the mean has Student's t with n - 1 degrees of freedom. Answers are taken as drawn
        independently: within a household or community that is narrower than the truth.
        """
        sums = [
            values.get(name)
            for name in (
                self.weight,
                self.weight_squared,
                self.weighted_score,
                self.weighted_square,
            )
        ]
        if any(value is None for value in sums):
            return None
        weight, squared, score, square = (float(value or 0) for value in sums)
        answers = weight * weight / squared if squared > 0 else 0.0
        if weight <= 0 or answers <= 1:
            return None
        mean = score / weight
        variance = max(square / weight - mean * mean, 0.0)
        width = float(t.ppf((1 + CONFIDENCE) / 2, answers - 1)) * sqrt(variance / (answers - 1))
        return mean - width, mean + width


def interval_of(
    interval: Interval | None, cells: Mapping[str, Mapping[str, Any] | None]
) -> tuple[float, float] | None:
    """The interval on a line; ``cells``: by the names of their metrics."""
    if interval is None or cells.get(interval.mean) is None:
        return None
    return interval.around({name: cell["value"] if cell else None for name, cell in cells.items()})
