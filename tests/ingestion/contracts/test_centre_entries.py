"""Every entry of ``centre`` is read: by the code, by a model, and it stands in the documents."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.centre import dbt_vars
from ingestion.contracts.centre_entries import ELEMENTS, ENTRIES

FOLDERS = [PROJECT_ROOT / "ingestion" / "contracts", PROJECT_ROOT / "tests" / "dbt" / "contracts"]
DBT = PROJECT_ROOT / "dbt"
NAMED = re.compile(r"`(\w+)`")


class Watched(dict[str, Any]):
    """A ``centre`` that remembers which of its entries were asked for, there or not."""

    def __init__(self, entries: dict[str, Any]) -> None:
        super().__init__(entries)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts(FOLDERS)


@pytest.fixture(scope="module")
def asked(contracts) -> dict[str, Watched]:
    """Each feed's ``centre``, after dbt's vars were made of all of them."""
    watched = {feed: replace(c, centre=Watched(c.centre)) for feed, c in contracts.items()}
    dbt_vars(watched)
    return {feed: c.centre for feed, c in watched.items() if c.centre}  # type: ignore[misc]


def test_no_contract_has_an_entry_that_nothing_reads(asked):
    unread = {feed: set(centre) - centre.asked for feed, centre in asked.items()}
    assert {feed: names for feed, names in unread.items() if names} == {}


def test_every_entry_that_is_listed_is_asked_for(asked):
    by_element = defaultdict(set)
    for centre in asked.values():
        by_element[dict.get(centre, "element")] |= centre.asked
    # The shipped feed of units is one of organisations, of the kind governance_unit.
    assert {*by_element, "unit"} == set(ELEMENTS)
    missed = {e: set(ENTRIES[e]) - names for e, names in by_element.items()}
    assert {element: names for element, names in missed.items() if names} == {}


@pytest.mark.parametrize("element", [e for e in ELEMENTS if ENTRIES[e]])
def test_what_an_entry_becomes_is_read_by_a_model(element):
    files = [p.read_text("utf-8") for p in DBT.glob("models/intermediate/**/*.sql")]
    texts = "".join(text for text in files if f"feeds('{element}_feeds')" in text)
    read = {*re.findall(r"\('\w+', '(\w+)'", texts), *re.findall(r"feed\.(\w+)", texts)}
    # A place is read by fct_feed_record, of whatever element the feed is.
    assert set(ENTRIES[element]) - {"place"} <= read


def test_an_entry_that_nothing_reads_is_refused(contracts):
    lamp = replace(contracts["lamp"], centre={**contracts["lamp"].centre, "colour": "works"})
    with pytest.raises(CivicError, match="nothing of the element object reads colour; it reads"):
        dbt_vars({**contracts, "lamp": lamp})
    staff = replace(contracts["staff"], centre={"element": "staff", "number": "staff_no"})
    with pytest.raises(CivicError, match="reads number; it goes by the names of its fields"):
        dbt_vars({**contracts, "staff": staff})


@pytest.mark.parametrize(
    ("feed", "changed", "said"),
    [
        ("lamp", {"element": "thing"}, "element 'thing' is none of activity, building"),
        ("service_record", {"person": "record_no"}, "record_no is no citizen id that becomes"),
        ("new_organisation", {"persons": {"boss": "phone"}}, "persons.boss: phone is no citizen"),
        ("new_organisation", {"persons": "phone"}, "persons does not name a field"),
    ],
)
def test_what_cannot_be_meant_is_named(contracts, feed, changed, said):
    meant = replace(contracts[feed], centre={**contracts[feed].centre, **changed})
    with pytest.raises(CivicError, match=said):
        dbt_vars({**contracts, feed: meant})


def test_the_table_of_entries_in_the_documents_is_that_of_the_code():
    text = (PROJECT_ROOT / "docs" / "whole-city.md").read_text("utf-8")
    table = text.split("| element | entries |")[1]
    stated: dict[str, set[str]] = {}
    for line in table.splitlines()[2:]:
        if not line.startswith("|"):
            break
        elements, entries = line.split("|")[1:3]
        for element in NAMED.findall(elements):
            stated[element] = set(NAMED.findall(entries))
    assert stated == {element: set(entries) for element, entries in ENTRIES.items()}
