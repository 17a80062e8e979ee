"""Which delivery of which unit came in time, late or not at all, by the contracts' service levels.

Belongs here: periods, when a drop of one is due, which drop is the delivery of which period. Does
not: what stands in a drop. Judged by the time of receipt, hence no published figure: the same drops
give the same publication whenever they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from civic.errors import CivicError
from civic.lake import open_lake
from civic.settings import ZONE, Settings
from ingestion.contracts import Contract, ServiceLevel
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.intake.collecting import no_such_feed

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
SCHEMA = {
    "unit": pl.String,
    "feed": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "due_on": pl.Date,
    "delivered_on": pl.Date,
    "state": pl.String,
}


def deliveries(
    settings: Settings,
    contracts: Mapping[str, Contract],
    on: date,
    unit: str | None = None,
    feed: str | None = None,
) -> pl.DataFrame:
    """One row (SCHEMA) per unit, feed and period that has been delivered or was due before ``on``.

    ``state``: on_time, late, or missing. From the first period that a unit ever delivered on: whom
    nobody heard of is not known. A refused drop is no delivery; of several the first counts. A
    database that is read (``sources``) is not asked for files. Raises CivicError for a feed that no
    contract has and for a frequency that is no period.
    """
    if feed is not None and feed not in contracts:
        raise no_such_feed(feed, contracts)
    with open_lake(settings) as connection:
        ensure_bronze(connection, contracts.values())
        drops = connection.execute(
            "select unit, feed, as_of, as_of_source, received_at, status from bronze.drops"
        ).pl()
    return deliveries_of(drops, contracts, on, unit, feed)


def deliveries_of(
    drops: pl.DataFrame,
    contracts: Mapping[str, Contract],
    on: date,
    unit: str | None = None,
    feed: str | None = None,
) -> pl.DataFrame:
    """The same of rows of ``bronze.drops`` that are at hand."""
    drops = drops.filter(pl.col("status") == "accepted", pl.col("as_of_source") != "snapshot").sort(
        "unit", "feed", "as_of", "as_of_source", "received_at"
    )
    local = pl.col("received_at").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    drops = drops.with_columns(delivered_on=local.dt.date(), says=pl.col("as_of").dt.date())
    rows: list[dict[str, Any]] = []
    for (whose, what), own in drops.group_by("unit", "feed", maintain_order=True):
        wanted = unit in (None, whose) and feed in (None, what)
        contract = contracts.get(str(what))
        if wanted and contract is not None and contract.service_level.cadence:
            named = {"unit": whose, "feed": what}
            rows += [{**named, **row} for row in _of_one(contract, own, on)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("unit", "feed", "period_end")


def period_of(cadence: str, day: date) -> tuple[date, date]:
    """First and last day of the period that holds the day. Raises CivicError for no period."""
    if cadence == "day":
        return day, day
    if cadence == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if cadence not in MONTHS:
        raise CivicError(
            f"The frequency {cadence!r} is no period.",
            f"Known: {', '.join(('day', 'week', *MONTHS))}.",
            zh=f"报送频率 {cadence!r} 不是周期。",
        )
    months = MONTHS[cadence]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = start.month - 1 + months
    return start, date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _of_one(contract: Contract, drops: pl.DataFrame, on: date) -> Iterator[dict[str, Any]]:
    """The periods of one unit's feed, from the first that it delivered on."""
    level = contract.service_level
    first: dict[tuple[date, date], date] = {}
    for row in drops.iter_rows(named=True):
        period = period_of(str(level.cadence), _spoken_of(level, row))
        first[period] = min(first.get(period, date.max), row["delivered_on"])
    period = min(first)
    while period <= max(first) or _due(level, period) < on:
        due, delivered = _due(level, period), first.get(period)
        if delivered is not None or due < on:
            yield {
                "period_start": period[0],
                "period_end": period[1],
                "due_on": due,
                "delivered_on": delivered,
                "state": _state(due, delivered),
            }
        period = period_of(str(level.cadence), period[1] + timedelta(days=1))


def _spoken_of(level: ServiceLevel, drop: Mapping[str, Any]) -> date:
    """The day that tells the period; a file that says none is of the last one that may be due."""
    if drop["as_of_source"] != "arrival":
        day: date = drop["says"]
        return day
    arrived: date = drop["delivered_on"]
    return arrived - timedelta(days=level.due_days or 0)


def _due(level: ServiceLevel, period: tuple[date, date]) -> date:
    return period[1] + timedelta(days=level.due_days or 0)


def _state(due: date, delivered: date | None) -> str:
    if delivered is None:
        return "missing"
    return "on_time" if delivered <= due else "late"
