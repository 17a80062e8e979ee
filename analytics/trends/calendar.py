"""The calendar as forecasts see it: weekdays, seasons, public holidays and working weekends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COUNTRY = "CN"


def circumstances(first_days: Sequence[date], grain: str) -> Floats:
    """What the calendar says of periods of a grain, shape (periods, features).

    The season as a wave, the share of days off work, the share of public holidays; of days also
    the weekday and how far the nearest public holiday is (at most a week).
    """
    return np.array([_of(day, grain) for day in first_days], dtype=np.float64)


def _of(day: date, grain: str) -> list[float]:
    angle = 2 * np.pi * day.timetuple().tm_yday / 365.25
    season = [float(np.sin(angle)), float(np.cos(angle))]
    if grain == "day":
        near = min((abs(n) for n in range(-7, 8) if _is_holiday(day + timedelta(n))), default=8)
        off = [float(_is_off(day)), float(_is_holiday(day))]
        return [*season, *off, float(day.weekday()), float(near)]
    days = [day + timedelta(n) for n in range(7 if grain == "week" else 30)]
    return [*season, float(np.mean([_is_off(d) for d in days])),
            float(np.mean([_is_holiday(d) for d in days]))]  # fmt: skip


def _is_off(day: date) -> bool:
    return not _calendar(day.year).is_working_day(day)


def _is_holiday(day: date) -> bool:
    return day in _calendar(day.year)


@cache
def _calendar(year: int):  # type: ignore[no-untyped-def]
    import holidays

    return holidays.country_holidays(COUNTRY, years=year)
