"""Which unit leaves which file on which day: the calendar of drops.

Belongs here: who sends what, when, and again. Does not: the spelling of an export
(``exports.yml``, ``rendering``), its defects (``dirt``), its bytes (``writing``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl

from ingestion.simulator import places


@dataclass(frozen=True)
class Extract:
    """One table that a unit takes from its system: true values, and how it writes them.

    ``export``: name in ``exports.yml``. ``name``: sheet or member; None for the export's own.
    """

    export: str
    truth: pl.DataFrame
    name: str | None = None


@dataclass(frozen=True)
class Delivery:
    """One file. ``status``: what is expected of it (accepted, refused, repeated).

    ``copy_of``: the file whose bytes it has. ``corrects``: files whose rejected rows it brings
    again, right this time. ``clean``: nothing is planted.
    """

    unit: str
    feed: str
    file: str
    delivered: datetime
    extracts: tuple[Extract, ...] = ()
    document: dict[str, Any] | None = None
    status: str = "accepted"
    refusal: str | None = None
    copy_of: str | None = None
    corrects: tuple[str, ...] = ()
    clean: bool = False


@dataclass(frozen=True)
class Town:
    """Everything true about the town, before any unit writes it down."""

    declared: dict[str, Any]
    grids: pl.DataFrame
    dwellings: pl.DataFrame
    people: pl.DataFrame
    requests: pl.DataFrame
    messages: pl.DataFrame
    dispatches: pl.DataFrame
    schools: pl.DataFrame
    units: dict[str, pl.DataFrame]
    staff: dict[str, pl.DataFrame]
    month_ends: list[date] = field(default_factory=list)


STREETS = {"wanghu_street": "219902001000", "qingshan_town": "219903100000"}
RESIDENT_EXPORTS = {"wanghu_street": "resident_wanghu", "qingshan_town": "resident_qingshan"}


def deliveries(town: Town) -> Iterator[Delivery]:
    """All drops of the town, in no particular order."""
    yield from _registers(town)
    yield from _dwellings(town)
    yield from _police(town)
    for unit in STREETS:
        yield from _street(town, unit)
    yield from _hotline(town)
    yield from _matters(town)
    yield _schools(town)
    yield _attendance(town)


def _registers(town: Town) -> Iterator[Delivery]:
    declared, ends, feed = town.declared, town.month_ends, "division"
    year, start = ends[-1].year, _morning(ends[0], 1)
    national = places.register_as_document(declared)
    yield Delivery("statistics_bureau", feed, f"division_{year - 2}.json", start, document=national)
    before = Extract("division_tsv", places.register(declared, year_before=True))
    yield Delivery("civil_affairs", feed, f"行政区划_{year - 1}.tsv", start, (before,))
    latest = Extract("division_csv", places.register(declared))
    yield Delivery("civil_affairs", feed, f"行政区划_{year}.csv", _morning(ends[-1], 2), (latest,))


def _dwellings(town: Town) -> Iterator[Delivery]:
    """At first a zip of one CSV for each street, later a workbook of one sheet for each."""
    names = dict(town.grids.select("subdistrict_code", "subdistrict_name").unique().iter_rows())
    by_street = {
        names[code]: part
        for (code,), part in town.dwellings.group_by("subdistrict_code", maintain_order=True)
    }
    first, last = town.month_ends[0], town.month_ends[-1]
    if first != last:
        members = tuple(
            Extract("dwelling_by_street", _built_until(part), f"{name}.csv")
            for name, part in by_street.items()
        )
        yield Delivery(
            "housing", "dwelling", f"房屋台账_{first:%Y%m%d}.zip", _morning(first, 4), members
        )
    sheets = tuple(Extract("dwelling_workbook", part, name) for name, part in by_street.items())
    yield Delivery("housing", "dwelling", f"房屋台账_{last:%Y%m%d}.xlsx", _morning(last, 4), sheets)


def _built_until(dwellings: pl.DataFrame) -> pl.DataFrame:
    """The dwellings that stood half a year ago: some of the vacant ones are new."""
    new = (pl.col("use") == "vacant") & (pl.int_range(pl.len()) % 5 == 0)
    return dwellings.filter(~new)


def _police(town: Town) -> Iterator[Delivery]:
    """All registered residents once, then each month's newcomers and changes.

    The last month but two comes late, after its successor; what was rejected in the first file
    comes again, corrected, some days after the end.
    """
    own = town.people.filter(
        pl.col("resident_kind").is_in(["registered", "left_behind", "foreign"])
    )
    unit, feed, export = "wanghu_police", "resident", "resident_police"
    files = [f"实有人口_{end:%Y%m%d}.csv" for end in town.month_ends]
    known_until = date.min
    for i, (end, name) in enumerate(zip(town.month_ends, files, strict=True)):
        new = pl.col("registered_on").is_between(known_until, end, closed="right")
        changed = (pl.int_range(pl.len()) % 97 == i) & (pl.col("registered_on") <= end)
        rows = own.filter(new | changed)
        late = 40 if i == len(files) - 3 else 3
        yield Delivery(unit, feed, name, _morning(end, late), (Extract(export, rows),))
        known_until = end
    corrected = town.month_ends[-1] + timedelta(days=5)
    yield Delivery(
        unit,
        feed,
        f"实有人口_{corrected:%Y%m%d}_更正.csv",
        _morning(corrected, 1),
        (Extract(export, own),),
        corrects=(files[0],),
        clean=True,
    )


def _street(town: Town, unit: str) -> Iterator[Delivery]:
    """The floating population each quarter; units and staff at the beginning and at the end."""
    street = STREETS[unit]
    export = RESIDENT_EXPORTS[unit]
    suffix = "xlsx" if unit == "qingshan_town" else "csv"
    floating = town.people.filter(
        pl.col("resident_kind") == "floating", pl.col("subdistrict_code") == street
    )
    for end in _quarters(town.month_ends):
        rows = floating.filter(pl.col("registered_on") <= end)
        name = f"流动人口_{end:%Y%m%d}.{suffix}"
        yield Delivery(unit, "resident", name, _morning(end, 2), (Extract(export, rows),))
    for end in sorted({town.month_ends[0], town.month_ends[-1]}):
        day = f"{end:%Y%m%d}"
        units = Extract("unit_street", town.units[unit])
        yield Delivery(unit, "unit", f"综治机构_{day}.xlsx", _morning(end, 5), (units,))
        staff = Extract("staff_street", town.staff[unit].filter(pl.col("since") <= end))
        yield Delivery(unit, "staff", f"综治队伍_{day}.xlsx", _morning(end, 5), (staff,))


def _hotline(town: Town) -> Iterator[Delivery]:
    """Each month's requests, and the earlier ones that were closed in it; one file comes twice."""
    begin = None
    for end in town.month_ends:
        after = datetime.combine(end + timedelta(days=1), time())
        created, closed = pl.col("created_at"), pl.col("closed_at")
        wanted = created < after
        if begin is not None:
            wanted &= (created >= begin) | closed.is_between(begin, after, closed="left")
        done = closed < after
        rows = _coded_then(town, town.requests.filter(wanted.fill_null(False)), end).with_columns(
            status=pl.when(done).then(pl.lit("closed")).otherwise(pl.lit("open")),
            closed_at=pl.when(done).then(closed),
            status_notes=pl.when(done).then("status_notes"),
            updated_at=pl.when(done).then(closed).otherwise(created),
        )
        yield _monthly(
            "hotline_12345",
            "service_request",
            f"诉求_{end:%Y%m%d}.csv",
            end,
            Extract("service_request", rows),
        )
        begin = after
    name = f"诉求_{town.month_ends[0]:%Y%m%d}"
    yield Delivery(
        "hotline_12345",
        "service_request",
        f"{name} (1).csv",
        _morning(town.month_ends[0], 9),
        status="repeated",
        copy_of=f"{name}.csv",
    )


def _matters(town: Town) -> Iterator[Delivery]:
    """Messages each quarter; dispatches each month, in turn from an old and a new system."""
    begin = date.min
    for end in _quarters(town.month_ends):
        rows = town.messages.filter(
            pl.col("sent_at").dt.date().is_between(begin, end, closed="right")
        )
        rows = _coded_then(town, rows, end)
        yield _monthly(
            "message_board",
            "citizen_message",
            f"市民留言_{end:%Y%m%d}.xlsx",
            end,
            Extract("citizen_message", rows),
        )
        begin = end
    for i, end in enumerate(town.month_ends):
        day = pl.col("received_at").dt.date()
        rows = town.dispatches.filter(day.dt.year() == end.year, day.dt.month() == end.month)
        rows = _coded_then(town, rows, end)
        export, suffix = ("dispatch_json_lines", "jsonl") if i % 2 else ("dispatch_csv", "csv.gz")
        yield _monthly(
            "dispatch_centre",
            "dispatch_record",
            f"dispatch_{end:%Y-%m-%d}.{suffix}",
            end,
            Extract(export, rows),
        )


def _schools(town: Town) -> Delivery:
    end = town.month_ends[-1]
    return _monthly(
        "education", "school", f"高校名单_{end:%Y%m%d}.xlsx", end, Extract("school", town.schools)
    )


def _attendance(town: Town) -> Delivery:
    """A list of who came to a meeting, left in the wrong folder: no headings fit."""
    end = town.month_ends[-1]
    guests = pl.DataFrame({"seat": ["1", "2", "3"], "guest": ["甲", "乙", "丙"]})
    return Delivery(
        "qingshan_town",
        "resident",
        f"签到_{end:%Y%m%d}.xlsx",
        _morning(end, 6),
        (Extract("attendance", guests),),
        status="refused",
        refusal="headings_not_found",
    )


def _monthly(unit: str, feed: str, file: str, end: date, extract: Extract) -> Delivery:
    return Delivery(unit, feed, file, _morning(end, 2), (extract,))


def _coded_then(town: Town, rows: pl.DataFrame, end: date) -> pl.DataFrame:
    """Matters carry last year's grid codes until the systems changed over in the last month."""
    if end == town.month_ends[-1]:
        return rows
    old = dict(town.grids.select("grid_code", "old_grid_code").iter_rows())
    return rows.with_columns(pl.col("place_code").replace(old))


def _quarters(ends: list[date]) -> list[date]:
    """Every third month end, counted back from the last."""
    return ends[::-3][::-1]


def _morning(day: date, days_later: int) -> datetime:
    return datetime.combine(day + timedelta(days=days_later), time(8, 30))
