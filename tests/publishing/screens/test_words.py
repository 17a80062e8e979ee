"""Words of coordinates: one line each, told apart, a place before its parts."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.reports.metrics import Label
from publishing.screens.words import said_periods, said_places, said_slices

CITY, WEST, EAST = "210200000000", "210202000000", "210203000000"
NAMES = {CITY: "海城市", WEST: "西区", EAST: "东区"}


def _places() -> pl.DataFrame:
    rows = []
    for code, name in NAMES.items():
        district = None if code == CITY else code
        rows.append(
            (code, "district" if district else "city", name, CITY if district else None, district)
        )
    for code, district in (("210202001000", WEST), ("210203001000", EAST)):
        rows.append((code, "street", "中山街道", district, district))
    return pl.DataFrame(
        [
            {
                "place_code": code,
                "level": level,
                "place_name": name,
                "parent_code": parent,
                "city_code": CITY,
                "district_code": district,
                "street_code": code if level == "street" else None,
                "community_code": None,
                "grid_code": None,
            }
            for code, level, name, parent, district in rows
        ]
    )


def _said(*used: tuple[str, str]) -> dict[str, dict[str, str]]:
    frame = pl.DataFrame(used, schema=["level", "place_code"], orient="row")
    return {row["place_code"]: row for row in said_places(_places(), frame).to_dicts()}


def test_a_place_comes_before_its_parts_and_everything_first():
    said = _said(("all", "all"), ("city", CITY), ("district", EAST), ("street", "210202001000"))
    assert sorted(said, key=lambda code: said[code]["place_order"]) == [
        "all",
        CITY,
        EAST,
        "210202001000",
    ]


def test_places_of_one_name_are_told_apart_by_what_they_lie_in():
    said = _said(("street", "210202001000"), ("street", "210203001000"), ("district", WEST))
    assert said["210202001000"]["place_zh"] == "西区中山街道"
    assert said["210203001000"]["place_zh"] == "东区中山街道"
    assert said[WEST]["place_zh"] == "西区"


def test_what_is_not_placed_further_lies_below_the_place_that_is_known():
    said = _said(("city", "all/unplaced"), ("street", f"{WEST}/unplaced"))
    assert said["all/unplaced"]["parent_code"] == "all"
    assert said[f"{WEST}/unplaced"]["parent_code"] == WEST
    assert said[f"{WEST}/unplaced"]["district_code"] == WEST
    assert said[f"{WEST}/unplaced"]["place_en"] == "西区 (not placed further)"


def test_a_period_is_whole_when_the_data_reach_its_last_day():
    used = pl.DataFrame(
        [("month", "2026-10"), ("month", "2026-11"), ("all", "all"), ("month", "undated")],
        schema=["grain", "period"],
        orient="row",
    )
    said = {r["period"]: r for r in said_periods(used, date(2026, 11, 29)).to_dicts()}
    assert {p: r["is_whole"] for p, r in said.items()} == {
        "2026-10": True,
        "2026-11": False,
        "all": False,
        "undated": False,
    }
    assert said["2026-10"]["previous_period"] == "2026-09"
    assert said["undated"]["period_start"] is None


def test_a_date_of_long_ago_or_to_come_is_not_recent():
    used = pl.DataFrame(
        [("month", "1950-03"), ("month", "2026-10"), ("month", "2031-01")],
        schema=["grain", "period"],
        orient="row",
    )
    said = said_periods(used, date(2026, 11, 29))
    assert said["is_recent"].to_list() == [False, True, False]


def test_slices_are_said_in_both_languages_and_name_their_unit():
    labels = {("category", "theft"): Label("盗窃", "Theft")}
    texts = pl.Series(
        ["", "category=theft", r"category=a\;b;event_scale=\N", "unit_label=07-1 甲办"]
    )
    said = {row["slices"]: row for row in said_slices(texts, labels).to_dicts()}
    assert said[""]["slice_by"] == "" and said[""]["slice_1"] is None
    assert said["category=theft"]["slice_1_zh"] == "盗窃"
    assert said["category=theft"]["slice_en"] == "Theft"
    two = said[r"category=a\;b;event_scale=\N"]
    assert (two["slice_by"], two["slice_1"], two["slice_2"]) == (
        "category,event_scale",
        "a;b",
        None,
    )
    assert two["slice_2_en"] == "not stated"
    assert said["unit_label=07-1 甲办"]["unit"] == "07-1"
