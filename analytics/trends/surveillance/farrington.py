"""The extended Farrington algorithm: the same weeks of former years, robustly.

Noufaily et al. 2013, as ``farringtonFlexible`` of the R package *surveillance* has it with one
period: the weeks within ``half_width`` of the same week in each of ``years_back`` years are fitted
by a quasi-Poisson regression with a trend, once more with what stood out weighted down, and the
count is compared with the upper limit of its prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from analytics.trends.surveillance.judged import Floats, Judged, positions
from analytics.trends.surveillance.regression import fitted


@dataclass(frozen=True)
class Settings:
    """``alpha`` is one-sided; at least ``cases`` in the last ``periods``, else there is no alarm.

    ``past_not_included``: the last weeks that no baseline may contain, so that an outbreak under
    way does not raise its own limit.

    ``as_surveillance``: the R package puts Anscombe's weights in place of the working weights
    before it asks for the dispersion, so that the test of the trend and the error of the mean use
    that of the working residuals: with counts in the hundreds any trend is significant. Only with
    it are the package's alarms reproduced; without it both use Pearson's dispersion.
    """

    years_back: int = 3
    half_width: int = 3
    alpha: float = 0.01
    weights_threshold: float = 2.58
    trend_threshold: float = 0.05
    past_not_included: int = 26
    cases: int = 5
    periods: int = 4
    as_surveillance: bool = False


def farrington(
    counts: Floats, weeks: Sequence[date], at: Sequence[int], settings: Settings | None = None
) -> Judged:
    """Judge the weeks at the positions ``at``.

    ``counts``: shape (n,); ``weeks``: the first day of each, seven days apart. A week whose
    former years are not all in the series is not judged.
    """
    chosen = settings or Settings()
    expected, upper = np.full(len(at), np.nan), np.full(len(at), np.nan)
    for position, now in enumerate(at):
        baseline = _baseline(weeks, now, chosen)
        if baseline is not None:
            limits = _limits(counts[baseline], baseline - baseline[0], now - baseline[0], chosen)
            expected[position], upper[position] = limits
    enough = np.array([counts[max(0, k - chosen.periods + 1) : k + 1].sum() for k in at])
    where = positions(at)
    with np.errstate(invalid="ignore"):
        above = counts[where] > upper
    return Judged(where, expected, upper, above & (enough >= chosen.cases), where)


def _baseline(weeks: Sequence[date], now: int, chosen: Settings) -> np.ndarray | None:
    """The positions of the weeks to compare with; None where a former year is missing."""
    found: set[int] = set()
    for years in range(1, chosen.years_back + 1):
        middle = now - (weeks[now] - _same_week(weeks[now], years)).days // 7
        if middle - chosen.half_width < 0:
            return None
        found.update(range(middle - chosen.half_width, middle + chosen.half_width + 1))
    return np.array(sorted(k for k in found if k < now - chosen.past_not_included))


def _same_week(week: date, years: int) -> date:
    """The day of the same weekday that is next to the same date of a former year."""
    then = _years_before(week, years)
    off = (then.weekday() - week.weekday()) % 7
    return then - timedelta(days=off) if off <= 3 else then + timedelta(days=7 - off)


def _years_before(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - years, 3, 1)
    return day.replace(year=day.year - years)


def _limits(values: Floats, times: Floats, now: int, chosen: Settings) -> tuple[float, float]:
    """The expected count and the upper limit."""
    if not values.any():
        return 0.0, 0.0
    model = _fit(values, times, chosen, trend=chosen.years_back >= 3)
    if model is not None and model.has_trend and not model.keeps_trend(now, chosen):
        model = _fit(values, times, chosen, trend=False)
    if model is None:
        return float("nan"), float("nan")
    mean, error = model.predicted(now)
    spread = max(model.dispersion, 1.0) + error**2 / mean
    deviation = np.sqrt(4 / 9 * mean ** (1 / 3) * spread)
    limit = (mean ** (2 / 3) + norm.ppf(1 - chosen.alpha) * deviation) ** 1.5
    return mean, float(limit)


@dataclass(frozen=True)
class _Fitted:
    """A fitted regression. ``dispersion``: Pearson's; ``of_errors``: the one errors are scaled by.

    ``covariance``: unscaled; ``largest``: the largest count of the baseline; ``left``: its degrees
    of freedom.
    """

    parameters: Floats
    covariance: Floats
    dispersion: float
    of_errors: float
    largest: float
    left: float

    @property
    def has_trend(self) -> bool:
        return len(self.parameters) == 2

    def keeps_trend(self, now: int, chosen: Settings) -> bool:
        """Whether the trend is significant and leads to no count that was not seen before."""
        error = np.sqrt(self.of_errors * self.covariance[1, 1])
        p = 2 * student.sf(abs(self.parameters[1]) / error, self.left) if error > 0 else 0.0
        return bool(p < chosen.trend_threshold and self.predicted(now)[0] <= self.largest)

    def predicted(self, now: int) -> tuple[float, float]:
        """The mean at a time and the standard error of the mean, both in counts."""
        at = np.array([1.0, now][: len(self.parameters)])
        mean = float(np.exp(at @ self.parameters))
        return mean, mean * float(np.sqrt(self.of_errors * at @ self.covariance @ at))


def _fit(values: Floats, times: Floats, chosen: Settings, trend: bool) -> _Fitted | None:
    """A quasi-Poisson regression, fitted again with outliers weighted down; None if it fails."""
    design = np.column_stack([np.ones(len(values)), times]) if trend else np.ones((len(values), 1))
    try:
        first = fitted(values, design)
        if not first.converged:
            return _fit(values, times, chosen, trend=False) if trend else None
        weights = _weights(first, values, chosen.weights_threshold)
        again = fitted(values, design, weights)
    except (ValueError, np.linalg.LinAlgError):
        return None
    mean, left = again.fittedvalues, float(again.df_resid)
    dispersion = of_errors = float((weights * (values - mean) ** 2 / mean).sum() / left)
    if chosen.as_surveillance:
        of_errors = float((weights * ((values - mean) / mean) ** 2).sum() / left)
    return _Fitted(
        again.params,
        np.asarray(again.normalized_cov_params),
        dispersion,
        of_errors if chosen.as_surveillance else max(of_errors, 1.0),
        float(values.max()),
        left,
    )


def _weights(model: Any, values: Floats, threshold: float) -> Floats:
    """Weights by Anscombe's residuals: 1 within the threshold, falling with the square beyond."""
    mean, leverage = model.fittedvalues, model.get_hat_matrix_diag()
    dispersion = max(float(((values - mean) ** 2 / mean).sum() / model.df_resid), 1.0)
    residuals = 1.5 * (values ** (2 / 3) * mean ** (-1 / 6) - np.sqrt(mean))
    residuals = residuals / np.sqrt(dispersion * (1 - leverage))
    weights = np.where(residuals > threshold, 1 / np.maximum(residuals, threshold) ** 2, 1.0)
    return weights * len(values) / weights.sum()
