"""The list of who sends what, for which place, from when on.

Belongs here: that list, made of what was written, and a unit on it that leaves nothing. Does not
belong here: what is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.feeds import declarations
from ingestion.simulator.city.files import FileTruth

FEED = "reporting_duty"
DISTRICT_DIGITS = 6


def write_duties(
    desk: Desk, grids: pl.DataFrame, files: Sequence[FileTruth], missing: list[dict[str, Any]]
) -> FileTruth | None:
    """Write the list, left with the first month; what the silent unit owes goes into ``missing``.

    ``missing``: what never comes, as rows of ``deliveries.csv``.
    """
    declared = declarations()[FEED]
    silent = desk.city["silent"]
    came = [file.delivery for file in files if file.counts["status"] == "accepted"]
    told = [r for r in came + missing if desk.contracts[r["feed"]].service_level.cadence]
    first: dict[tuple[str, str], date] = {}
    for row in told:
        pair = (str(row["unit"]), str(row["feed"]))
        first[pair] = min(first.get(pair, date.max), row["period_end"])
    for month in desk.calendar.months_of(desk.contracts[silent["feed"]].service_level.cadence):
        drop = desk.drop(silent["unit"], silent["feed"], month, "{day}")
        missing.append(drop.told | {"file": None, "delivered": None, "state": "missing"})
        first.setdefault((silent["unit"], silent["feed"]), drop.period_end)
    city = str(grids["district_code"][0])[:4].ljust(12, "0")
    rows = pl.DataFrame(
        [
            {
                "unit": unit,
                "feed": feed,
                "unit_name": _name(desk, grids, unit),
                "place_code": _place(unit) or city,
                "since": since.replace(day=1),
                "until": None,
            }
            for (unit, feed), since in sorted(first.items())
        ],
        schema_overrides={"until": pl.Date},
    )
    file = desk.open(declared["unit"], FEED, 0, desk.contracts[FEED].title_zh, declared, clean=True)
    file.append(rows)
    return file.close()


def _place(unit: str) -> str | None:
    """The district of a unit that every district has."""
    district = unit.rpartition("_")[2]
    return (
        district.ljust(12, "0") if district.isdigit() and len(district) == DISTRICT_DIGITS else None
    )


def _name(desk: Desk, grids: pl.DataFrame, unit: str) -> str:
    names = desk.city["senders"]
    place = _place(unit)
    if place is None:
        return str(names.get(unit, unit))
    own = grids.filter(pl.col("district_code") == place)["district_name"]
    district = own[0] if len(own) else place
    return f"{district}{names[unit.rpartition('_')[0]]}"
