"""People of the made-up town in their households.

Nobody here exists: citizen ids carry the region 219902, which no district has been given, and
phones begin with 19900. Belongs here: residents and what tells them apart. Does not: how a
unit writes them down (``dirt``, ``writing``).
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.identifiers import Numbers, citizen_ids, padded, phones

RURAL = "220"
HEAD, SPOUSE, CHILD, PARENT = 0, 1, 2, 3


def household_sizes(town: dict[str, Any], residents: int, rng: np.random.Generator) -> np.ndarray:
    """Sizes of households that together have exactly ``residents`` members."""
    sizes = town["households"]["sizes"]
    drawn = rng.choice(list(sizes), size=residents, p=list(sizes.values()))
    ends = np.cumsum(drawn)
    count = int(np.searchsorted(ends, residents)) + 1
    drawn = drawn[:count].copy()
    drawn[-1] -= ends[count - 1] - residents
    return drawn


def make_people(
    town: dict[str, Any],
    dwellings: pl.DataFrame,
    sizes: np.ndarray,
    on: date,
    rng: np.random.Generator,
    numbers: Numbers | None = None,
) -> pl.DataFrame:
    """Residents as of a day, one row each, as the contract ``resident`` has them.

    ``dwellings``: those in which people live, one per household; also gives
    ``subdistrict_code``. A foreign resident has a passport and no citizen id. ``numbers``: what
    keeps the identifiers of this part of a city apart from those of the others.
    """
    numbers = numbers or Numbers()
    homes = dwellings[rng.permutation(len(dwellings))[: len(sizes)]]
    household = np.repeat(np.arange(len(sizes)), sizes)
    members = _members(sizes, on, rng)
    frame = members.hstack(
        homes.select(
            "dwelling_code",
            "grid_code",
            "subdistrict_code",
            "urban_rural_code",
            pl.col("address").alias("home"),
        )[household]
    )
    frame = frame.with_columns(
        household_no=pl.format("HH{}{}", pl.lit(numbers.household), padded(household + 1, 6)),
        resident_kind=_kinds(town, frame["urban_rural_code"], frame["age"], sizes, rng),
    ).drop("urban_rural_code")
    return _described(town, frame, on, numbers, rng)


def _members(sizes: np.ndarray, on: date, rng: np.random.Generator) -> pl.DataFrame:
    """Age, sex and relation of every member, household after household."""
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    position = np.arange(sizes.sum()) - first
    head_age = _within(rng.normal(47, 15, len(sizes)), 22, 92, rng)
    age_of_head = np.repeat(head_age, sizes)
    head_is_male = np.repeat(rng.random(len(sizes)) < 0.7, sizes)
    married = np.repeat(rng.random(len(sizes)) < 0.85, sizes)
    relation = np.where(position == 0, HEAD, np.where((position == 1) & married, SPOUSE, CHILD))
    grandparent = (relation == CHILD) & (rng.random(len(relation)) < 0.3) & (age_of_head < 58)
    relation[grandparent] = PARENT
    gap = np.select(
        [relation == SPOUSE, relation == CHILD, relation == PARENT],
        [rng.normal(-1, 3, len(relation)), -rng.normal(28, 4, len(relation)), 27.0],
        0.0,
    )
    age = _within(age_of_head + gap, 0.02, 101, rng)
    age = np.where((relation == SPOUSE) & (age < 20), age_of_head, age)
    male = np.select(
        [relation == HEAD, relation == SPOUSE],
        [head_is_male, ~head_is_male],
        rng.random(len(relation)) < 0.5,
    )
    return pl.DataFrame({"relation": relation, "age": age, "male": male}).with_columns(
        birth_date=pl.lit(on) - pl.duration(days=(pl.col("age") * 365.2425).cast(pl.Int64))
    )


def _within(values: np.ndarray, low: float, high: float, rng: np.random.Generator) -> np.ndarray:
    """What falls out is drawn again evenly near the lower end, so that no value piles up."""
    outside = (values < low) | (values > high)
    return np.where(outside, rng.uniform(low, low + (high - low) / 5, len(values)), values)


def _kinds(
    town: dict[str, Any],
    urban_rural: pl.Series,
    age: pl.Series,
    sizes: np.ndarray,
    rng: np.random.Generator,
) -> pl.Series:
    """Floating and foreign go by household, left behind are children and the old in villages."""
    shares = town["households"]
    drawn = np.repeat(rng.random(len(sizes)), sizes)
    alone = (age.to_numpy() < 15) | (age.to_numpy() > 68)
    in_village = (urban_rural == RURAL).to_numpy()
    kinds = np.select(
        [
            drawn < shares["foreign"],
            drawn < shares["foreign"] + shares["floating"],
            in_village & alone & (rng.random(len(drawn)) < 0.5),
        ],
        ["foreign", "floating", "left_behind"],
        "registered",
    )
    return pl.Series(kinds)


def _described(
    town: dict[str, Any],
    frame: pl.DataFrame,
    on: date,
    numbers: Numbers,
    rng: np.random.Generator,
) -> pl.DataFrame:
    count = len(frame)
    foreign = pl.col("resident_kind") == "foreign"
    away = rng.random(count) < town["households"]["lives_elsewhere"]
    passports = pl.Series(rng.permutation(count) + numbers.passport)
    identifiers = citizen_ids(frame["birth_date"], frame["male"], numbers)
    frame = frame.with_columns(
        citizen_id=pl.when(~foreign).then(identifiers),
        passport_no=pl.when(foreign).then(pl.format("ZZ{}", passports.cast(pl.String))),
        name=pl.when(foreign)
        .then(_drawn(town["foreign_names"], count, rng))
        .otherwise(names(town, count, rng)),
        sex=pl.when("male").then(pl.lit("1")).otherwise(pl.lit("2")),
        phone=pl.when(pl.col("age") > 11).then(phones(count, rng)),
        present_address=pl.col("home"),
        lives_where_registered=~pl.col("resident_kind").is_in(["floating", "foreign"])
        & ~pl.Series(away),
        registered_on=_registered_on(on, count, rng),
        education=_education(rng),
        marital_status=_marital_status(),
        occupation=_occupation(town, count, rng),
        relation_to_head=_relation(),
    )
    elsewhere = pl.format("示例省邻县人民路{}号", pl.Series(rng.integers(1, 300, count)))
    return frame.with_columns(
        registered_address=pl.when("lives_where_registered")
        .then(pl.col("home"))
        .when(~foreign)
        .then(elsewhere)
    ).drop("home", "relation", "male")


def names(town: dict[str, Any], count: int, rng: np.random.Generator) -> pl.Series:
    """Surname and one or two given characters: all that may be drawn, spelled once, looked up."""
    given = len(town["given"])
    spelled = _spelled_names(tuple(town["surnames"]), town["given"])
    weights = np.array(list(town["surnames"].values()), dtype=float)
    surname = _by_weight(weights, count, rng)
    long = given + rng.integers(0, given**2, count)
    second = np.where(rng.random(count) < 0.18, rng.integers(0, given, count), long)
    return spelled.gather(surname * (given + given**2) + second)


@cache
def _spelled_names(surnames: tuple[str, ...], characters: str) -> pl.Series:
    """Surname after surname, each with every single character and every pair of them."""
    given = [*characters, *(first + second for first in characters for second in characters)]
    return pl.Series([surname + name for surname in surnames for name in given])


def _by_weight(weights: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    bounds = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(bounds, rng.random(count), "right"), len(weights) - 1)


def _drawn(words: list[str], count: int, rng: np.random.Generator) -> pl.Series:
    return pl.Series(words).gather(rng.integers(0, len(words), count))


def _registered_on(on: date, count: int, rng: np.random.Generator) -> pl.Series:
    """Most were registered years ago, some in the last months: these are the newcomers."""
    days = np.where(
        rng.random(count) < 0.05, rng.integers(0, 200, count), rng.integers(200, 2500, count)
    )
    return pl.Series(np.datetime64(on, "D") - days.astype("timedelta64[D]"))


def _education(rng: np.random.Generator) -> pl.Expr:
    younger = ["1", "2", "2", "3", "3", "4", "6", "7"]
    older = ["3", "4", "6", "7", "7", "8", "8", "9"]
    pick = int(rng.integers(1, 8))
    turn = (pl.col("birth_date").dt.epoch("d") * pick % 8).cast(pl.Int64)
    return (
        pl.when(pl.col("age") < 6)
        .then(None)
        .when(pl.col("age") < 13)
        .then(pl.lit("8"))
        .when(pl.col("age") < 16)
        .then(pl.lit("7"))
        .when(pl.col("age") < 23)
        .then(pl.lit("6"))
        .when(pl.col("age") < 50)
        .then(turn.replace_strict(dict(enumerate(younger))))
        .otherwise(turn.replace_strict(dict(enumerate(older))))
    )


def _marital_status() -> pl.Expr:
    return (
        pl.when(pl.col("age") < 20)
        .then(pl.lit("10"))
        .when(pl.col("relation") == SPOUSE)
        .then(pl.lit("20"))
        .when(pl.col("age") > 75)
        .then(pl.lit("30"))
        .when(pl.col("age") > 30)
        .then(pl.lit("20"))
        .otherwise(pl.lit("10"))
    )


def _occupation(town: dict[str, Any], count: int, rng: np.random.Generator) -> pl.Expr:
    working = [o for o in town["occupations"] if o not in ("退休", "学生")]
    return (
        pl.when(pl.col("age") < 6)
        .then(None)
        .when(pl.col("age") < 20)
        .then(pl.lit("学生"))
        .when(pl.col("age") > 60)
        .then(pl.lit("退休"))
        .otherwise(_drawn(working, count, rng))
    )


def _relation() -> pl.Expr:
    words = {HEAD: "户主", SPOUSE: "配偶", CHILD: "子女", PARENT: "父母"}
    return pl.col("relation").replace_strict(words)
