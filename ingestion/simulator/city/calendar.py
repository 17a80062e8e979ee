"""When a unit leaves which file, and which file never comes.

Belongs here: months, due times, late and missing drops, codes as they were on a day. Does not:
what stands in the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.contracts import Contract
from ingestion.simulator.city.exports import export_of
from ingestion.simulator.city.files import Drop, GrowingFile

SUFFIXES = {"csv_gz": "csv.gz", "jsonl": "jsonl", "xlsx": "xlsx", "tsv_utf16": "tsv"}
USUAL_DAYS = 3


@dataclass(frozen=True)
class Calendar:
    """The months of a simulation. ``ends``: their last days; ``old_codes``: code to the code
    that it had before month ``reorganised`` (its position in ``ends``)."""

    ends: list[date]
    reorganised: int
    old_codes: dict[str, str]

    @property
    def quarters(self) -> list[int]:
        """Every third month, counted back from the last."""
        return list(range(len(self.ends)))[::-3][::-1]

    def months_of(self, cadence: str | None) -> list[int]:
        """The months at whose end a feed of that cadence is sent; at least once."""
        last = len(self.ends) - 1
        match cadence:
            case "quarter":
                return self.quarters
            case "year":
                return [m for m, end in enumerate(self.ends) if end.month == 12 or m == last][-1:]
            case _:
                return list(range(len(self.ends)))

    def first_day(self, month: int) -> date:
        """First day of that month."""
        return self.ends[month].replace(day=1)

    def coded_then(self, rows: pl.DataFrame, month: int, *columns: str) -> pl.DataFrame:
        """Rows of a drop at the end of that month: before the reorganisation with old codes.

        ``columns``: those that hold division codes; default ``grid_code``.
        """
        if month >= self.reorganised or not self.old_codes:
            return rows
        held = [c for c in columns or ("grid_code",) if c in rows.columns]
        return rows.with_columns(pl.col(held).replace(self.old_codes))


@dataclass(frozen=True)
class Desk:
    """What every unit works with: contracts, calendar, folder, seed, and the city's declarations.

    ``town``: habits of people (town.yml); ``city``: city.yml. ``first_district``: six digits; of a
    kind of unit that every district has, its own is the one that is late or silent.
    """

    out: Path
    contracts: dict[str, Contract]
    calendar: Calendar
    seed: int
    town: dict[str, Any]
    city: dict[str, Any]
    first_district: str

    def open(
        self,
        unit: str,
        feed: str,
        month: int,
        title: str,
        declared: dict[str, Any] | None = None,
        *,
        suffix: str | None = None,
        **options: Any,
    ) -> GrowingFile:
        """The unit's file of the feed for the period that ends with that month."""
        contract = self.contracts[feed]
        layout = str((declared or {}).get("layout", ""))
        drop = self.drop(
            unit, feed, month, f"{title}_{{day}}.{suffix or SUFFIXES.get(layout, 'csv')}"
        )
        export = export_of(contract, unit, self.seed, declared)
        return GrowingFile(self.out, drop, export, contract, self.seed, **options)

    def drop(self, unit: str, feed: str, month: int, file: str, **told: Any) -> Drop:
        """A drop of that month; ``{day}`` in the file's name is the month's last day."""
        end = self.calendar.ends[month]
        due = end + timedelta(days=self.contracts[feed].service_level.due_days or 5)
        days = self._late_days(unit, feed, month) or min(USUAL_DAYS, (due - end).days)
        delivered = told.pop("delivered", None) or morning(end, days)
        name = file.format(day=f"{end:%Y%m%d}")
        return Drop(unit, feed, name, end, delivered, due, **told)

    def is_missing(
        self, unit: str, feed: str, month: int, title: str, missing: list[dict[str, Any]]
    ) -> bool:
        """Whether that file never comes; if so it is written down in ``missing``."""
        back = len(self.calendar.ends) - month
        for entry in self.city["missing"]:
            if self._is_for(entry, unit, feed) and entry["period"] == back:
                drop = self.drop(unit, feed, month, f"{title}_{{day}}")
                missing.append(drop.told | {"file": None, "delivered": None, "state": "missing"})
                return True
        return False

    def _late_days(self, unit: str, feed: str, month: int) -> int | None:
        back = len(self.calendar.ends) - month
        for entry in self.city["late"]:
            if self._is_for(entry, unit, feed) and entry["period"] == back:
                return int(entry["days"])
        return None

    def _is_for(self, entry: dict[str, Any], unit: str, feed: str) -> bool:
        if entry["feed"] != feed or not unit.startswith(entry["unit"]):
            return False
        district = unit.rpartition("_")[2]
        return not district.isdigit() or district == self.first_district


def morning(day: date, days_later: int) -> datetime:
    """Half past eight, some days later."""
    return datetime.combine(day + timedelta(days=days_later), time(8, 30))
