"""Forecasts of counts, with intervals, that add up from the smallest place to the city.

For each series a few candidates compete on the past (rolling origins): seasonal naive, ETS, Theta,
gradient boosting on lags and calendar, and the mean of the last three. The forecasts of the best
are reconciled over the hierarchy of places (MinT with structural weights, Wickramasuriya et al.
2019), and the intervals are those within which the same way would have been right in the past.
Belongs here: the way from series to forecasts. Does not belong here: finding series (``series``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from analytics.one_thread import one_thread
from analytics.reports.periods import bounds, following
from analytics.trends.calendar import circumstances
from analytics.trends.series import Series
from civic.errors import CivicError

Floats = NDArray[np.float64]
SEASONS = {"day": 7, "week": 52, "month": 12}
ORIGINS = 6
"""How many times the past is forecast before the future is; at least 3, where it is short."""
LEAST_ROWS = 8
"""How many periods a model must have to learn from at the earliest of these."""
CANDIDATES = ("seasonal_naive", "ets", "theta", "boosted", "mean")
BETTER = 0.9
"""A single candidate is taken only where its error is below this part of that of their mean: on a
short past the best of five is often so by luck."""
FORECASTS = pl.Schema(
    {
        "level": pl.String(),
        "place_code": pl.String(),
        "period": pl.String(),
        "forecast": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "model": pl.String(),
    }
)
BACKTEST = pl.Schema(
    {"level": pl.String(), "place_code": pl.String(), "model": pl.String(), "mase": pl.Float64()}
)
"""``mase``: mean absolute error over the origins, scaled by that of the seasonal naive way within
the past (Hyndman and Koehler 2006)."""


@dataclass(frozen=True)
class Forecasts:
    """``future``: columns ``FORECASTS``, coherent: children add up to their parent, also where a
    place is not known (``/unplaced``). ``backtest``: how well each candidate did (``BACKTEST``).
    """

    future: pl.DataFrame
    backtest: pl.DataFrame


def forecast(
    series: Sequence[Series],
    parents: Mapping[str, str | None],
    grain: str,
    horizon: int,
    confidence: float = 0.9,
) -> Forecasts:
    """Forecast ``horizon`` periods behind the last of the series.

    ``series``: counts of places, one for each, parents with all their children. ``parents``: the
    place above each. Raises CivicError where the past is too short to be forecast itself.
    """
    table = _Table.of(series, parents, grain, horizon)
    with one_thread():
        errors, forecasts = table.past(ORIGINS)
        ahead = table.candidates(table.values)
    scale = table.scale()
    mase = {m: np.abs(errors[m]).mean(axis=(0, 2)) / scale for m in CANDIDATES}
    best = np.array([_best({m: mase[m][n] for m in CANDIDATES}) for n in range(table.count)])
    chosen = np.stack([forecasts[best[n]][:, n] for n in range(table.count)], axis=1)
    actual = chosen + np.stack([errors[best[n]][:, n] for n in range(table.count)], axis=1)
    past = np.stack([table.coherent(one) for one in chosen])
    tail = (1 - confidence) / 2
    low, high = table.spread(actual - past, past, tail)
    future = table.coherent(np.stack([ahead[best[n]][n] for n in range(table.count)]))
    root = np.sqrt(np.maximum(future, 0.5))
    bands = np.maximum(future + low[:, None] * root, 0), future + high[:, None] * root
    return Forecasts(table.as_frame(future, *bands, best), table.as_backtest(mase))


@dataclass(frozen=True)
class _Table:
    """The series as a table: ``values`` of shape (series, periods).

    ``lowest``: the series that have no children; ``summing``, shape (series, lowest): which of
    them each series is the sum of.
    """

    series: tuple[Series, ...]
    values: Floats
    periods: tuple[str, ...]
    lowest: tuple[int, ...]
    summing: Floats
    grain: str
    horizon: int

    @classmethod
    def of(
        cls, series: Sequence[Series], parents: Mapping[str, str | None], grain: str, horizon: int
    ) -> _Table:
        if not series:
            raise CivicError("There is nothing to forecast.", zh="没有可预测的序列。")
        longest = max(series, key=lambda one: len(one.periods))
        lowest, summing = _hierarchy([one.place_code for one in series], parents)
        empty = cls(tuple(series), np.empty(0), (), lowest, summing, grain, horizon)
        least = empty._first + LEAST_ROWS + horizon + 2 * empty._step
        if len(longest.periods) < least:
            raise CivicError(
                f"{len(longest.periods)} periods are too few to forecast {horizon}; "
                f"{least} are needed.",
                zh=f"只有 {len(longest.periods)} 期，预测 {horizon} 期至少需要 {least} 期。",
            )
        values = np.zeros((len(series), len(longest.periods)))
        for at, one in enumerate(series):
            values[at, len(longest.periods) - len(one.periods) :] = one.values
        return replace(empty, values=values, periods=longest.periods)

    @property
    def count(self) -> int:
        return len(self.series)

    @property
    def season(self) -> int:
        """The length of the season, 1 where fewer than two of them are known."""
        season = SEASONS[self.grain]
        return season if self.values.shape[1] >= 2 * season + self.horizon + ORIGINS else 1

    def scale(self) -> Floats:
        """The mean absolute error of the seasonal naive way within the past, by series."""
        steps = np.abs(self.values[:, self.season :] - self.values[:, : -self.season])
        return np.maximum(steps.mean(axis=1), 1e-9)

    def past(self, origins: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Errors and forecasts of every candidate from earlier origins, each of the shape
        (origins, series, horizon)."""
        known, step = self.values.shape[1], self._step
        origins = min(origins, 1 + (known - self.horizon - self._first - LEAST_ROWS) // step)
        errors: dict[str, list[Floats]] = {m: [] for m in CANDIDATES}
        said: dict[str, list[Floats]] = {m: [] for m in CANDIDATES}
        for back in range(origins, 0, -1):
            end = known - self.horizon - (back - 1) * step
            made = self.candidates(self.values[:, :end])
            for name, one in made.items():
                errors[name].append(self.values[:, end : end + self.horizon] - one)
                said[name].append(one)
        return (
            {name: np.stack(all_) for name, all_ in errors.items()},
            {name: np.stack(all_) for name, all_ in said.items()},
        )

    def candidates(self, values: Floats) -> dict[str, Floats]:
        """What each candidate says of the periods behind ``values``, shape (series, horizon)."""
        made = self._classical(values)
        made["boosted"] = self._boosted(values)
        made["mean"] = (made["ets"] + made["theta"] + made["boosted"]) / 3
        return {name: np.maximum(made[name], 0) for name in CANDIDATES}

    def _classical(self, values: Floats) -> dict[str, Floats]:
        from statsforecast.models import AutoETS, DynamicOptimizedTheta, Naive, SeasonalNaive

        season, horizon = self.season, self.horizon
        naive: Any = SeasonalNaive(season_length=season) if season > 1 else Naive()
        models = {
            "seasonal_naive": naive,
            # Of days there are hundreds: a trend is looked for by Theta only, ETS would take long.
            "ets": AutoETS(
                season_length=season if season <= 24 else 1,
                model="ZNZ" if self.grain == "day" else "ZZZ",
            ),
            "theta": DynamicOptimizedTheta(season_length=season),
        }
        return {
            name: np.stack([model.forecast(y=one, h=horizon)["mean"] for one in values])
            for name, model in models.items()
        }

    def _boosted(self, values: Floats) -> Floats:
        """One model for all series, of each count over the mean of the periods before."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        known = values.shape[1]
        days = [bounds(period)[0] for period in self._dated(known + self.horizon)]
        calendar = circumstances(days, self.grain)
        rows, targets = [], []
        for at in range(self._first, known):
            usual, recent = self._recent(values, at)
            rows.append(np.hstack([recent, np.tile(calendar[at], (self.count, 1))]))
            targets.append(values[:, at] / usual)
        model = HistGradientBoostingRegressor(
            loss="poisson", max_iter=120, learning_rate=0.06, max_leaf_nodes=8,
            min_samples_leaf=20, random_state=0,
        )  # fmt: skip
        counts = np.concatenate(targets)
        if not counts.any():
            return np.zeros((self.count, self.horizon))
        model.fit(np.vstack(rows), counts)
        made = np.empty((self.count, self.horizon))
        for step in range(self.horizon):
            usual, recent = self._recent(values, known + step)
            row = np.hstack([recent, np.tile(calendar[known + step], (self.count, 1))])
            made[:, step] = model.predict(row) * usual
        return made

    @property
    def _step(self) -> int:
        """How far apart the origins are."""
        return max(1, self.horizon // 2)

    @property
    def _first(self) -> int:
        """The first period whose lags are all known."""
        return self._lag + 3 * self._cycle

    @property
    def _cycle(self) -> int:
        return 7 if self.grain == "day" else 4

    @property
    def _lag(self) -> int:
        """The shortest lag that is known for every step of the horizon, in whole cycles."""
        return -(-self.horizon // self._cycle) * self._cycle

    def _recent(self, values: Floats, at: int) -> tuple[Floats, Floats]:
        """The usual count, and the counts one, two and three cycles earlier as parts of it."""
        end = at - self._lag + 1
        usual = np.maximum(values[:, max(0, end - 4 * self._cycle) : end].mean(axis=1), 0.5)
        lags = [values[:, at - self._lag - k * self._cycle] / usual for k in range(3)]
        last = values[:, max(0, end - self._cycle) : end].mean(axis=1) / usual
        return usual, np.column_stack([*lags, last])

    def coherent(self, forecasts: Floats) -> Floats:
        """Reconciled so that children add up to their parents, none below 0."""
        if self.summing.shape[0] == self.summing.shape[1]:
            return forecasts
        from hierarchicalforecast.methods import MinTrace

        # The library takes the lowest series to be the last ones.
        upper = [at for at in range(self.count) if at not in self.lowest]
        order = [*upper, *self.lowest]
        reconcile = MinTrace(method="wls_struct")
        made = reconcile(S=self.summing[order], y_hat=forecasts[order])["mean"]
        return self.summing @ np.maximum(made[len(upper) :], 0)

    def spread(self, errors: Floats, forecasts: Floats, tail: float) -> tuple[Floats, Floats]:
        """Quantiles of past errors over the root of the forecast, by series.

        ``errors``: shape (origins, series, horizon). The shape of the errors is that of all series
        of a level, their size the series' own. Errors from one origin go together, so the past
        says less than their number: the quantiles are widened as Student's are for the number of
        independent ones.
        """
        scaled = errors / np.sqrt(np.maximum(forecasts, 0.5))
        size = np.sqrt((scaled**2).mean(axis=(0, 2))) + 1e-9
        low, high = np.empty(self.count), np.empty(self.count)
        levels = np.array([one.level for one in self.series])
        for level in np.unique(levels):
            own = np.flatnonzero(levels == level)
            pool = scaled[:, own] / size[None, own, None]
            widened = self._widened(pool, tail)
            low[own], high[own] = widened * np.quantile(pool, [tail, 1 - tail])
        return low * size, high * size

    def _widened(self, errors: Floats, tail: float) -> float:
        """How much wider an interval from so few independent errors must be."""
        origins = 1 + (len(errors) - 1) * self._step / self.horizon
        together = (errors.mean(axis=2) ** 2).mean() / max((errors**2).mean(), 1e-12)
        independent = origins / float(np.clip(together, 1 / self.horizon, 1))
        quantile = student.ppf(1 - tail, independent) / norm.ppf(1 - tail)
        return float(quantile * np.sqrt(1 + 1 / independent))

    def _dated(self, count: int) -> list[str]:
        made = list(self.periods[:count])
        while len(made) < count:
            made.append(following(made[-1]))
        return made

    def as_frame(
        self, future: Floats, low: Floats, high: Floats, best: NDArray[Any]
    ) -> pl.DataFrame:
        known = len(self.periods)
        periods = self._dated(known + self.horizon)[known:]
        return pl.DataFrame(
            [
                (one.level, one.place_code, period, future[n, h], low[n, h], high[n, h], best[n])
                for n, one in enumerate(self.series)
                for h, period in enumerate(periods)
            ],
            schema=FORECASTS,
            orient="row",
        )

    def as_backtest(self, mase: Mapping[str, Floats]) -> pl.DataFrame:
        return pl.DataFrame(
            [
                (one.level, one.place_code, name, mase[name][n])
                for n, one in enumerate(self.series)
                for name in CANDIDATES
            ],
            schema=BACKTEST,
            orient="row",
        )


def _best(mase: Mapping[str, float]) -> str:
    best = min(CANDIDATES, key=lambda name: mase[name])
    return best if mase[best] < BETTER * mase["mean"] else "mean"


def _hierarchy(
    codes: Sequence[str], parents: Mapping[str, str | None]
) -> tuple[tuple[int, ...], Floats]:
    """The series without children, and which series each of them is part of."""
    above = {code: _above(code, parents, codes) for code in codes}
    lowest = [at for at, code in enumerate(codes) if code not in above.values()]
    summing = np.zeros((len(codes), len(lowest)))
    for column, at in enumerate(lowest):
        code: str | None = codes[at]
        while code is not None:
            summing[codes.index(code), column] = 1
            code = above[code]
    return tuple(lowest), summing


def _above(code: str, parents: Mapping[str, str | None], known: Sequence[str]) -> str | None:
    """The nearest place above that has a series; what has no known place stands below its own."""
    upper = code.rpartition("/")[0] or parents.get(code)
    while upper is not None and upper not in known:
        upper = upper.rpartition("/")[0] or parents.get(upper)
    if upper is None and code != "all" and "all" in known:
        return "all"
    return upper
