"""What a contract says of the centre becomes vars of dbt; what cannot be meant is said plainly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT
from ingestion.contracts import Code, Contract, load_contracts
from ingestion.contracts.centre import dbt_vars
from ingestion.contracts.centre_roles import ROLES

OWN = PROJECT_ROOT / "tests" / "dbt" / "contracts"


@pytest.fixture
def contracts() -> dict[str, Contract]:
    return load_contracts([Path(OWN)])


def centre(contracts: dict[str, Contract], feed: str, **changed: object) -> dict[str, Contract]:
    """The contracts with entries of one feed's ``centre`` changed; None takes an entry out."""
    entries = {**contracts[feed].centre, **changed}
    kept = {k: v for k, v in entries.items() if v is not None}
    return {**contracts, feed: replace(contracts[feed], centre=kept)}


def test_every_element_has_its_list_also_without_a_feed():
    made = dbt_vars({})
    assert {f"{element}_feeds" for element in ROLES} <= made.keys()
    assert made["feedback_feeds"] == made["feedback_lists"] == []


def test_a_feed_of_stages_names_whose_they_are_and_lets_them_close(contracts):
    made = dbt_vars(contracts)
    (steps,) = made["event_stage_feeds"]
    assert steps["event_feed"] == {"constant": "lamp_fault"}
    (fault,) = [f for f in made["event_feeds"] if f["feed"] == "lamp_fault"]
    assert fault["has_closing_stage"]
    assert fault["due"] == {"column": "repair_by", "is_date": True}
    without = {k: v for k, v in contracts.items() if k != "lamp_fault_step"}
    (fault,) = [f for f in dbt_vars(without)["event_feeds"] if f["feed"] == "lamp_fault"]
    assert not fault["has_closing_stage"]


def test_a_stage_that_is_none_is_named(contracts):
    steps = contracts["lamp_fault_step"]
    fields = tuple(
        replace(f, codes=(*f.codes, Code("polished", "", ""))) if f.name == "step" else f
        for f in steps.fields
    )
    with pytest.raises(CivicError, match="polished is none of reported, accepted"):
        dbt_vars({**contracts, "lamp_fault_step": replace(steps, fields=fields)})


def test_stages_without_their_feed_are_refused(contracts):
    with pytest.raises(CivicError, match="event_feed does not say whose stages"):
        dbt_vars(centre(contracts, "lamp_fault_step", event_feed=None))


def test_fields_that_the_list_has_too_are_compared_and_others_are_told(contracts):
    made = dbt_vars(contracts)
    assert [(f["feed"], f["answered_by"]["constant"]) for f in made["feedback_feeds"]] == [
        ("shop_union_answer", "union"),
        ("shop_women_answer", "women"),
    ]
    told = ["shop_name", "staff_count", "area_kind", "members"]
    assert made["feedback_feeds"][0]["told"] == told
    (shops,) = made["feedback_lists"]
    assert shops["feed"] == "shop"
    assert sorted(shops["told"]) == ["area_kind", "shop_name", "staff_count"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answered_by": None}, "answered_by does not say who answers"),
        ({"organisation": "members"}, "members names no list: give it a relationship"),
        ({"answered_on": "yesterday"}, "answered_on: 'yesterday' is no field"),
    ],
)
def test_an_answer_that_says_not_whom_or_by_whom_is_refused(contracts, changed, said):
    with pytest.raises(CivicError, match=said):
        dbt_vars(centre(contracts, "shop_union_answer", **changed))


def test_a_list_that_is_none_of_organisations_is_refused(contracts):
    without = {k: v for k, v in contracts.items() if k != "shop"}
    with pytest.raises(CivicError, match="shop is no feed of organisations"):
        dbt_vars(without)


def test_a_deadline_that_is_no_date_is_refused(contracts):
    with pytest.raises(CivicError, match="due: kind is neither a date nor a timestamp"):
        dbt_vars(centre(contracts, "lamp_fault", due="kind"))


def test_a_number_may_be_made_of_several_fields(contracts):
    made = dbt_vars(centre(contracts, "lamp", number=["lamp_no", "street_name"]))
    assert made["object_feeds"][0]["number"] == ["lamp_no", "street_name"]
