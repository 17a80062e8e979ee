"""Units, staff and schools of the made-up town.

Belongs here: who works where, and which schools there are. Does not: the matters they handle
(``events``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.identifiers import phones

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def make_units(
    town: dict[str, Any], grids: pl.DataFrame, street: str, rng: np.random.Generator
) -> pl.DataFrame:
    """Units of one street (its code), as the contract ``unit`` has them.

    The street's centre, committee and member units, and a centre for each community.
    """
    own = grids.filter(pl.col("subdistrict_code") == street)
    name, initials = own["subdistrict_name"][0], own["initials"][0]
    top = f"{initials}-001"
    rows = [
        (top, f"{name}综治中心", "street", "centre", None, street),
        (f"{initials}-002", f"{name}平安建设委员会", "street", "committee", top, street),
    ]
    rows += [
        (f"{initials}-{10 + i:03d}", f"{name}{member}", "street", "member_unit", top, street)
        for i, member in enumerate(town["units"]["member_units"])
    ]
    communities = own.select("community_code", "community_name").unique(maintain_order=True)
    rows += [
        (f"{initials}-{101 + i:03d}", f"{community}综治中心", "community", "centre", top, code)
        for i, (code, community) in enumerate(communities.iter_rows())
    ]
    return _described(town, rows, street[:6], rng)


def make_upper_units(
    town: dict[str, Any], city: dict[str, Any], grids: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """The city's centre and one for each of its districts, as the contract ``unit`` has them."""
    code = str(city["code"])
    top = f"{code[:6]}-001"
    rows: list[tuple[Any, ...]] = [(top, f"{city['name']}综治中心", "city", "centre", None, code)]
    districts = grids.select("district_code", "district_name").unique(maintain_order=True)
    rows += [
        (f"{district[:6]}-001", f"{name}综治中心", "district", "centre", top, district)
        for district, name in districts.iter_rows()
    ]
    return _described(town, rows, code[:6], rng)


def _described(
    town: dict[str, Any], rows: list[tuple[Any, ...]], division: str, rng: np.random.Generator
) -> pl.DataFrame:
    """Units with their credit code, leader, telephone and address."""
    columns = ["unit_code", "unit_name", "level", "kind", "parent_code", "place_code"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    surnames = [s for s in town["surnames"] if len(s) == 1][:10]
    return frame.with_columns(
        credit_code=pl.Series(
            [credit_code(division, n) for n in rng.permutation(900)[: len(rows)]]
        ),
        leader_name=pl.Series([f"{s}明" for s in rng.choice(surnames, len(rows))]),
        phone=phones(len(rows), rng),
        address=pl.format("示例市{}{}号", pl.lit(town["roads"][0]), pl.int_range(1, pl.len() + 1)),
    )


def make_staff(
    grids: pl.DataFrame,
    units: pl.DataFrame,
    people: pl.DataFrame,
    on: date,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Staff of one street's units, as the contract ``staff`` has them.

    ``people``: the residents from whom they are taken (adults of working age).
    A grid worker for every grid, a secretary and a mediator for every community, officers and
    dispatchers in the street.
    """
    centres = units.filter(pl.col("kind") == "centre", pl.col("level") == "community")
    own = grids.join(
        centres.select(pl.col("place_code").alias("community_code"), "unit_code"),
        on="community_code",
        maintain_order="left",
    )
    posts = [
        ("grid_worker", unit, grid) for unit, grid in own.select("unit_code", "grid_code").rows()
    ]
    for unit in centres["unit_code"]:
        posts += [("community_secretary", unit, None), ("mediator", unit, None)]
    street = units["unit_code"][0]
    posts += [("officer", street, None)] * 4 + [("dispatcher", street, None)] * 2
    able = people.filter(pl.col("age").is_between(22, 58), pl.col("citizen_id").is_not_null())
    chosen = able.sample(len(posts), seed=int(rng.integers(2**31)))
    days = rng.integers(60, 2200, len(posts)).astype("timedelta64[D]")
    since = pl.Series(np.datetime64(on, "D") - days)
    left = pl.Series(rng.random(len(posts)) < 0.06)
    initials = street.split("-")[0]
    return chosen.select("name", "citizen_id", "sex", "birth_date", "phone").with_columns(
        staff_no=pl.format("{}-S-{}", pl.lit(initials), _four(pl.int_range(1, pl.len() + 1))),
        post=pl.Series([p for p, _, _ in posts]),
        unit_code=pl.Series([u for _, u, _ in posts]),
        grids_in_charge=pl.Series([g for _, _, g in posts], dtype=pl.String),
        since=since,
        until=pl.when(left).then(since + pl.duration(days=45)),
    )


def make_schools(town: dict[str, Any]) -> pl.DataFrame:
    """Schools as the contract ``school`` has them, and ``district`` for the list's subtotals."""
    rows = town["schools"]
    return pl.DataFrame(
        {
            "sequence_no": [str(n) for n in range(1, len(rows) + 1)],
            "school_name": [r["name"] for r in rows],
            "school_code": [f"21990{n:05d}" for n in range(10001, 10001 + len(rows))],
            "authority": [r["authority"] for r in rows],
            "city_name": [town["city"]["name"]] * len(rows),
            "education_level": [r["level"] for r in rows],
            "remark": ["民办" if "职业" in r["name"] else None for r in rows],
            "district": [r["district"] for r in rows],
        }
    )


def credit_code(region: str, number: int, kind: str = "11") -> str:
    """A unified social credit code (GB 32100) with both check digits right.

    ``kind``: its first two characters: 11 a public body, 52 a social organisation, 91 an
    enterprise.
    """
    body = f"{number:08d}"
    inner = 11 - sum(int(c) * w for c, w in zip(body, INNER_WEIGHTS, strict=True)) % 11
    first = f"{kind}{region}{body}{'0' if inner == 11 else 'X' if inner == 10 else inner}"
    total = sum(CREDIT_ALPHABET.index(c) * 3**i for i, c in enumerate(first))
    return first + CREDIT_ALPHABET[-total % 31]


def _four(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(4)
