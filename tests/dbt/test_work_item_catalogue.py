"""The catalogue of work items: 150 of them, over all nineteen modules, each with its evidence."""

import csv
from collections import Counter
from itertools import groupby

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts

MODULES = [
    "organisations_and_teams",
    "residents",
    "special_groups",
    "youth",
    "new_organisations",
    "public_order",
    "disputes",
    "campus_safety",
    "line_protection",
    "risk_assessment",
    "publicity",
    "safe_city",
    "member_units",
    "direct_units",
    "integrity",
    "volunteers",
    "coast",
    "grid_information",
    "safety_survey",
]

with (PROJECT_ROOT / "dbt" / "seeds" / "work_items.csv").open(encoding="utf-8") as _file:
    ITEMS = list(csv.DictReader(_file))


def test_there_are_150_items_each_with_its_own_code_and_names():
    assert len(ITEMS) == 150
    for column in ("item_code", "name_zh", "name_en"):
        doubled = [value for value, times in Counter(i[column] for i in ITEMS).items() if times > 1]
        assert doubled == []


def test_all_nineteen_modules_have_five_to_twelve_items_in_their_order():
    found = [(module, len(list(items))) for module, items in groupby(ITEMS, lambda i: i["module"])]
    assert [module for module, _ in found] == MODULES
    assert all(5 <= count <= 12 for _, count in found)


def test_a_code_begins_with_the_number_of_its_module():
    for item in ITEMS:
        assert item["item_code"][:2] == f"{MODULES.index(item['module']) + 1:02d}"
        assert len(item["item_code"]) == 4


def test_every_item_is_told_in_both_languages():
    for item in ITEMS:
        assert all(value and value.strip() for value in item.values())
        assert not item["name_zh"].isascii() and not item["evidence_measure_zh"].isascii()
        assert item["name_en"].isascii() and item["evidence_measure_en"].isascii()


def test_the_evidence_of_every_item_is_a_feed():
    feeds = set(load_contracts([PROJECT_ROOT / "ingestion" / "contracts"]))
    assert {item["evidence_feed"] for item in ITEMS} <= feeds
