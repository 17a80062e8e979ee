"""Service levels of contracts as Dagster's freshness policies: the only place that makes any."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from civic.errors import CivicError
from ingestion.contracts import Contract

#: The longest that a period of each cadence can last.
PERIOD_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "half_year": 184, "year": 366}


def freshness_policy(contract: Contract) -> dg.FreshnessPolicy | None:
    """How old the last delivery of a feed may be; None where nothing was agreed.

    A warning once a whole period has passed without a delivery, a failure once the days that a
    unit has after the period are over too. Raises CivicError for an unknown cadence.
    """
    level = contract.service_level
    if level.cadence is None:
        return None
    if level.cadence not in PERIOD_DAYS:
        raise CivicError(
            f"Contract {contract.feed}: the frequency {level.cadence!r} is not known.",
            f"Use one of {', '.join(PERIOD_DAYS)}.",
        )
    period = timedelta(days=PERIOD_DAYS[level.cadence])
    if not level.due_days:
        return dg.FreshnessPolicy.time_window(fail_window=period)
    return dg.FreshnessPolicy.time_window(
        fail_window=period + timedelta(days=level.due_days), warn_window=period
    )
