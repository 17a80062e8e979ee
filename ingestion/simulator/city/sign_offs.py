"""Centres sign the reports of each month in the next one: streets, then districts, then the city.

Belongs here: who signs what and when, who sends a report back, who never signs. Does not: what a
signature comes to (``analytics.reports.signing``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.drawing import Feed, draw_rows
from ingestion.simulator.city.feeds import FeedsResult, declarations
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.exporting import rng_of

FEED = "sign_off"
REPORTS = {
    "事件办理时效": ("street", "district", "city"),
    "全市综治概览": ("district", "city"),
}
"""Reports by title, and which levels sign them, from below."""

DAYS = {"street": (2, 6), "district": (7, 9), "city": (10, 12)}
"""Between which days of the next month each level signs."""

WHY = "第三项数字与台账不一致，请核实后重新报送。"


@dataclass(frozen=True)
class _Office:
    """A place, the centre that signs for it, and the centre above."""

    level: str
    place: str
    unit: str
    upper: str | None


def write_sign_offs(desk: Desk, ground: Ground) -> FeedsResult:
    """Every month's signatures in one drop of the city's centre."""
    made = FeedsResult()
    feed = Feed(desk.contracts[FEED], declarations()[FEED])
    unit, title = feed.declared["unit"], feed.contract.title_zh
    offices, rng = _offices(ground), rng_of(desk.seed, FEED)
    for month in range(1, len(desk.calendar.ends)):
        told = pl.concat(
            [
                _of_report(desk, offices, month, report, levels, rng)
                for report, levels in REPORTS.items()
            ]
        ).sort("decided_at", "report", "place_code", maintain_order=True)
        number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)
        first = desk.calendar.first_day(month)
        told = told.with_columns(sign_off_no=pl.format("SQ{}-{}", pl.lit(f"{first:%Y%m}"), number))
        made.sign_offs.append(_truth(told, offices))
        file = desk.open(unit, FEED, month, title, feed.declared, clean=True)
        file.append(draw_rows(feed, desk, ground, month, len(told), rng, told))
        if (truth := file.close()) is not None:
            made.files.append(truth)
    return made


def _offices(ground: Ground) -> list[_Office]:
    """The centres of streets, districts and the city, from below."""
    rows = ground.units.filter(pl.col("kind") == "centre", pl.col("level").is_in(list(DAYS)))
    found = rows.select("level", "place_code", "unit_code", "parent_code").iter_rows()
    order = list(DAYS)
    return sorted((_Office(*row) for row in found), key=lambda office: order.index(office.level))


def _of_report(
    desk: Desk,
    offices: list[_Office],
    month: int,
    report: str,
    levels: tuple[str, ...],
    rng: np.random.Generator,
) -> pl.DataFrame:
    first, period = desk.calendar.first_day(month), f"{desk.calendar.first_day(month - 1):%Y-%m}"
    rows = [
        (report, office.place, period, *decision)
        for office in offices
        if office.level in levels
        for decision in _decisions(desk, office, first, rng)
    ]
    columns = ["report", "place_code", "period", "decision", "unit_code", "decided_at", "opinion"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        pl.col("decided_at").cast(pl.Datetime("us")),
        pl.col("opinion").cast(pl.String),
        publication=pl.lit(None, pl.Int64),
    )


def _decisions(
    desk: Desk, office: _Office, first: date, rng: np.random.Generator
) -> Iterator[tuple[str, str, datetime, str | None]]:
    """Most sign once; some are sent back by the level above and sign again; few never sign."""
    habits, (early, late) = desk.city["sign_offs"], DAYS[office.level]
    luck, day = rng.random(), int(rng.integers(early, late + 1))
    at = datetime.combine(first + timedelta(days=day - 1), time(9)) + timedelta(
        minutes=int(rng.integers(0, 480))
    )
    if luck < habits["never"]:
        return
    yield "approved", office.unit, at, None
    if office.upper is not None and luck > 1 - habits["returned"]:
        yield "returned", office.upper, at + timedelta(hours=3), WHY
        yield "approved", office.unit, at + timedelta(hours=20), None


def _truth(told: pl.DataFrame, offices: list[_Office]) -> pl.DataFrame:
    """``report, place_code, period, is_signed``: with effect, which needs all below it as well."""
    rows = []
    for (report, period), own in told.group_by("report", "period", maintain_order=True):
        levels, there = REPORTS[str(report)], set(own["place_code"])
        signed: dict[str, bool] = {}
        for office in (o for o in offices if o.level in levels):
            below = [signed[o.unit] for o in offices if o.upper == office.unit and o.unit in signed]
            signed[office.unit] = office.place in there and all(below)
            rows.append((report, office.place, period, signed[office.unit]))
    return pl.DataFrame(rows, schema=["report", "place_code", "period", "is_signed"], orient="row")
