"""The register of divisions as versions of places, and what lies where today, in Polars.

Belongs here: places by register date and the paths of the current register. Does not belong
here: which register rows are in force (``in_force``), facts that lie in places.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.reports.verification.in_force import PRECEDENCE


@dataclass(frozen=True)
class Level:
    """One level of the hierarchy and the register's fields that name a place of it."""

    name: str
    code: str
    code_field: str
    name_field: str


LEVELS = (
    Level("city", "city_code", "city_code", "city_name"),
    Level("district", "district_code", "district_code", "district_name"),
    Level("street", "street_code", "subdistrict_code", "subdistrict_name"),
    Level("community", "community_code", "community_code", "community_name"),
    Level("grid", "grid_code", "grid_code", "grid_name"),
)
PATH = tuple(level.code for level in LEVELS)
"""The place columns of every fact, from the city down."""

REGISTER_FIELDS = tuple(f for level in LEVELS for f in (level.code_field, level.name_field))


def places_registered(register: pl.LazyFrame) -> pl.LazyFrame:
    """One row per place and register date, with its ancestors in that register.

    ``register``: register rows in force (all dates). Result: ``place_code, level, place_name,
    registered_on``, the five codes of the path, and ``_source_rows``, the number of register rows
    that name the place. Of two registers of one city and day the later one is that day's.
    """
    dated = register.with_columns(registered_on=pl.col("_as_of").dt.date())
    of_day = dated.group_by("city_code", "registered_on").agg(pl.col("_as_of").max())
    ordered = dated.join(of_day, on=["city_code", "registered_on", "_as_of"], how="semi").sort(
        PRECEDENCE
    )
    return pl.concat([_places_of(ordered, depth) for depth in range(len(LEVELS))], how="diagonal")


def current_places(registered: pl.LazyFrame) -> pl.LazyFrame:
    """The places of each city's latest register, one row per code."""
    latest = registered.group_by("city_code").agg(registered_on=pl.col("registered_on").max())
    return (
        registered.join(latest, on=["city_code", "registered_on"], how="semi")
        .sort("registered_on", "city_code")
        .unique(subset="place_code", keep="last", maintain_order=True)
    )


def with_path(facts: pl.LazyFrame, current: pl.LazyFrame) -> pl.LazyFrame:
    """The facts with the five codes of their ``place_code``; all null where it is not known."""
    paths = current.select("place_code", *PATH)
    return facts.drop(*PATH, strict=False).join(paths, on="place_code", how="left")


def _places_of(register: pl.LazyFrame, depth: int) -> pl.LazyFrame:
    level = LEVELS[depth]
    path = [
        (pl.col(other.code_field) if at <= depth else pl.lit(None, pl.String)).alias(other.code)
        for at, other in enumerate(LEVELS)
    ]
    named = register.filter(pl.col(level.code_field).is_not_null()).select(
        "registered_on",
        *PRECEDENCE,
        *path,
        place_code=pl.col(level.code_field),
        level=pl.lit(level.name),
        place_name=pl.col(level.name_field),
    )
    once = ["place_code", "registered_on"]
    counted = named.group_by(once).agg(_source_rows=pl.len())
    first = named.unique(subset=once, keep="first", maintain_order=True)
    return first.drop(*PRECEDENCE).join(counted, on=once)
