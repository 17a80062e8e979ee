"""Registers of divisions for tests of what becomes of places: made ones, and the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.dbt.bronze import Drop

CITY = "990100000000"
DISTRICT, OTHER_DISTRICT = "990102000000", "990103000000"
LAKE_STREET, HILL_STREET, NEW_STREET = "990102001000", "990102002000", "990102003000"
ONE_STREET, FAR_STREET = "990102004000", "990103001000"


def row(street: str, street_name: str, community: str, name: str, grid: str | None = None) -> Any:
    district = street[:6] + "0" * 6
    return {
        "city_code": CITY,
        "city_name": "示例市",
        "district_code": district,
        "district_name": {DISTRICT: "海棠区", OTHER_DISTRICT: "远山区"}[district],
        "subdistrict_code": street,
        "subdistrict_name": street_name,
        "community_code": community,
        "community_name": name,
        "grid_code": grid and community + grid,
        "grid_name": grid and f"第{grid}网格",
    }


BEFORE = [
    row(LAKE_STREET, "望湖街道", "990102001001", "湖滨社区"),
    row(LAKE_STREET, "望湖街道", "990102001002", "湖心社区"),
    row(LAKE_STREET, "望湖街道", "990102001003", "湖西社区", "001"),
    # This street is dissolved: two communities go to a new one under their names, one is lost.
    row(HILL_STREET, "开发区", "990102002001", "山南社区", "001"),
    row(HILL_STREET, "开发区", "990102002002", "山北社区"),
    row(HILL_STREET, "开发区", "990102002003", "山顶社区"),
    # The only community of its street is split in two.
    row(ONE_STREET, "独山街道", "990102004001", "独山社区"),
    # Two communities of one street become one.
    row(FAR_STREET, "远山街道", "990103001001", "东山社区"),
    row(FAR_STREET, "远山街道", "990103001002", "西山社区"),
]
AFTER = [
    row(LAKE_STREET, "望湖街道", "990102001001", "湖滨社区"),
    row(LAKE_STREET, "望湖街道", "990102001002", "湖心亭社区"),
    # One new community beside the others, one gone: nobody says that it is the same.
    row(LAKE_STREET, "望湖街道", "990102001004", "湖东社区"),
    row(NEW_STREET, "江西街道", "990102003001", "山南社区", "001"),
    row(NEW_STREET, "江西街道", "990102003002", "山北社区"),
    row(NEW_STREET, "江西街道", "990102003003", "江西社区"),
    row(ONE_STREET, "独山街道", "990102004002", "独山一社区"),
    row(ONE_STREET, "独山街道", "990102004003", "独山二社区"),
    row(FAR_STREET, "远山街道", "990103001003", "远山社区"),
]
#: A year later one community is renumbered once more.
LATER = [
    *(r for r in AFTER if r["community_code"] != "990102003001"),
    row(NEW_STREET, "江西街道", "990102003009", "山南社区", "001"),
]

MADE = [
    Drop("civil_affairs", "division", "2021-10-31", BEFORE),
    Drop("civil_affairs", "division", "2022-10-31", AFTER),
    Drop("civil_affairs", "division", "2023-10-31", LATER),
]


def real_register(folder: Path, year: int, city: str) -> Drop:
    """One city of a real register, read by itself: not the way that intake reads it."""
    text = (folder / f"liaoning_{year}.gb18030.json").read_bytes().decode("gb18030")
    (found,) = [c for c in json.loads(text)["city"] if c["code"].startswith(city)]
    rows = [
        {
            "city_code": found["code"],
            "city_name": found["name"],
            "district_code": district["code"],
            "district_name": district["name"],
            "subdistrict_code": street["code"],
            "subdistrict_name": street["name"],
            "community_code": community["code"],
            "community_name": community["name"],
        }
        for district in found["country"]
        for street in district["town"]
        for community in street["villagetr"]
    ]
    return Drop("statistics", "division", f"{year}-10-31", rows)
