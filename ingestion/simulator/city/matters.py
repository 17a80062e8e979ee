"""Requests, messages and dispatches of the whole city, one district after the other; its registers.

Belongs here: the drops of the hotline, the message board, the dispatch centre, and those that list
divisions, units, staff and schools. Does not: the matters themselves (``ingestion.simulator``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from ingestion.simulator import events, organisations
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.feeds import FeedsResult
from ingestion.simulator.city.files import FileTruth, GrowingFile
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.exporting import rng_of

DIVISION = (
    "province_name", "city_code", "city_name", "district_code", "district_name",
    "subdistrict_code", "subdistrict_name", "community_code", "community_name",
    "urban_rural_code", "grid_code", "grid_name",
)  # fmt: skip
Make = Callable[[Desk, dict[str, Any], pl.DataFrame, pl.DataFrame, str], pl.DataFrame]


def write_requests(desk: Desk, ground: Ground) -> FeedsResult:
    """Each month's requests, and the earlier ones that were closed in it."""
    made = FeedsResult()
    ends = desk.calendar.ends
    opened = _opened(desk, "hotline_12345", "service_request", "诉求", "csv_marked", made)
    for rows in _by_district(desk, ground, "requests", _requests):
        for month, file in opened.items():
            after = datetime.combine(ends[month] + timedelta(days=1), time())
            begin = datetime.combine(desk.calendar.first_day(month), time())
            file.append(_coded(desk, _as_of(rows, begin, after, first=month == 0), month))
    return _closed(opened, made)


def _as_of(rows: pl.DataFrame, begin: datetime, after: datetime, *, first: bool) -> pl.DataFrame:
    """What an export after the month shows: new requests, and old ones closed since."""
    created, closed = pl.col("created_at"), pl.col("closed_at")
    in_month = closed.is_between(begin, after, closed="left").fill_null(False)
    wanted = created < after if first else (created < after) & ((created >= begin) | in_month)
    done = (closed < after).fill_null(False)
    return rows.filter(wanted).with_columns(
        status=pl.when(done).then(pl.lit("closed")).otherwise(pl.lit("open")),
        closed_at=pl.when(done).then(closed),
        status_notes=pl.when(done).then("status_notes"),
        updated_at=pl.when(done).then(closed).otherwise(created),
    )


def write_messages(desk: Desk, ground: Ground) -> FeedsResult:
    """The message board, each month."""
    made = FeedsResult()
    layout = "xlsx" if ground.residents < 100_000 else "csv_gbk"
    opened = _opened(desk, "message_board", "citizen_message", "市民留言", layout, made)
    for rows in _by_district(desk, ground, "messages", _messages):
        begin = date.min
        for month, end in enumerate(desk.calendar.ends):
            own = rows.filter(pl.col("sent_at").dt.date().is_between(begin, end, closed="right"))
            if month in opened:
                opened[month].append(_coded(desk, own, month))
            begin = end
    return _closed(opened, made)


def write_dispatches(desk: Desk, ground: Ground) -> FeedsResult:
    """The dispatch centre, each month, in turn from an old and a new system."""
    made = FeedsResult()
    opened = _opened(desk, "dispatch_centre", "dispatch_record", "dispatch", "csv_gz", made)
    for rows in _by_district(desk, ground, "dispatches", _dispatches):
        day = pl.col("received_at").dt.date()
        for month, file in opened.items():
            own = day.is_between(desk.calendar.first_day(month), desk.calendar.ends[month])
            file.append(_coded(desk, rows.filter(own), month))
    return _closed(opened, made)


def write_registers(desk: Desk, ground: Ground) -> FeedsResult:
    """Divisions before and after the reorganisation; units and staff each quarter."""
    made = FeedsResult()
    for month in sorted({0, desk.calendar.reorganised} & set(range(len(desk.calendar.ends)))):
        file = desk.open("civil_affairs", "division", month, "行政区划", {"layout": "csv_utf8"})
        file.clean = True
        file.append(register(ground.grids, before=month < desk.calendar.reorganised))
        _finish(file, made)
    for month in sorted({0, *desk.calendar.quarters}):
        for _, grids in ground.grids.group_by("district_code", maintain_order=True):
            _leave_staff(desk, ground, grids, month, made)
        _leave(desk, "centre", "unit", month, ground.units.filter(level="city"), made)
    file = desk.open("education", "school", len(desk.calendar.ends) - 1, "高校名单", SCHOOLS)
    file.append(organisations.make_schools(desk.town))
    _finish(file, made)
    return made


SCHOOLS = {"layout": "xlsx", "titles": ["示例市高等学校名单"]}


def register(grids: pl.DataFrame, *, before: bool) -> pl.DataFrame:
    """The register of divisions, one row per grid. ``before``: as it was at the beginning."""
    if before:
        old = {name: f"old_{name}" for name in ("community_code", "community_name")}
        old |= {name: f"old_{name}" for name in ("grid_code", "grid_name")}
        grids = grids.with_columns(pl.col(old_name).alias(name) for name, old_name in old.items())
    return grids.select(DIVISION).sort("grid_code")


def _leave_staff(
    desk: Desk, ground: Ground, grids: pl.DataFrame, month: int, made: FeedsResult
) -> None:
    streets = grids["subdistrict_code"].unique(maintain_order=True).implode()
    district = grids["district_code"][0]
    unit, in_streets = f"centre_{district[:6]}", pl.col("street").is_in(streets)
    _leave(desk, unit, "unit", month,
           ground.units.filter(in_streets | (pl.col("place_code") == district)), made)  # fmt: skip
    staff = ground.staff.filter(in_streets, pl.col("since") <= desk.calendar.ends[month])
    _leave(desk, unit, "staff", month, staff, made)


TITLES = {"unit": "综治机构", "staff": "综治队伍"}


def _leave(
    desk: Desk, unit: str, feed: str, month: int, rows: pl.DataFrame, made: FeedsResult
) -> None:
    title = TITLES[feed]
    titles = [f"{title}登记表（{desk.calendar.ends[month]:%Y年%m月}）"]
    file = desk.open(unit, feed, month, title, {"layout": "xlsx", "titles": titles})
    file.append(desk.calendar.coded_then(rows, month, "place_code", "grids_in_charge"))
    _finish(file, made)


def _by_district(desk: Desk, ground: Ground, what: str, make: Make) -> Iterator[pl.DataFrame]:
    """The matters of one district after the other; where people live decides where they are."""
    habits = desk.town[what] | {"per_resident_and_month": desk.city["matters"][what]}
    for number, (_, grids) in enumerate(
        ground.grids.group_by("district_code", maintain_order=True)
    ):
        code = grids["district_code"][0]
        own = ground.buildings.filter(pl.col("grid_code").str.starts_with(code[:6]))
        busy = dict(grids.select("grid_code", "workload").iter_rows())
        own = own.filter(pl.col("members") > 0).with_columns(
            weight=pl.col("members") * pl.col("grid_code").replace_strict(busy)
        )
        habits["stations"] = {code: [f"{grids['district_name'][0]}{n}站" for n in "一二三"]}
        town = desk.town | {what: habits}
        yield make(desk, town, own, grids, f"{number:02d}")


def _requests(
    desk: Desk, town: dict[str, Any], own: pl.DataFrame, grids: pl.DataFrame, number: str
) -> pl.DataFrame:
    rng = rng_of(desk.seed, "requests", number)
    rows = events.make_requests(town, own, grids, _days(desk), rng)
    return rows.with_columns(
        request_no=pl.format("{}{}", pl.lit(f"HT{number}"), _tail("request_no"))
    )


def _messages(
    desk: Desk, town: dict[str, Any], own: pl.DataFrame, grids: pl.DataFrame, number: str
) -> pl.DataFrame:
    rng = rng_of(desk.seed, "messages", number)
    rows = events.make_messages(town, own, grids, _days(desk), rng)
    return rows.with_columns(message_no=pl.format("{}{}", pl.lit(f"1{number}"), "message_no"))


def _dispatches(
    desk: Desk, town: dict[str, Any], own: pl.DataFrame, grids: pl.DataFrame, number: str
) -> pl.DataFrame:
    rng = rng_of(desk.seed, "dispatches", number)
    rows = events.make_dispatches(town, own, grids, _days(desk), rng)
    mark = pl.lit(number)
    return rows.with_columns(
        pl.format("{}{}", mark, "dispatch_no").alias("dispatch_no"),
        pl.format("{}{}", mark, "incident_no").alias("incident_no"),
    )


def _tail(column: str) -> pl.Expr:
    return pl.col(column).str.slice(2)


def _days(desk: Desk) -> tuple[date, date]:
    return desk.calendar.first_day(0), desk.calendar.ends[-1]


def _coded(desk: Desk, rows: pl.DataFrame, month: int) -> pl.DataFrame:
    return desk.calendar.coded_then(rows, month, "place_code")


def _opened(
    desk: Desk, unit: str, feed: str, title: str, layout: str, made: FeedsResult
) -> dict[int, GrowingFile]:
    return {
        month: desk.open(unit, feed, month, title, {"layout": layout})
        for month in range(len(desk.calendar.ends))
        if not desk.is_missing(unit, feed, month, title, made.missing)
    }


def _closed(opened: dict[int, GrowingFile], made: FeedsResult) -> FeedsResult:
    for file in opened.values():
        _finish(file, made)
    return made


def _finish(file: GrowingFile, made: FeedsResult) -> None:
    truth: FileTruth | None = file.close()
    if truth is not None:
        made.files.append(truth)
    else:
        made.missing.append(file.drop.untold)
