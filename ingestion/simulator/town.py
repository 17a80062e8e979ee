"""Write the drops of a made-up town, and beside them the truth about what is wrong in them.

The one door of this room: ``write_town``.
"""

from __future__ import annotations

import calendar
import os
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from civic.errors import CivicError
from ingestion.contracts import load_contracts
from ingestion.simulator import dwellings, events, organisations, people, places
from ingestion.simulator.deliveries import STREETS, Town, deliveries
from ingestion.simulator.exporting import Written, export, rng_of

CONTRACTS = Path(__file__).parent.parent / "contracts"
HOURS_EAST_OF_GREENWICH = 8
FEWEST_RESIDENTS = 500


@dataclass(frozen=True)
class Truth:
    """What was planted. ``folder`` holds both frames as ``defects.csv`` and ``counts.csv``.

    ``defects``: unit, feed, file, sheet (or member), line (physical line or sheet row; null for
    a whole column), column (field), heading, code, outcome (rejected, accepted, repeated,
    left_out), rule.
    ``counts``: unit, feed, file, status (accepted, refused, repeated), refusal, records,
    accepted, rejected, repeated, left_out, warned; records = accepted + rejected + repeated.
    """

    folder: Path
    defects: pl.DataFrame
    counts: pl.DataFrame


def write_town(
    out: Path,
    residents: int = 3000,
    months: int = 6,
    seed: int = 1,
    until: date = date(2026, 10, 31),
    *,
    truth: Path | None = None,
) -> Truth:
    """Write ``out/<unit>/<feed>/<file>`` and the truth into ``truth`` (default: beside ``out``).

    The files cover the ``months`` that end with the month of ``until``; their times of change
    are the days on which the units would have left them. The same arguments give the same
    bytes. Raises CivicError where there are too few residents or months, or where ``out`` has
    files already.
    """
    check_wishes(out, residents, months)
    exports, contracts = declared("exports.yml"), load_contracts([CONTRACTS])
    written: list[Written] = []
    for delivery in deliveries(make_town(residents, months, seed, until)):
        earlier = {w.delivery.file: w for w in written if w.delivery.unit == delivery.unit}
        made = export(delivery, exports, contracts[delivery.feed], earlier, seed)
        _leave(made, out)
        written.append(made)
    return _keep_truth(written, truth or out.parent / "truth")


def check_wishes(out: Path, residents: int, months: int) -> None:
    """Raise CivicError where the numbers are too small or the folder has files already."""
    if residents < FEWEST_RESIDENTS or months < 1:
        raise CivicError(
            f"A town has at least {FEWEST_RESIDENTS} residents and one month of history.",
            "Ask for more residents or months.",
        )
    if out.exists() and any(out.iterdir()):
        raise CivicError(f"The folder {out} is not empty.", "Name a new or an empty folder.")


def make_town(residents: int, months: int, seed: int, until: date) -> Town:
    """The town itself, before any unit writes it down."""
    habits = declared("town.yml")
    ends = events.month_ends(until, months)
    days = (ends[0].replace(day=1), ends[-1])
    grids = places.grids(habits)
    sizes = people.household_sizes(habits, residents, rng_of(seed, "households"))
    homes = dwellings.make_dwellings(habits, grids, len(sizes), rng_of(seed, "dwellings"))
    lived_in = homes.filter(pl.col("use").is_in(["self", "rented"]))
    persons = people.make_people(habits, lived_in, sizes, ends[-1], rng_of(seed, "people"))
    members = persons.group_by("dwelling_code").agg(members=pl.len())
    where = homes.join(members, on="dwelling_code", how="inner", maintain_order="left")
    units = {
        unit: organisations.make_units(habits, grids, street, rng_of(seed, unit))
        for unit, street in STREETS.items()
    }
    staff = {
        unit: organisations.make_staff(
            grids,
            units[unit],
            persons.filter(pl.col("subdistrict_code") == street),
            ends[-1],
            rng_of(seed, unit, "staff"),
        )
        for unit, street in STREETS.items()
    }
    return Town(
        declared=habits,
        grids=grids,
        dwellings=_with_owners(homes, persons),
        people=persons,
        requests=events.make_requests(habits, where, grids, days, rng_of(seed, "requests")),
        messages=events.make_messages(habits, where, grids, days, rng_of(seed, "messages")),
        dispatches=events.make_dispatches(habits, where, grids, days, rng_of(seed, "dispatches")),
        schools=organisations.make_schools(habits),
        units=units,
        staff=staff,
        month_ends=ends,
    )


def _with_owners(homes: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The head of the household owns the dwelling that it lives in, unless it is rented."""
    heads = persons.filter(pl.col("relation_to_head") == "户主").select(
        "dwelling_code", owner_id="citizen_id", owner_name="name"
    )
    owned = homes.join(heads, on="dwelling_code", how="left", maintain_order="left")
    own = pl.col("use") == "self"
    return owned.with_columns(pl.when(own).then(pl.col("owner_id", "owner_name")))


def _leave(written: Written, out: Path) -> None:
    delivery = written.delivery
    folder = out / delivery.unit / delivery.feed
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / delivery.file
    path.write_bytes(written.data)
    moment = delivery.delivered - timedelta(hours=HOURS_EAST_OF_GREENWICH)
    seconds = calendar.timegm(moment.timetuple())
    os.utime(path, (seconds, seconds))


def _keep_truth(written: list[Written], folder: Path) -> Truth:
    def of(w: Written) -> list[pl.Expr]:
        d = w.delivery
        return [
            pl.lit(d.unit).alias("unit"),
            pl.lit(d.feed).alias("feed"),
            pl.lit(d.file).alias("file"),
        ]

    defects = pl.concat([w.defects.select(*of(w), pl.all()) for w in written])
    counts = pl.DataFrame(
        [
            {"unit": w.delivery.unit, "feed": w.delivery.feed, "file": w.delivery.file, **w.counts}
            for w in written
        ],
        infer_schema_length=None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    defects.write_csv(folder / "defects.csv")
    counts.write_csv(folder / "counts.csv")
    return Truth(folder, defects, counts)


def declared(name: str) -> dict[str, Any]:
    """A declaration of this room, by the name of its file."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
