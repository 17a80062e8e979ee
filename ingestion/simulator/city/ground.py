"""What the city's feeds stand on: its grids, buildings, people, units and staff, and known keys.

Belongs here: drawing a place, a person, a worker and a moment for a row. Does not: fields of a
feed (``drawing``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Calendar

KEYS_KEPT = 50_000
PLACE = ("province", "city", "district", "subdistrict", "community", "grid")


@dataclass
class Ground:
    """``people``: some adults; ``organisations``: the new ones; ``keys``: per feed and field what
    each month's drops brought, for references."""

    grids: pl.DataFrame
    buildings: pl.DataFrame
    people: pl.DataFrame
    units: pl.DataFrame
    staff: pl.DataFrame
    organisations: pl.DataFrame
    residents: int
    keys: dict[tuple[str, str], list[tuple[int, pl.Series]]] = field(default_factory=dict)

    def numbers(self) -> dict[str, int]:
        """How many there are of whatever a feed's rows may be counted by."""
        return {
            "grid": len(self.grids),
            "community": self.grids["community_code"].n_unique(),
            "street": self.grids["subdistrict_code"].n_unique(),
            "district": self.grids["district_code"].n_unique(),
            "staff": len(self.staff),
            "unit": len(self.units),
            "thousand": max(1, round(self.residents / 1000)),
            "organisation": len(self.organisations),
            "city": 1,
        }

    def remember(self, feed: str, month: int, rows: pl.DataFrame, fields: list[str]) -> None:
        """Keep the keys that other feeds may refer to."""
        for name in fields:
            kept = self.keys.setdefault((feed, name), [])
            kept.append((month, rows[name].drop_nulls().head(KEYS_KEPT)))

    def known(self, feed: str, name: str, month: int) -> pl.Series | None:
        """Keys that a row of that month may refer to: of the month itself, else of the latest."""
        kept = [keys for m, keys in self.keys.get((feed, name), []) if m <= month and len(keys)]
        return kept[-1] if kept else None

    def setting(self, count: int, calendar: Calendar, month: int, habits: dict[str, Any],
                rng: np.random.Generator) -> pl.DataFrame:  # fmt: skip
        """Place, building, person, worker and moment for each of ``count`` rows.

        Columns: those of the grid, ``building_code``, ``address``, ``longitude``, ``latitude``;
        ``person_…`` of somebody; ``staff_no``, ``unit_code``, ``unit_name`` of who is in charge of
        the grid; ``at`` (within the month).
        """
        weights = (self.grids["homes"] * self.grids["workload"]).to_numpy()
        grid = drawn_by(weights, count, rng)
        person = self.people[rng.integers(0, len(self.people), count)]
        worker = self.worker_of_grid()[grid]
        staff = self.staff[worker].select("staff_no", "unit_code", "ability")
        name = staff["unit_code"].replace_strict(
            self.units["unit_code"], self.units["unit_name"], default=None
        )
        return pl.concat(
            [
                self.grids[grid].drop("longitude", "latitude"),
                self._buildings_in(grid, rng),
                person.select(pl.all().name.prefix("person_")),
                staff.with_columns(unit_name=name),
                pl.DataFrame({"at": moments(count, calendar, month, habits, rng)}),
            ],
            how="horizontal",
        )

    def worker_of_grid(self) -> np.ndarray:
        """For each grid the position of its worker among the staff."""
        workers = self.staff.with_row_index("i").filter(pl.col("post") == "grid_worker")
        where = workers["grids_in_charge"]
        return self.grids["grid_code"].replace_strict(where, workers["i"]).to_numpy()

    def _buildings_in(self, grid: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
        counts = self.buildings["grid_code"].value_counts(name="n")
        of_grid = self.grids.select("grid_code").join(
            counts, on="grid_code", how="left", maintain_order="left"
        )
        numbers = of_grid["n"].fill_null(0).to_numpy().astype(np.int64)
        starts = np.cumsum(numbers) - numbers
        nth = starts[grid] + (rng.random(len(grid)) * numbers[grid]).astype(np.int64)
        nth = np.minimum(nth, len(self.buildings) - 1)
        return self.buildings[nth].select("building_code", "address", "longitude", "latitude")


def drawn_by(weights: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` positions drawn by weight."""
    bounds = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(bounds, rng.random(count), "right"), len(weights) - 1)


def moments(
    count: int, calendar: Calendar, month: int, habits: dict[str, Any], rng: np.random.Generator
) -> pl.Series:
    """Moments within a month, busier on workdays and in the morning, rising."""
    first, last = calendar.first_day(month), calendar.ends[month]
    days = pl.date_range(first, last, "1d", eager=True)
    weekday = np.array(habits["weekday_weights"])[days.dt.weekday().to_numpy() - 1]
    day = drawn_by(weekday, count, rng)
    hour = drawn_by(np.array(habits["hour_weights"], dtype=float), count, rng)
    second = np.sort(day * 86_400 + hour * 3600 + rng.integers(0, 3600, count))
    return pl.Series(np.datetime64(first, "us") + second.astype("timedelta64[s]").astype("m8[us]"))


def hours_long(hours: np.ndarray) -> pl.Series:
    """Spans of so many hours, in whole seconds."""
    return pl.Series((hours * 3600).astype("timedelta64[s]").astype("timedelta64[us]"))
