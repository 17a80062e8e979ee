"""Who has sent what for the last period, and whose part a publication therefore lacks.

Judged by the dates of which drops speak, never by when they came: the same drops say the same.
Belongs here: comparing drops with the contracts' frequencies. Does not belong here: what came late
(``ingestion.intake.punctuality``), drawing it (``index_page``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ingestion.contracts import Contract
from ingestion.intake.punctuality import period_of


@dataclass(frozen=True)
class Completeness:
    """The last whole period of a feed: who sent it, and who sent earlier ones but not this one."""

    feed: str
    start: date
    end: date
    sent: tuple[str, ...]
    missing: tuple[str, ...]


def completeness(drops: pl.DataFrame, contracts: Mapping[str, Contract]) -> list[Completeness]:
    """One for each feed with a frequency that anybody ever sent, in order of the feeds.

    ``drops``: rows of ``bronze.drops``. The last whole period is the last that had ended, and of
    which drops were due, on the last day of which any drop speaks. Whom nobody heard of is not
    known, and a database that is read is asked for no files.
    """
    counted = drops.filter(status="accepted").filter(pl.col("as_of_source") != "snapshot")
    if counted.is_empty():
        return []
    known = counted["as_of"].dt.date().max()
    assert isinstance(known, date)
    made = []
    for (feed,), own in counted.group_by("feed", maintain_order=True):
        level = contracts[str(feed)].service_level if str(feed) in contracts else None
        if level is not None and level.cadence:
            due = known - timedelta(days=level.due_days or 0)
            made.append(_of_feed(str(feed), own, level.cadence, due))
    return sorted(made, key=lambda one: one.feed)


def _of_feed(feed: str, drops: pl.DataFrame, cadence: str, due: date) -> Completeness:
    start, end = period_of(cadence, due)
    if end > due:
        start, end = period_of(cadence, start - timedelta(days=1))
    said = drops.with_columns(day=pl.col("as_of").dt.date())
    sent = set(said.filter(pl.col("day").is_between(start, end))["unit"])
    before = set(said.filter(pl.col("day") < start)["unit"])
    return Completeness(feed, start, end, tuple(sorted(sent)), tuple(sorted(before - sent)))
