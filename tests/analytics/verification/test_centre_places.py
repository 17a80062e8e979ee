"""Places by register, and where a code lies today."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from analytics.reports.verification.centre_places import (
    PATH,
    REGISTER_SCHEMA,
    current_places,
    places_registered,
    with_path,
)

CITY, DISTRICT, STREET = "990100000000", "990102000000", "990102001000"
COMMUNITY, GRID = "990102001001", "990102001001001"


def row(as_of: datetime, *codes: str | None, record: int = 1, **other: Any) -> dict[str, Any]:
    names = ("city_code", "district_code", "subdistrict_code", "community_code", "grid_code")
    said = {"_drop_id": str(as_of), "_sha256": "aa", "_unit": "u", "_as_of": as_of}
    return {**dict(zip(names, codes, strict=False)), **said, "_record": record, **other}


def registered(*rows: dict[str, Any]) -> pl.DataFrame:
    return places_registered(pl.LazyFrame(rows, schema=REGISTER_SCHEMA)).collect()


def test_a_place_is_one_row_per_register_with_its_ancestors() -> None:
    old, new = datetime(2021, 10, 31), datetime(2022, 10, 31)
    made = registered(
        row(old, CITY, DISTRICT, STREET, COMMUNITY, urban_rural_code="111"),
        row(old, CITY, DISTRICT, STREET, "990102001002", record=2),
        row(new, CITY, DISTRICT, STREET, COMMUNITY),
    )
    assert made.group_by("register_date", "level").len().sort("register_date", "level").rows() == [
        (date(2021, 10, 31), "city", 1),
        (date(2021, 10, 31), "community", 2),
        (date(2021, 10, 31), "district", 1),
        (date(2021, 10, 31), "street", 1),
        (date(2022, 10, 31), "city", 1),
        (date(2022, 10, 31), "community", 1),
        (date(2022, 10, 31), "district", 1),
        (date(2022, 10, 31), "street", 1),
    ]
    street = made.filter(pl.col("level") == "street", pl.col("register_date").dt.year() == 2021)
    assert street.select(PATH).row(0) == (CITY, DISTRICT, STREET, None, None)
    assert street["_source_rows"].to_list() == [2]
    kinds = made.filter(pl.col("urban_rural_code").is_not_null())
    assert kinds["level"].to_list() == ["community"]


def test_of_two_registers_of_one_day_the_later_is_that_days() -> None:
    made = registered(
        row(datetime(2022, 1, 1, 8), CITY, DISTRICT, STREET, COMMUNITY),
        row(datetime(2022, 1, 1, 9), CITY, DISTRICT, STREET, "990102001002"),
    )
    at = made.filter(pl.col("level") == "community")
    assert at["place_code"].to_list() == ["990102001002"]


def test_a_city_that_names_itself_as_its_district_is_one_place() -> None:
    made = registered(row(datetime(2022, 1, 1), CITY, CITY, STREET))
    assert made.select("level", "place_code").rows() == [("city", CITY), ("street", STREET)]


def test_each_citys_latest_register_is_current() -> None:
    old, new = datetime(2021, 1, 1), datetime(2022, 1, 1)
    made = registered(
        row(old, CITY, DISTRICT), row(new, CITY, "990103000000"), row(old, "980100000000")
    )
    codes = current_places(made.lazy()).collect()["place_code"].sort().to_list()
    assert codes == ["980100000000", CITY, "990103000000"]


def test_a_code_lies_where_the_nearest_known_ancestor_by_its_digits_does() -> None:
    current = current_places(
        registered(row(datetime(2022, 1, 1), CITY, DISTRICT, STREET, COMMUNITY)).lazy()
    )
    codes = [COMMUNITY, GRID, "990102001009", "990102", "990155001001", "1", None]
    placed = with_path(pl.LazyFrame({"place_code": codes}), current).collect().sort("place_code")
    found = {code: path for code, *path in placed.select("place_code", *PATH).rows()}
    assert found == {
        COMMUNITY: [CITY, DISTRICT, STREET, COMMUNITY, None],
        GRID: [CITY, DISTRICT, STREET, COMMUNITY, None],
        "990102001009": [CITY, DISTRICT, STREET, None, None],
        "990102": [CITY, DISTRICT, None, None, None],
        "990155001001": [CITY, None, None, None, None],
        "1": [None] * 5,
        None: [None] * 5,
    }
