"""Forecasts add up over places, know weekdays and holidays, and say how sure they are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.trends.calendar import circumstances
from analytics.trends.forecasting import CANDIDATES, FORECASTS, Forecasts, forecast
from analytics.trends.series import Series
from civic.errors import CivicError

FIRST = date(2026, 1, 5)
DAYS, HORIZON = 170, 7
PARENTS = {"9901": None, "990101": "9901", "990102": "9901"}


def made(place: str, level: str, values: np.ndarray) -> Series:
    days = tuple((FIRST + timedelta(n)).isoformat() for n in range(len(values)))
    return Series("events_received", level, place, "", days, values, (None,) * len(values))


def counts(mean: float, seed: int) -> np.ndarray:
    week = np.array([1.3, 1.2, 1.1, 1.0, 1.0, 0.7, 0.5])
    means = mean * np.tile(week, DAYS // 7 + 2)[: DAYS + HORIZON]
    return np.random.default_rng(seed).poisson(means).astype(float)


EAST, WEST, NOWHERE = counts(30, 1), counts(12, 2), counts(0.4, 3)
WHOLE = EAST + WEST + NOWHERE


def city(until: int = DAYS) -> list[Series]:
    """Parents behind their children: no order is asked for."""
    return [
        made("990101", "district", EAST[:until]),
        made("990102", "district", WEST[:until]),
        made("9901/unplaced", "district", NOWHERE[:until]),
        made("9901", "city", WHOLE[:until]),
    ]


@pytest.fixture(scope="module")
def found() -> Forecasts:
    return forecast(city(), PARENTS, "day", HORIZON)


def of(found: Forecasts, place: str, column: str = "forecast") -> np.ndarray:
    return found.future.filter(place_code=place)[column].to_numpy()


def test_children_add_up_to_their_parent_exactly(found: Forecasts) -> None:
    assert found.future.schema == FORECASTS
    parts = sum(of(found, place) for place in ("990101", "990102", "9901/unplaced"))
    assert of(found, "9901") == pytest.approx(parts, rel=1e-12)


def test_the_periods_are_those_behind_the_last(found: Forecasts) -> None:
    days = [(FIRST + timedelta(DAYS + n)).isoformat() for n in range(HORIZON)]
    assert found.future.filter(place_code="9901")["period"].to_list() == days


def test_weekdays_are_known(found: Forecasts) -> None:
    means = of(found, "9901")
    weekday = (FIRST + timedelta(DAYS)).weekday()
    monday, sunday = (7 - weekday) % 7, (6 - weekday) % 7
    assert means[monday] > 1.6 * means[sunday]
    assert np.abs(means - WHOLE[DAYS:]).mean() < 2 * np.sqrt(WHOLE.mean())


def test_intervals_hold_what_is_expected_and_are_wider_for_the_city(found: Forecasts) -> None:
    for place in ("9901", "990101", "990102"):
        low, mean, high = (of(found, place, c) for c in ("low", "forecast", "high"))
        assert (low <= mean).all()
        assert (mean <= high).all()
        assert (low >= 0).all()
    wide = of(found, "9901", "high") - of(found, "9901", "low")
    narrow = of(found, "990102", "high") - of(found, "990102", "low")
    assert wide.mean() > narrow.mean()
    held = (of(found, "9901", "low") <= WHOLE[DAYS:]) & (WHOLE[DAYS:] <= of(found, "9901", "high"))
    assert held.mean() >= 0.5


def test_the_past_says_which_candidate_to_take(found: Forecasts) -> None:
    errors = found.backtest.filter(place_code="9901")
    assert set(errors["model"]) == set(CANDIDATES)
    best = errors.sort("mase").row(0, named=True)
    chosen = found.future.filter(place_code="9901")["model"].unique().to_list()
    by_name = dict(errors.select("model", "mase").iter_rows())
    assert by_name[chosen[0]] <= best["mase"] / 0.9
    assert by_name["seasonal_naive"] > by_name[chosen[0]]


def test_the_same_past_gives_the_same_forecast(found: Forecasts) -> None:
    again = forecast(city()[::-1], PARENTS, "day", HORIZON)
    assert of(again, "9901") == pytest.approx(of(found, "9901"), rel=1e-6)


def test_a_past_that_is_too_short_is_said() -> None:
    with pytest.raises(CivicError, match="20 periods are too few"):
        forecast(city(20), PARENTS, "day", HORIZON)
    with pytest.raises(CivicError, match="nothing to forecast"):
        forecast([], PARENTS, "day", HORIZON)


def test_a_series_that_began_late_was_nothing_before() -> None:
    late = [made("9901", "city", WHOLE[:DAYS]), *city()[:2]]
    late[2] = Series(
        "events_received", "district", "990102", "", late[0].periods[100:], WEST[100:DAYS],
        (None,) * (DAYS - 100),
    )  # fmt: skip
    found = forecast(late, PARENTS, "day", HORIZON)
    assert of(found, "990102").mean() > 3


def test_the_calendar_knows_holidays_and_working_weekends() -> None:
    """National Day 2025 (1 to 8 October) was made up for on Sunday 28 September."""
    days = [date(2025, 9, 28), date(2025, 10, 1), date(2025, 10, 18), date(2025, 11, 5)]
    off, holiday, weekday, near = circumstances(days, "day")[:, 2:].T
    assert off.tolist() == [0, 1, 1, 0]
    assert holiday.tolist() == [0, 1, 0, 0]
    assert weekday.tolist() == [6, 2, 5, 2]
    assert near.tolist() == [3, 0, 8, 8]
    week = circumstances([date(2025, 9, 29)], "week")
    assert week.shape == (1, 4)
    assert week[0, 2] == pytest.approx(5 / 7)
    assert week[0, 3] == pytest.approx(3 / 7)


def test_nothing_at_all_is_forecast_as_nothing() -> None:
    nothing = forecast([made("9901", "city", np.zeros(DAYS))], PARENTS, "day", HORIZON)
    assert nothing.future["forecast"].sum() == pytest.approx(0, abs=1.0)
    assert isinstance(nothing.future, pl.DataFrame)
