"""The register of divisions as versions of places, and what lies where today, in Polars.

Belongs here: places by register date and the paths of the current register. Does not belong
here: which register rows are in force (``in_force``), facts that lie in places.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.reports.verification.in_force import DROP_SCHEMA, PRECEDENCE


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

REGISTER_SCHEMA = {
    **dict.fromkeys((f for lv in LEVELS for f in (lv.code_field, lv.name_field)), pl.String()),
    "urban_rural_code": pl.String(),
    "_record": pl.Int64(),
    **DROP_SCHEMA,
}
"""What is read of a register's rows."""

_URBAN_RURAL_LEVELS = ("community", "grid")
_CODE_LENGTH = 12
_ANCESTOR_DIGITS = (12, 9, 6, 4)


def places_registered(register: pl.LazyFrame) -> pl.LazyFrame:
    """One row per place and register date, with its ancestors in that register.

    ``register``: register rows in force (all dates). Result: ``place_code, level, place_name,
    register_date, urban_rural_code`` (of communities and grids), the five codes of the path, and
    ``_source_rows``, the number of register rows that name the place. Of two registers of one city
    and day the later one is that day's.
    """
    dated = register.with_columns(register_date=pl.col("_as_of").dt.date())
    of_day = (
        dated.select("city_code", "register_date", "_as_of", "_sha256", "_drop_id")
        .sort("_as_of", "_sha256", "_drop_id")
        .unique(subset=["city_code", "register_date"], keep="last", maintain_order=True)
        .select("city_code", "register_date", "_drop_id")
    )
    ordered = dated.join(of_day, on=["city_code", "register_date", "_drop_id"], how="semi").sort(
        PRECEDENCE
    )
    # A city without districts names itself as its district: the upper level is the place.
    return pl.concat([_places_of(ordered, depth) for depth in range(len(LEVELS))]).unique(
        subset=["city_code", "register_date", "place_code"], keep="first", maintain_order=True
    )


def current_places(registered: pl.LazyFrame) -> pl.LazyFrame:
    """The places of each city's latest register, one row per code."""
    latest = registered.group_by("city_code").agg(pl.col("register_date").max())
    return (
        registered.join(latest, on=["city_code", "register_date"], how="semi")
        .sort("register_date", "city_code", descending=[True, False])
        .unique(subset="place_code", keep="first", maintain_order=True)
    )


def with_path(facts: pl.LazyFrame, current: pl.LazyFrame) -> pl.LazyFrame:
    """The facts with the five codes of the place that their ``place_code`` names.

    A code that the current register does not know counts for the nearest ancestor by its digits
    that it knows (12 for a grid's community, 9 street, 6 district, 4 city); all null without one.
    """
    paths = current.select("place_code", *PATH)
    codes = facts.select("place_code").drop_nulls().unique()
    full = pl.col("place_code").str.pad_end(_CODE_LENGTH, "0")
    up = [full.str.head(n).str.pad_end(_CODE_LENGTH, "0") for n in _ANCESTOR_DIGITS]
    steps = (
        codes.select("place_code", candidate=pl.concat_list(full, *up))
        .with_columns(steps_up=pl.int_ranges(0, len(up) + 1))
        .explode("candidate", "steps_up")
    )
    resolved = (
        steps.join(paths, left_on="candidate", right_on="place_code")
        .sort("steps_up")
        .unique(subset="place_code", keep="first", maintain_order=True)
        .select("place_code", *PATH)
    )
    return facts.drop(*PATH, strict=False).join(resolved, on="place_code", how="left")


def _places_of(register: pl.LazyFrame, depth: int) -> pl.LazyFrame:
    level = LEVELS[depth]
    path = [
        (pl.col(other.code_field) if at <= depth else pl.lit(None, pl.String)).alias(other.code)
        for at, other in enumerate(LEVELS)
    ]
    fine = level.name in _URBAN_RURAL_LEVELS
    named = register.filter(pl.col(level.code_field).is_not_null()).select(
        "register_date",
        *path,
        place_code=pl.col(level.code_field),
        level=pl.lit(level.name),
        place_name=pl.col(level.name_field),
        urban_rural_code=pl.col("urban_rural_code") if fine else pl.lit(None, pl.String),
    )
    once = ["city_code", "register_date", "place_code"]
    counted = named.group_by(once).agg(_source_rows=pl.len().cast(pl.Int64))
    first = named.unique(subset=once, keep="first", maintain_order=True)
    return first.join(counted, on=once, how="left")
