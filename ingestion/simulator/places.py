"""Divisions of the made-up town, down to the grid, in the years of the register.

The codes begin with 2199: a form that GB/T 2260 allows and that no city has been given, so that
nothing made up here can be taken for a real place. Belongs here: codes and names of divisions.
Does not: dwellings (``dwellings``).
"""

from __future__ import annotations

from typing import Any

import polars as pl

ORDINALS = "一二三四五六七八九十"


def grids(town: dict[str, Any]) -> pl.DataFrame:
    """One row per grid of the latest register, with its ancestors.

    Columns as in the contract ``division``, and ``homes`` (weight of the grid in the town's
    dwellings), ``storeys``, ``longitude``, ``latitude`` (middle of the grid, degrees) and
    ``old_grid_code``, ``old_grid_name`` (what the year before called the grid).
    """
    rows = [
        _grid(town, district, street, community, number)
        for district in town["districts"]
        for street in district["streets"]
        for community in street["communities"]
        for number in range(1, community["grids"] + 1)
    ]
    return pl.DataFrame(rows)


def register(town: dict[str, Any], year_before: bool = False) -> pl.DataFrame:
    """The division register as the contract ``division`` has it, one row per grid.

    ``year_before``: as it stood a year ago, before the split and the renaming.
    """
    frame = grids(town).select(
        "province_name",
        "city_code",
        "city_name",
        "district_code",
        "district_name",
        "subdistrict_code",
        "subdistrict_name",
        *_community(town, year_before),
        "urban_rural_code",
        pl.col("old_grid_code" if year_before else "grid_code").alias("grid_code"),
        pl.col("old_grid_name" if year_before else "grid_name").alias("grid_name"),
    )
    return frame.sort("grid_code")


def register_as_document(town: dict[str, Any]) -> dict[str, Any]:
    """The year-before register down to the community, nested as the national one is published.

    city[].country[].town[].villagetr[], each with ``code`` and ``name``, the last with ``type``.
    """
    communities = register(town, year_before=True).drop("grid_code", "grid_name").unique()
    return {
        "name": town["city"]["province"],
        "city": [
            {
                "name": name,
                "code": code,
                "country": _children(part, ("district", "subdistrict"), ("country", "town")),
            }
            for (code, name), part in _parts(communities, "city")
        ],
    }


def _grid(
    town: dict[str, Any],
    district: dict[str, Any],
    street: dict[str, Any],
    community: dict[str, Any],
    number: int,
) -> dict[str, Any]:
    city, parted = town["city"], town["before"]["parted"]
    code = f"{community['code']}{number:03d}"
    old_number = number
    old_community = community["code"]
    if community["code"] == parted["to"]:
        old_community, old_number = parted["from"], parted["first_grid"] + number - 1
    east = int(community["code"][6:9]) / 100 + int(community["code"][9:12]) % 100 / 80
    return {
        "province_name": city["province"],
        "city_code": city["code"],
        "city_name": city["name"],
        "district_code": district["code"],
        "district_name": district["name"],
        "subdistrict_code": street["code"],
        "subdistrict_name": street["name"],
        "initials": street["initials"],
        "community_code": community["code"],
        "community_name": community["name"],
        "urban_rural_code": community["kind"],
        "grid_code": code,
        "grid_name": f"第{ORDINALS[number - 1]}网格",
        "old_grid_code": f"{old_community}{old_number:03d}",
        "old_grid_name": f"第{ORDINALS[old_number - 1]}网格",
        "homes": community["homes"] / community["grids"],
        "storeys": community["storeys"],
        "longitude": round(city["longitude"] + east * 0.1, 5),
        "latitude": round(city["latitude"] + number * 0.004, 5),
    }


def _community(town: dict[str, Any], year_before: bool) -> tuple[pl.Expr, pl.Expr]:
    code, name = pl.col("community_code"), pl.col("community_name")
    if not year_before:
        return code, name
    parted = town["before"]["parted"]
    names = {
        c["code"]: c["name"]
        for d in town["districts"]
        for s in d["streets"]
        for c in s["communities"]
    } | town["before"]["renamed"]
    old = code.replace({parted["to"]: parted["from"]})
    return old, old.replace_strict(names).alias(name.meta.output_name())


def _children(
    frame: pl.DataFrame, levels: tuple[str, ...], keys: tuple[str, ...]
) -> list[dict[str, Any]]:
    if not levels:
        return [
            {"name": name, "code": code, "type": part["urban_rural_code"][0]}
            for (code, name), part in _parts(frame, "community")
        ]
    below = keys[1] if len(keys) > 1 else "villagetr"
    return [
        {"name": name, "code": code, below: _children(part, levels[1:], keys[1:])}
        for (code, name), part in _parts(frame, levels[0])
    ]


def _parts(frame: pl.DataFrame, level: str) -> list[tuple[tuple[Any, ...], pl.DataFrame]]:
    columns = [f"{level}_code", f"{level}_name"]
    return list(frame.sort(columns[0]).group_by(columns, maintain_order=True))
