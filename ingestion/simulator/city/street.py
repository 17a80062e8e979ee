"""One street of the made-up city: its homes, its people, and who moves from one home to another.

Belongs here: what is true of a street. Does not: the drops that tell of it (``streets``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingestion.simulator import dwellings, people
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.exporting import rng_of
from ingestion.simulator.identifiers import Numbers

PARTS_PER_REGION = 97
HOME = ("dwelling_code", "grid_code", "present_address")
REASONS = ("work", "work", "service", "trade", "study", "joining_family", "treatment")


@dataclass(frozen=True)
class Street:
    """One street: its homes, its people as of the last day, and how they moved.

    ``homes``: dwellings that are lived in or vacant. ``lives_in``: position in ``homes`` of each
    person on the last day; ``moves``: month, people (positions), before (position in ``homes``).
    """

    code: str
    homes: pl.DataFrame
    people: pl.DataFrame
    lives_in: np.ndarray
    moves: list[tuple[int, np.ndarray, np.ndarray]]

    def on(self, month: int, rows: np.ndarray) -> pl.DataFrame:
        """These people as they lived at the end of that month."""
        place = self.lives_in
        if any(m > month for m, _, _ in self.moves):
            place = place.copy()
            for moved_in, who, before in reversed(self.moves):
                if moved_in > month:
                    place[who] = before
        where = self.homes[place[rows]].select(
            "dwelling_code", "grid_code", pl.col("address").alias("present_address")
        )
        return self.people[rows].hstack(where)


def make_street(desk: Desk, grids: pl.DataFrame, number: int) -> tuple[Street, pl.DataFrame]:
    """A street's people and all its dwellings with their owners."""
    declared, last = desk.town, desk.calendar.ends[-1]
    code = grids["subdistrict_code"][0]
    rng = rng_of(desk.seed, "street", code)
    sizes = people.household_sizes(declared, int(grids["residents"].sum()), rng)
    homes = dwellings.make_dwellings(declared, grids, len(sizes), rng)
    lived_in = homes.filter(pl.col("use").is_in(["self", "rented"]))
    persons = people.make_people(declared, lived_in, sizes, last, rng, numbers_of(number))
    homes = _with_owners(homes, persons)
    usable = homes.filter(pl.col("use") != "business")
    position = pl.int_range(len(usable), eager=True)
    first = persons["dwelling_code"].replace_strict(usable["dwelling_code"], position).to_numpy()
    lives_in, moves = _moved(desk, persons, usable, first, rng)
    return Street(code, usable, persons.drop(HOME), lives_in, moves), homes


def numbers_of(street: int) -> Numbers:
    """Identifiers of the street with that number in the city, apart from all others'."""
    part, region = divmod(street, PARTS_PER_REGION)
    span = 500 // 4
    return Numbers(
        region=f"2199{region + 2:02d}",
        first=part % 4 * span,
        last=part % 4 * span + span - 1,
        household=f"{street:03d}",
        passport=100_000 + street * 1_000_000,
    )


def _with_owners(homes: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """The head of the household owns the dwelling that it lives in, unless it is rented."""
    heads = persons.filter(pl.col("relation_to_head") == "户主").select(
        "dwelling_code", owner_id="citizen_id", owner_name="name"
    )
    members = persons.group_by("dwelling_code").agg(members=pl.len())
    owned = homes.join(heads, on="dwelling_code", how="left", maintain_order="left")
    own = pl.col("use") == "self"
    owned = owned.with_columns(pl.when(own).then(pl.col("owner_id", "owner_name")))
    return owned.join(members, on="dwelling_code", how="left", maintain_order="left")


def _moved(
    desk: Desk,
    persons: pl.DataFrame,
    homes: pl.DataFrame,
    first: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, list[tuple[int, np.ndarray, np.ndarray]]]:
    """Households that take a vacant dwelling of the street, month by month after the first."""
    lives_in = first.copy()
    vacant = rng.permutation(np.flatnonzero((homes["use"] == "vacant").to_numpy()))
    household = persons["household_no"].rank("dense").to_numpy().astype(np.int64) - 1
    starts = np.flatnonzero(np.diff(household, prepend=-1))
    sizes = np.diff(np.append(starts, len(household)))
    monthly = int(len(starts) * desk.city["moves_per_month"])
    movers = rng.permutation(len(starts))
    moves = []
    for month in range(1, len(desk.calendar.ends)):
        who, movers = movers[:monthly], movers[monthly:]
        to, vacant = vacant[: len(who)], vacant[len(who) :]
        who = who[: len(to)]
        if not len(who):
            break
        rows = np.repeat(starts[who], sizes[who]) + _counted_up(sizes[who])
        moves.append((month, rows, lives_in[rows]))
        lives_in[rows] = np.repeat(to, sizes[who])
    return lives_in, moves


def _counted_up(sizes: np.ndarray) -> np.ndarray:
    """0, 1, … within each group of those sizes."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def with_permits(people: pl.DataFrame) -> pl.DataFrame:
    """Floating residents with their reason and residence permit, by turns."""
    turn = pl.col("phone").str.tail(4).cast(pl.Int64).fill_null(0)
    return people.with_columns(
        floating_reason=pl.lit(pl.Series(REASONS)).gather(turn % len(REASONS)),
        permit_no=pl.when(turn % 3 > 0).then(pl.format("JZ{}", "household_no")),
        permit_issued_on=pl.col("registered_on"),
        permit_expires_on=pl.col("registered_on").dt.offset_by("1y"),
    )


def buildings_of(homes: pl.DataFrame) -> pl.DataFrame:
    """Buildings with their dwellings, entrances, floors and members counted, in order."""
    return (
        homes.group_by("building_code", maintain_order=True)
        .agg(
            pl.col("building_name", "grid_code", "longitude", "latitude").first(),
            address=pl.col("address").first().str.replace(r"号.*", "号"),
            use=pl.when((pl.col("use") == "business").mean() > 0.2)
            .then(pl.lit("mixed"))
            .otherwise(pl.lit("residential")),
            dwelling_count=pl.len(),
            floors=pl.col("floor").max(),
            entrances=pl.col("entrance").n_unique(),
            area=pl.col("area").sum().round(1),
            members=pl.col("members").sum(),
        )
        .with_columns(has_lift=pl.col("floors") > 6)
    )
