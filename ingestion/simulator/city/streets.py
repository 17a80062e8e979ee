"""One district of the made-up city, street after street: who lives where, and who moves.

Only one street's people are in memory at a time. Belongs here: the drops of the district's police,
housing office and centre about people, dwellings, units and staff, and what the rest of the city
needs to know of the district. Does not: matters (``matters``) and all other feeds (``drawing``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator import organisations
from ingestion.simulator.city.astray import correction
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.files import FileTruth, GrowingFile
from ingestion.simulator.city.street import Street, buildings_of, make_street, with_permits
from ingestion.simulator.exporting import rng_of

PEOPLE_KEPT = 60
"""So many adults of each street are known to the feeds that speak of single people."""


@dataclass
class DistrictResult:
    """What stands in the district's files, and what the city's other feeds take from it.

    ``buildings``: as the contract ``building`` has them, and ``members``. ``people``: some adults,
    as the contract ``resident`` has them. ``moves``: household_no, month, from_dwelling,
    to_dwelling.
    """

    files: list[FileTruth] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    buildings: list[pl.DataFrame] = field(default_factory=list)
    people: list[pl.DataFrame] = field(default_factory=list)
    units: list[pl.DataFrame] = field(default_factory=list)
    staff: list[pl.DataFrame] = field(default_factory=list)
    moves: list[pl.DataFrame] = field(default_factory=list)


def write_district(desk: Desk, grids: pl.DataFrame, number: int) -> DistrictResult:
    """Write what the district's police, housing office and centre leave about people and homes.

    ``grids``: of the district, as ``places.make_places`` has them. ``number``: of the district's
    first street in the city, by which identifiers of streets are told apart.
    """
    made = DistrictResult()
    district = grids["district_code"][0][:6]
    files = _Files.of(desk, district, made)
    parts = grids.group_by("subdistrict_code", maintain_order=True)
    for nth, (_, own) in enumerate(parts):
        street, homes = make_street(desk, own, number + nth)
        _leave_people(desk, files, street, own)
        _leave_homes(desk, files, homes, own["subdistrict_name"][0])
        _keep(desk, made, street, homes, own, number + nth)
    files.close(desk, made)
    return made


@dataclass
class _Files:
    """The district's open files."""

    district: str
    residents: list[GrowingFile]
    floating: dict[int, GrowingFile]
    dwellings: GrowingFile
    buildings: GrowingFile | None

    @classmethod
    def of(cls, desk: Desk, district: str, made: DistrictResult) -> _Files:
        calendar = desk.calendar
        police, centre, housing = (f"{u}_{district}" for u in ("police", "centre", "housing"))
        floating = {
            month: desk.open(centre, "resident", month, "流动人口", FLOATING)
            for month in range(len(calendar.ends))
            if not desk.is_missing(centre, "resident", month, "流动人口", made.missing)
        }
        return cls(
            district,
            [
                desk.open(
                    police,
                    "resident",
                    month,
                    "实有人口",
                    POLICE,
                    keep_rejected=month == 0 and district == desk.first_district,
                )
                for month in range(len(calendar.ends))
            ],
            floating,
            desk.open(housing, "dwelling", 0, "房屋台账", {"layout": "zip_gbk"}, suffix="zip"),
            desk.open(housing, "building", 0, "楼栋台账", {"layout": "csv_gbk"})
            if "building" in desk.contracts
            else None,
        )

    def close(self, desk: Desk, made: DistrictResult) -> None:
        own = [*self.residents, *self.floating.values(), self.dwellings, self.buildings]
        for file in (f for f in own if f is not None):
            if (truth := file.close()) is not None:
                made.files.append(truth)
            else:
                made.missing.append(file.drop.untold)
        # The housing office hands its registers in once and never renews them.
        for month, feed in product(desk.calendar.quarters, ("building", "dwelling")):
            if month and feed in desk.contracts:
                drop = desk.drop(self.dwellings.drop.unit, feed, month, "")
                made.missing.append(drop.untold | {"state": "missing"})
        if self.district == desk.first_district:
            first = self.residents[0]
            corrected = correction(desk, first, first.export)
            made.files += [corrected] if corrected else []


POLICE: dict[str, Any] = {
    "layout": "csv_gbk",
    "omit": ["floating_reason", "permit_no", "permit_issued_on", "permit_expires_on"],
    "per_thousand": 1.5,
    "defects": [
        {
            **{"code": "row_rule", "rule": "has_an_identifier", "column": "citizen_id"},
            **{"where": {"resident_kind": "registered"}, "write": [""]},
        },
        {"code": "citizen_id_check_digit", "column": "citizen_id", "spoil": "wrong_check_digit"},
        {"code": "repeated_in_drop", "add": "same"},
    ],
}
FLOATING: dict[str, Any] = {
    "layout": "csv_utf8",
    "refused": "nation",
    "omit": ["passport_no", "education", "occupation", "household_no", "relation_to_head"],
}


def _leave_people(desk: Desk, files: _Files, street: Street, grids: pl.DataFrame) -> None:
    """All once, then each month who is new, changed, moved or recoded."""
    calendar = desk.calendar
    floating = (street.people["resident_kind"] == "floating").to_numpy()
    registered = street.people["registered_on"].to_physical().to_numpy()
    turn = np.arange(len(registered)) % round(1 / desk.city["changes_per_month"])
    moved = {month: rows for month, rows, _ in street.moves}
    recoded = grids.filter(pl.col("grid_code") != pl.col("old_grid_code"))["grid_code"]
    known, known_floating = -(2**31), -(2**31)
    waiting = np.zeros(len(registered), dtype=bool)
    for month, end in enumerate(calendar.ends):
        day = (end - date(1970, 1, 1)).days
        new = (registered > known) & (registered <= day)
        again = np.zeros(len(registered), dtype=bool)
        if month:
            again = turn == month
            again[moved.get(month, np.empty(0, dtype=np.int64))] = True
        if month and month == calendar.reorganised and len(recoded):
            now = street.homes["grid_code"].is_in(recoded.implode()).to_numpy()
            again |= now[street.lives_in]
        waiting |= again
        rows = np.flatnonzero((new | (again & (registered <= known))) & ~floating)
        if len(rows):
            files.residents[month].append(calendar.coded_then(street.on(month, rows), month))
        if month in files.floating:
            fresh = (registered > known_floating) | waiting
            rows = np.flatnonzero(floating & fresh & (registered <= day))
            told = with_permits(street.on(month, rows))
            files.floating[month].append(calendar.coded_then(told, month))
            known_floating = day
            waiting[:] = False
        known = day


def _leave_homes(desk: Desk, files: _Files, homes: pl.DataFrame, street: str) -> None:
    files.dwellings.append(desk.calendar.coded_then(homes, 0), f"{street}.csv")
    if files.buildings is not None:
        files.buildings.append(desk.calendar.coded_then(buildings_of(homes), 0))


def _keep(
    desk: Desk,
    made: DistrictResult,
    street: Street,
    homes: pl.DataFrame,
    grids: pl.DataFrame,
    number: int,
) -> None:
    """What the city's other feeds need of the street."""
    rng = rng_of(desk.seed, "kept", street.code)
    made.buildings.append(buildings_of(homes))
    able = np.flatnonzero(street.people["citizen_id"].is_not_null().to_numpy())
    chosen = np.sort(rng.permutation(able)[:PEOPLE_KEPT])
    made.people.append(street.on(len(desk.calendar.ends) - 1, chosen))
    initials = f"{street.code[4:6]}{number:03d}"
    own = grids.with_columns(initials=pl.lit(initials))
    units = organisations.make_units(desk.town, own, street.code, rng)
    staff = organisations.make_staff(own, units, street.people, desk.calendar.ends[-1], rng)
    ability = rng.lognormal(0, desk.city["ability"], len(staff)).round(4)
    made.units.append(units.with_columns(street=pl.lit(street.code)))
    made.staff.append(staff.with_columns(street=pl.lit(street.code), ability=pl.Series(ability)))
    made.moves += list(_moves_told(street))


def _moves_told(street: Street) -> Iterator[pl.DataFrame]:
    codes = street.homes["dwelling_code"]
    for month, rows, before in street.moves:
        after = street.on(month, rows)
        yield after.select(
            "household_no",
            pl.lit(month).alias("month"),
            pl.Series("from_dwelling", codes.gather(before)),
            pl.col("dwelling_code").alias("to_dwelling"),
        ).unique("household_no", maintain_order=True)
