"""Who was asked, who answered and who contradicts whom, put together again; checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from analytics.reports.verification.centre_feedback import organisation_feedback
from analytics.reports.verification.in_force import DROP_SCHEMA
from ingestion.contracts import Contract
from tests.analytics.verification.made import contract_of

LIST = contract_of(
    {"no": "string", "kind": "string", "staff": "integer"},
    ["no"],
    feed="shops",
    centre={"element": "organisation", "number": "no"},
)


def answers_of(who: str) -> Contract:
    made = contract_of(
        {"no": "string", "on": "date", "kind": "string", "staff": "integer", "own": "string"},
        ["no"],
        feed=who,
        centre={
            "element": "feedback",
            "organisation": "no",
            "answered_by": {"constant": who},
            "answered_on": "on",
        },
    )
    fields = tuple(
        replace(f, reference=("shops", "no")) if f.name == "no" else f for f in made.fields
    )
    return replace(made, fields=fields)


CONTRACTS = {"shops": LIST, "union": answers_of("union"), "women": answers_of("women")}
TYPES = {"staff": pl.Int64(), "_record": pl.Int64(), **DROP_SCHEMA}


def rows(contract: Contract, *told: dict[str, Any]) -> pl.LazyFrame:
    drop = {"_drop_id": "d", "_unit": "u", "_sha256": "ab"}
    names = [f.name for f in contract.fields if f.name != "on"]
    schema = {n: TYPES.get(n, pl.String()) for n in (*names, "_record", *DROP_SCHEMA)}
    made = [
        {"_record": at, "_as_of": datetime(2026, 1, at), **drop, **row}
        for at, row in enumerate(told, 1)
    ]
    return pl.LazyFrame(made, schema=schema).with_columns(on=pl.lit(None, pl.Date()))


def feedback(shops: list[dict[str, Any]], **told: list[dict[str, Any]]) -> dict[Any, Any]:
    in_force = {"shops": rows(LIST, *shops)}
    in_force |= {who: rows(CONTRACTS[who], *answers) for who, answers in told.items()}
    listed = pl.LazyFrame(
        {"feed": ["shops"] * len(shops), "organisation_no": [s["no"] for s in shops]}
    ).with_columns(_source_rows=pl.lit(1))
    made = organisation_feedback(in_force, CONTRACTS, listed).collect()
    return {
        (r["organisation_no"], r["answered_by"]): (
            r["is_answered"],
            r["is_contradictory"],
            r["_source_rows"],
        )
        for r in made.iter_rows(named=True)
    }


def test_a_unit_of_which_no_drop_ever_came_misses_every_answer():
    assert feedback([{"no": "1"}], union=[{"no": "1"}]) == {
        ("1", "union"): (True, False, 2),
        ("1", "women"): (False, False, 1),
    }


def test_the_latest_answer_is_held_against_the_list():
    found = feedback(
        [{"no": "1", "staff": 8}],
        union=[{"no": "1", "staff": 9}, {"no": "1", "staff": 8}],
        women=[{"no": "1", "staff": 8}, {"no": "1", "staff": 12}],
    )
    assert found == {("1", "union"): (True, False, 3), ("1", "women"): (True, True, 3)}


def test_where_the_list_is_silent_answers_are_held_against_each_other():
    found = feedback(
        [{"no": "1"}, {"no": "2"}],
        union=[{"no": "1", "kind": "a", "own": "x"}, {"no": "2", "kind": "a"}],
        women=[{"no": "1", "kind": "b", "own": "y"}, {"no": "2", "own": "z"}],
    )
    assert [found["1", who][1] for who in ("union", "women")] == [True, True]
    assert [found["2", who][1] for who in ("union", "women")] == [False, False]
