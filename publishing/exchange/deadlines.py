"""Until when an answer is due: the end of the period in which it was asked for, and some days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from civic.errors import CivicError
from ingestion.contracts import Contract

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def due_on(contract: Contract, since: date) -> date | None:
    """The day on which the answer is due by the feed's service level; None without one.

    Raises CivicError for an unknown cadence.
    """
    level = contract.service_level
    if level.cadence is None:
        return None
    return period_end(level.cadence, since) + timedelta(days=level.due_days or 0)


def period_end(cadence: str, day: date) -> date:
    """The last day of the period of that cadence (a week ends on Sunday) in which a day lies."""
    if cadence == "day":
        return day
    if cadence == "week":
        return day + timedelta(days=6 - day.weekday())
    if cadence not in _MONTHS:
        raise CivicError(
            f"The frequency {cadence!r} is not known.",
            f"Use one of day, week, {', '.join(_MONTHS)} in the contract.",
            zh=f"契约中的报送周期 {cadence!r} 无法识别。",
        )
    length = _MONTHS[cadence]
    month = (day.month - 1) // length * length + length
    return date(day.year, month, calendar.monthrange(day.year, month)[1])
