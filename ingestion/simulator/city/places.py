"""Divisions of the made-up city down to the grid, as they are and as they were half way before.

Codes are made up under 2199, or those of a register (``register``). Belongs here: which divisions
there are, how many people and how much work each has. Does not: dwellings, people.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.dwellings import VILLAGE
from ingestion.simulator.exporting import rng_of

ORDINALS = "一二三四五六七八九十"
CELL_EAST, CELL_NORTH = 0.008, 0.006
"""Degrees from one grid to the next: some 650 metres both ways."""
COMMUNITY = (
    "province_name", "city_code", "city_name", "district_code", "district_name",
    "subdistrict_code", "subdistrict_name", "community_code", "community_name",
    "urban_rural_code",
)  # fmt: skip


def make_places(
    declared: dict[str, Any], residents: int, seed: int, register: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per grid, in order of code: its ancestors, and what tells grids apart.

    Columns: COMMUNITY, ``grid_code``, ``grid_name``, ``old_…`` of community and grid before the
    reorganisation, ``homes`` (weight in the city's people), ``residents`` (how many live there),
    ``workload`` (mean 1), ``storeys``, ``longitude``, ``latitude``.
    """
    rng = rng_of(seed, "places")
    wanted = numbers_of(declared, residents)
    if register is None:
        communities = _made_up(declared, wanted, rng)
    else:
        communities = _whole_streets(register, wanted["communities"])
    communities = _peopled(declared, communities, residents, rng)
    grids = _in_grids(declared, communities, rng)
    return _as_before(declared, grids, rng)


def numbers_of(declared: dict[str, Any], residents: int) -> dict[str, int]:
    """How many districts, streets and communities a city of that size has."""
    full, share = declared["full"], residents / declared["full"]["residents"]
    return {
        level: max(declared["fewest"][level], round(full[level] * share**power))
        for level, power in declared["power"].items()
    }


def _made_up(
    declared: dict[str, Any], wanted: dict[str, int], rng: np.random.Generator
) -> pl.DataFrame:
    city, names = declared["city"], declared["names"]
    words = [a + b for a in names["first"] for b in names["second"]]
    towns = int(wanted["districts"] * declared["towns_from"])
    street_words = rng.permutation(words)
    per_street = np.diff(
        np.round(np.linspace(0, wanted["communities"], wanted["streets"] + 1)).astype(int)
    )
    rows = []
    for number in range(wanted["streets"]):
        district = number * wanted["districts"] // wanted["streets"]
        is_town = district >= towns and number % 3 > 0
        district_name = names["districts"][district % len(names["districts"])]
        district_code = f"2199{district + 2:02d}"
        street_code = f"{district_code}{number % 99 + (100 if is_town else 1):03d}"
        street_name = f"{street_words[number % len(words)]}{'镇' if is_town else '街道'}"
        picked = rng.permutation(words)[: per_street[number]]
        villages = int(len(picked) * declared["rural_share"]["town"]) if is_town else 0
        for i, word in enumerate(picked):
            rural = i >= len(picked) - villages
            code = f"{street_code}{i + 1 + (200 if rural else 0):03d}"
            kind = VILLAGE if rural else "121" if is_town else "112" if i % 7 == 6 else "111"
            rows.append(
                (
                    *(city["province"], city["code"], city["name"]),
                    *(f"{district_code}000000", district_name, f"{street_code}000", street_name),
                    *(code, f"{word}{'村' if rural else '社区'}", kind),
                )
            )
    return pl.DataFrame(rows, schema=list(COMMUNITY), orient="row").sort("community_code")


def _whole_streets(register: pl.DataFrame, communities: int) -> pl.DataFrame:
    """Streets of the register in turn from every district, until there are communities enough."""
    streets = register.group_by("district_code", "subdistrict_code", maintain_order=True).len()
    turn = streets.with_columns(turn=pl.int_range(pl.len()).over("district_code"))
    turn = turn.sort("turn", maintain_order=True).with_columns(before=pl.col("len").cum_sum())
    kept = turn.filter((pl.col("before") - pl.col("len")) < communities)["subdistrict_code"]
    own = register.filter(pl.col("subdistrict_code").is_in(kept.implode()))
    return own.select(COMMUNITY).sort("community_code")


def _peopled(
    declared: dict[str, Any], frame: pl.DataFrame, residents: int, rng: np.random.Generator
) -> pl.DataFrame:
    spread = declared["spread"]
    streets = frame["subdistrict_code"].unique(maintain_order=True)
    by_street = dict(zip(streets, rng.lognormal(0, spread["street"], len(streets)), strict=True))
    weight = frame["subdistrict_code"].replace_strict(by_street).to_numpy()
    weight = weight * rng.lognormal(0, spread["community"], len(frame))
    rural = (frame["urban_rural_code"] == VILLAGE).to_numpy()
    weight = weight * np.where(rural, declared["rural_share"]["weight"], 1.0)
    weight = np.maximum(weight, weight.sum() / residents)
    bounds = np.round(np.cumsum(weight) / weight.sum() * residents).astype(np.int64)
    return frame.with_columns(
        people=pl.Series(np.diff(bounds, prepend=0)),
        storeys=pl.Series(np.where(rural, 1, rng.choice([5, 6, 7, 11, 18, 26], len(frame)))),
    )


def _in_grids(
    declared: dict[str, Any], frame: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    people = frame["people"].to_numpy()
    per_grid = min(declared["residents_per_grid"], people.sum() / declared["fewest"]["grids"])
    numbers = np.clip(np.round(people / per_grid), 1, 99).astype(np.int64)
    first = np.repeat(np.cumsum(numbers) - numbers, numbers)
    nth = np.arange(numbers.sum()) - first
    which = np.repeat(np.arange(len(frame)), numbers)
    share = rng.uniform(0.6, 1.4, len(which))
    homes = share / np.bincount(which, share)[which] * people[which]
    workload = rng.lognormal(0, declared["spread"]["workload"], len(which))
    bounds = np.round(np.cumsum(homes)).astype(np.int64)
    city, (east, north) = declared["city"], along_hilbert(len(which))
    return (
        frame[which]
        .with_columns(
            grid_code=pl.concat_str("community_code", pl.Series(_three(nth + 1))),
            grid_name=pl.Series([f"第{in_words(n + 1)}网格" for n in nth]),
            number=pl.Series(nth + 1),
            homes=pl.Series(homes),
            residents=pl.Series(np.diff(bounds, prepend=0)),
            workload=pl.Series((workload / workload.mean()).round(4)),
            longitude=pl.Series((city["longitude"] + east * CELL_EAST).round(5)),
            latitude=pl.Series((city["latitude"] + north * CELL_NORTH).round(5)),
        )
        .drop("people")
    )


def along_hilbert(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Where ``count`` cells lie on a square, east and north, in the order of Hilbert's curve.

    Cells that follow on one another adjoin, so grids in order of their codes make communities,
    streets and districts of one piece each (D. Hilbert, Mathematische Annalen 38, 1891).
    """
    left = np.arange(count)
    east, north = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    side = 1
    while side * side < count:
        right, up = left // 2 % 2, (left // 2 + left) % 2
        flipped = (up == 0) & (right == 1)
        east = np.where(flipped, side - 1 - east, east)
        north = np.where(flipped, side - 1 - north, north)
        turned = up == 0
        east, north = np.where(turned, north, east), np.where(turned, east, north)
        east, north = east + side * right, north + side * up
        left, side = left // 4, side * 2
    return east, north


def _as_before(
    declared: dict[str, Any], grids: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """What the first register called each grid: before splits, merges and renamings."""
    before = reorganisations(declared, grids, rng)
    code = grids["community_code"].to_list()
    name = grids["community_name"].to_list()
    number = grids["number"].to_list()
    for i, here in enumerate(grids["community_code"].to_list()):
        change = before.get(here)
        if change is None:
            continue
        if change["kind"] == "renamed":
            name[i] = change["old_name"]
        elif change["kind"] == "split":
            code[i], name[i] = change["old_code"], change["old_name"]
            number[i] += change["offset"]
        elif number[i] > change["offset"]:
            code[i], name[i] = change["old_code"], change["old_name"]
            number[i] -= change["offset"]
    return grids.with_columns(
        old_community_code=pl.Series(code),
        old_community_name=pl.Series(name),
        old_grid_code=pl.Series([f"{c}{n:03d}" for c, n in zip(code, number, strict=True)]),
        old_grid_name=pl.Series([f"第{in_words(n)}网格" for n in number]),
    ).drop("number")


def reorganisations(
    declared: dict[str, Any], grids: pl.DataFrame, rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    """By today's community code: ``kind`` and what it was before.

    split: its grids belonged to ``old_code``, a neighbour that has remained. merged: its grids
    above ``offset`` belonged to ``old_code``, which is gone. renamed: it was called ``old_name``.
    """
    own = grids.group_by("community_code", "community_name", maintain_order=True).len()
    codes, names, sizes = (own[c].to_list() for c in own.columns)
    shares = declared["reorganised"]
    used, changes = set(codes), {}
    order = [int(i) for i in rng.permutation(len(codes)) if i > 0]
    wanted = {kind: max(1, round(share * len(codes))) for kind, share in shares.items()}
    touched: set[int] = set()
    for i in order:
        neighbour = i - 1
        if i in touched or neighbour in touched:
            continue
        if wanted["split"] and codes[i][:9] == codes[neighbour][:9]:
            kind, old, name = "split", codes[neighbour], names[neighbour]
            offset = sizes[neighbour]
            touched.add(neighbour)
        elif wanted["merged"] and sizes[i] > 1:
            kind, old = "merged", _unused(codes[i], used)
            offset, name = sizes[i] // 2, f"新{names[i]}"
        elif wanted["renamed"]:
            kind, old, name, offset = "renamed", codes[i], f"老{names[i]}", 0
        else:
            continue
        wanted[kind] -= 1
        touched.add(i)
        changes[codes[i]] = {"kind": kind, "old_code": old, "old_name": name, "offset": offset}
    return changes


def _unused(code: str, used: set[str]) -> str:
    """A code of the same street that the register of today does not have."""
    free = next(c for n in range(998, 0, -1) if (c := f"{code[:9]}{n:03d}") not in used)
    used.add(free)
    return free


def in_words(number: int) -> str:
    """一 to 九十九, as grids are numbered."""
    tens, ones = divmod(int(number), 10)
    if not tens:
        return ORDINALS[ones - 1]
    return ("" if tens == 1 else ORDINALS[tens - 1]) + "十" + (ORDINALS[ones - 1] if ones else "")


def _three(numbers: np.ndarray) -> list[str]:
    return [f"{n:03d}" for n in numbers]
