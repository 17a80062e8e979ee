"""What units tell of the work items that they owe: most in time, some late, some not at all.

Belongs here: which unit owes what (the catalogue that the models are seeded with), when each phase
is told, and the truth about what was not told in time. Does not: the other fields of a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from civic.settings import PROJECT_ROOT
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.drawing import Feed, draw_rows
from ingestion.simulator.city.feeds import FeedsResult, declarations
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.exporting import rng_of

FEED = "work_item_record"
SEEDS = PROJECT_ROOT / "dbt" / "seeds"
MONTHS = {"day": 1, "week": 1, "month": 1, "quarter": 3, "half_year": 6, "year": 12}
KEY = ("unit_code", "item_code", "period", "phase")


def write_work_items(desk: Desk, ground: Ground) -> FeedsResult:
    """Each month what the city's units planned, did and summed up in it, district by district.

    The first drop brings the year so far, since the whole year is owed once anything of it is told.
    """
    made = FeedsResult()
    feed = Feed(desk.contracts[FEED], declarations()[FEED])
    unit, title = feed.declared["unit"], feed.contract.title_zh
    opened = {
        month: desk.open(unit, FEED, month, title, feed.declared, clean=True)
        for month in range(len(desk.calendar.ends))
        if not desk.is_missing(unit, FEED, month, title, made.missing)
    }
    periods = _periods(desk.calendar.first_day(0).replace(month=1, day=1), desk.calendar.ends[-1])
    district = pl.col("place_code").str.head(6).alias("_district")
    owing = ground.units.with_columns(district)
    for (code,), units in owing.group_by("_district", maintain_order=True):
        rng = rng_of(desk.seed, FEED, str(code))
        told = _told(_owed(units.drop("_district"), periods), desk, rng)
        made.work_items.append(_not_in_time(told, desk.calendar.ends[-1]))
        for month, file in opened.items():
            given = told.filter(pl.col("month") == month).drop("due_on", "month")
            if len(given):
                file.append(draw_rows(feed, desk, ground, month, len(given), rng, given))
    for file in opened.values():
        if (truth := file.close()) is not None:
            made.files.append(truth)
    return made


def _owed(units: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Every phase that these units owe: KEY, ``due_on``, in the order of units and items.

    Member units share out the items of their kind by trade: of one trade, all have the same.
    """
    items, phases, responsible = (
        pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)
        for name in ("work_items", "work_item_phases", "work_item_units")
    )
    trades = units.filter(pl.col("kind") == "member_unit")
    trade = pl.col("unit_code").str.slice(-3).cast(pl.Int64)
    trades = trades.with_columns(trade=trade - trade.min())
    shared = max(trades["trade"].n_unique(), 1)
    every = items.with_columns(
        nth=pl.int_range(pl.len()).over("responsible_kind"), item_no=pl.int_range(pl.len())
    )
    pairs = (
        units.join(trades.select("unit_code", "trade"), on="unit_code", how="left")
        .with_row_index("unit_no")
        .join(responsible, left_on="kind", right_on="unit_kind")
        .filter((pl.col("unit_level") == pl.col("level")) | pl.col("unit_level").is_null())
        .join(every, on="responsible_kind")
        .filter(pl.col("trade").is_null() | (pl.col("nth") % shared == pl.col("trade")))
    )
    days = pl.duration(days=pl.col("due_days").cast(pl.Int64))
    first = pl.when(pl.col("due_from") == "start").then("period_start").otherwise("period_end")
    return (
        pairs.join(periods, on="cadence")
        .join(phases.with_row_index("phase_no"), how="cross")
        .with_columns(due_on=(first + days).cast(pl.Date))
        .sort("unit_no", "item_no", "due_on", "period", "phase_no")
        .select(*KEY, "due_on")
    )


def _told(owed: pl.DataFrame, desk: Desk, rng: np.random.Generator) -> pl.DataFrame:
    """When each phase is told (``done_on``, null: never), and in the drop of which ``month``.

    The first phase of an item is always told: of some units nobody knows what they owe before.
    """
    count, habits = len(owed), desk.city["work_items"]
    luck = pl.Series(rng.random(count))
    early = pl.Series(rng.integers(0, 9, count))
    behind = pl.Series(rng.integers(1, habits["days_late"] + 1, count))
    first = ~pl.struct("unit_code", "item_code").is_first_distinct()
    late = luck < habits["late"]
    days = pl.when(late).then(behind).otherwise(-early)
    ends = desk.calendar.ends
    targets = pl.Series(rng.integers(5, 120, count))
    told = owed.with_columns(
        done_on=pl.when(~(first & (luck > 1 - habits["missing"]))).then(
            pl.col("due_on") + pl.duration(days=days)
        ),
        target_count=targets,
        done_count=pl.when(pl.col("phase") != "plan").then(
            (targets * pl.Series(rng.beta(12, 2, count))).floor().cast(pl.Int64)
        ),
    )
    month = pl.Series(np.searchsorted(np.array(ends, "M8[D]"), told["done_on"].to_numpy()))
    return told.with_columns(month=pl.when(pl.col("done_on").is_not_null()).then(month))


def _not_in_time(told: pl.DataFrame, known: date) -> pl.DataFrame:
    """At the last month's end: KEY, ``due_on``, ``done_on``, ``state`` (late or missing)."""
    due = told.filter(pl.col("due_on") < known)
    never = pl.col("done_on").is_null() | (pl.col("done_on") > known)
    state = pl.when(never).then(pl.lit("missing")).otherwise(pl.lit("late"))
    apart = due.filter(never | (pl.col("done_on") > pl.col("due_on")))
    return apart.select(*KEY, "due_on", pl.when(~never).then("done_on"), state=state)


def _periods(first: date, last: date) -> pl.DataFrame:
    """Every period of each cadence that begins between the two days, under its name."""
    rows = [
        {"cadence": cadence, "period": name, "period_start": start, "period_end": end}
        for cadence, months in MONTHS.items()
        for name, start, end in _spans(months, first, last)
    ]
    return pl.DataFrame(rows)


def _spans(months: int, first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Name, first and last day; a half year is named by its last quarter."""
    start = first
    while start <= last:
        after = start.month - 1 + months
        end = date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
        names: dict[int, Any] = {1: f"{start:%Y-%m}", 12: f"{start:%Y}"}
        yield names.get(months, f"{end.year}Q{end.month // 3}"), start, end
        start = end + timedelta(days=1)
