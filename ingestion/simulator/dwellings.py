"""Dwellings of the made-up town, each in its building and entrance.

Belongs here: what stands where and how it is used. Does not: who lives in it (``people``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

ROOMS_PER_FLOOR = 2
VILLAGE = "220"
SPREAD = (0.7548776662, 0.5698402910)
"""Steps by which any number of points fills a square evenly (M. Roberts' R2 sequence, 2018)."""


def make_dwellings(
    town: dict[str, Any], grids: pl.DataFrame, households: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Dwellings enough for that many households, one row each.

    Columns as in the contract ``dwelling`` without the owner, and ``community_code``,
    ``subdistrict_code``, ``urban_rural_code``. ``use`` is vacant or business where nobody lives.
    """
    habits = town["dwellings"]
    count = int(np.ceil(households / (1 - habits["vacant"] - habits["business"]))) + len(grids)
    numbers = _shared_out(count, grids["homes"].to_numpy())
    frame = grids[np.repeat(np.arange(len(grids)), numbers)]
    frame = frame.with_columns(
        _n=pl.Series(np.arange(count) - np.repeat(np.cumsum(numbers) - numbers, numbers)),
        _entrances=pl.when(pl.col("urban_rural_code") == VILLAGE).then(1).otherwise(3),
        _rooms=pl.when(pl.col("urban_rural_code") == VILLAGE).then(1).otherwise(ROOMS_PER_FLOOR),
    )
    frame = _in_buildings(frame)
    area = np.clip(rng.normal(88, 26, count), 28, 260).round(1)
    return frame.select(
        pl.format("{}-{}-{}{}", "building_code", "entrance", _two("floor"), _two("_room")).alias(
            "dwelling_code"
        ),
        "building_code",
        pl.format("{}号楼", "_building").alias("building_name"),
        pl.format("{}单元", "entrance").alias("entrance"),
        "floor",
        pl.format("{}{}", "floor", _two("_room")).alias("room_no"),
        "grid_code",
        pl.Series("use", _uses(habits, count, households, rng)),
        pl.Series("area", area),
        _address(town).alias("address"),
        (pl.col("longitude") + _spread(SPREAD[0]) * 0.007).round(6).alias("longitude"),
        (pl.col("latitude") + _spread(SPREAD[1]) * 0.005).round(6).alias("latitude"),
        "community_code",
        "subdistrict_code",
        "urban_rural_code",
    )


def _spread(step: float) -> pl.Expr:
    """Where in its grid a building stands, from 0 to 1."""
    return (pl.col("_building") * step) % 1


def _in_buildings(frame: pl.DataFrame) -> pl.DataFrame:
    per_floor = pl.col("_rooms") * pl.col("_entrances")
    in_building = pl.col("_n") % (per_floor * pl.col("storeys"))
    return frame.with_columns(
        _building=pl.col("_n") // (per_floor * pl.col("storeys")) + 1,
        entrance=in_building // (pl.col("_rooms") * pl.col("storeys")) + 1,
        floor=in_building // pl.col("_rooms") % pl.col("storeys") + 1,
        _room=in_building % pl.col("_rooms") + 1,
    ).with_columns(
        building_code=pl.format(
            "{}-{}", "grid_code", pl.col("_building").cast(pl.String).str.zfill(4)
        )
    )


def _address(town: dict[str, Any]) -> pl.Expr:
    roads = town["roads"]
    road = (pl.col("grid_code").str.slice(9).cast(pl.Int64) % len(roads)).replace_strict(
        dict(enumerate(roads))
    )
    room = pl.format("{}{}", "floor", _two("_room"))
    return pl.concat_str(
        "city_name",
        "district_name",
        road,
        pl.format("{}号{}单元{}室", "_building", "entrance", room),
    )


def _uses(
    habits: dict[str, float], count: int, households: int, rng: np.random.Generator
) -> np.ndarray:
    """Exactly as many lived-in dwellings as there are households."""
    empty = count - households
    business = int(empty * habits["business"] / (habits["business"] + habits["vacant"]))
    rented = int(households * habits["rented"])
    uses = np.repeat(
        ["business", "vacant", "rented", "self"],
        [business, empty - business, rented, households - rented],
    )
    return rng.permutation(uses)


def _shared_out(count: int, weights: np.ndarray) -> np.ndarray:
    """Share ``count`` out by weight; the parts add up to it exactly."""
    bounds = np.round(np.cumsum(weights) / weights.sum() * count).astype(np.int64)
    return np.diff(bounds, prepend=0)


def _two(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.zfill(2)
