"""Which delivery of which unit came in time, late or not at all, by the contracts' service levels.

Belongs here: periods, when a drop of one is due, which drop is the delivery of which period. Does
not: what stands in a drop. The figures of deliveries are made by dbt (``fct_delivery``), on their
own; ``civic verify`` holds them against this.
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
from ingestion.intake.duties import DUTIES, read_duties

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
SCHEMA = {
    "unit": pl.String,
    "feed": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "due_on": pl.Date,
    "delivered_on": pl.Date,
    "state": pl.String,
    "drops": pl.Int64,
}
SENSIBLE = date(1949, 1, 1), date(2100, 12, 31)
"""Drops that speak of a day before or after are slips of the pen and deliver nothing."""


def deliveries(
    settings: Settings,
    contracts: Mapping[str, Contract],
    on: date,
    unit: str | None = None,
    feed: str | None = None,
) -> pl.DataFrame:
    """One row (SCHEMA) per unit, feed and period that has been delivered or was due before ``on``.

    ``state``: on_time, late, or missing. From the first period that a unit ever delivered on, or
    from which on a list of reporting duties names it, until the list says. A refused drop is no
    delivery; of several the first counts. A database that is read (``sources``) is not asked for
    files. ``drops``: how many came for the period. Raises CivicError for a feed that no contract
    has and for a frequency that is no period.
    """
    if feed is not None and feed not in contracts:
        raise no_such_feed(feed, contracts)
    with open_lake(settings) as connection:
        ensure_bronze(connection, contracts.values())
        drops = connection.execute(
            "select unit, feed, as_of, as_of_source, received_at, status from bronze.drops"
        ).pl()
        duties = read_duties(connection, contracts)
    return deliveries_of(drops, contracts, on, unit, feed, duties)


def deliveries_of(
    drops: pl.DataFrame,
    contracts: Mapping[str, Contract],
    on: date,
    unit: str | None = None,
    feed: str | None = None,
    duties: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The same of rows of ``bronze.drops`` and of duties (``duties.DUTIES``) that are at hand."""
    drops = counted(drops).sort("unit", "feed", "as_of", "as_of_source", "received_at")
    local = pl.col("received_at").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    drops = drops.with_columns(delivered_on=local.dt.date(), says=pl.col("as_of").dt.date())
    listed = {(row["unit"], row["feed"]): row for row in _listed(duties).iter_rows(named=True)}
    came = {
        (str(whose), str(what)): own
        for (whose, what), own in drops.group_by("unit", "feed", maintain_order=True)
    }
    rows: list[dict[str, Any]] = []
    for whose, what in sorted(came.keys() | listed.keys()):
        wanted = unit in (None, whose) and feed in (None, what)
        contract, named = contracts.get(what), {"unit": whose, "feed": what}
        if wanted and contract is not None and contract.service_level.cadence:
            own = came.get((whose, what), drops.clear())
            duty = listed.get((whose, what), {})
            rows += [{**named, **row} for row in _of_one(contract, own, duty, on)]
    return pl.DataFrame(rows, schema=SCHEMA).sort("unit", "feed", "period_end")


def _listed(duties: pl.DataFrame | None) -> pl.DataFrame:
    if duties is None:
        return pl.DataFrame(schema=DUTIES)
    return duties.filter(pl.col("since").is_between(*SENSIBLE))


def counted(drops: pl.DataFrame) -> pl.DataFrame:
    """The drops that deliver something: accepted, and not read from a unit's database."""
    return drops.filter(pl.col("status") == "accepted", pl.col("as_of_source") != "snapshot")


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


def _of_one(
    contract: Contract, drops: pl.DataFrame, duty: Mapping[str, Any], on: date
) -> Iterator[dict[str, Any]]:
    """The periods of one unit's feed, from the first that it delivered on or owes."""
    level = contract.service_level
    cadence = str(level.cadence)
    came: dict[tuple[date, date], list[date]] = {}
    for row in drops.iter_rows(named=True):
        spoken_of = _spoken_of(level, row)
        if SENSIBLE[0] <= spoken_of <= SENSIBLE[1]:
            came.setdefault(period_of(cadence, spoken_of), []).append(row["delivered_on"])
    since, until = duty.get("since"), duty.get("until") or date.max
    begins = [*came, *([period_of(cadence, since)] if since else [])]
    if not begins:
        return
    period, last = min(begins), max(came, default=min(begins))
    while period <= last or _due(level, period) < on:
        due, delivered = _due(level, period), min(came.get(period, ()), default=None)
        if delivered is not None or (due < on and period[0] <= until):
            yield {
                "period_start": period[0],
                "period_end": period[1],
                "due_on": due,
                "delivered_on": delivered,
                "state": _state(due, delivered),
                "drops": len(came.get(period, ())),
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
