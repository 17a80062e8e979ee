"""The four relations, against a brute force in plain Python."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.verification.in_force import DROP_SCHEMA, rows_in_force
from ingestion.contracts import Contract
from tests.analytics.verification.made import contract_of

SCHEMA = {
    "k": pl.String,
    "city": pl.String,
    "_unit": pl.String,
    "_as_of": pl.Datetime("us"),
    "_sha256": pl.String,
    "_record": pl.Int64,
    "_drop_id": pl.String,
}

drops = st.lists(
    st.tuples(
        st.sampled_from(["u1", "u2"]),
        st.sampled_from([datetime(2026, 1, 1), datetime(2026, 1, 1, 9), datetime(2026, 2, 1)]),
        st.sampled_from(["aa", "bb", "cc"]),
        st.lists(
            st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from(["x", "y"])), max_size=4
        ),
    ),
    max_size=5,
    unique_by=lambda d: (d[0], d[2]),
)


def rows_of(made: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "k": key,
            "city": city,
            "_unit": unit,
            "_as_of": as_of,
            "_sha256": sha,
            "_record": at,
            "_drop_id": f"{unit}{sha}",
        }
        for unit, as_of, sha, records in made
        for at, (key, city) in enumerate(records, start=1)
    ]


def precedence(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["_as_of"], row["_sha256"], row["_record"], row["_drop_id"]


def drops_of(made: list[Any]) -> list[dict[str, Any]]:
    return [
        {"_unit": unit, "_as_of": as_of, "_sha256": sha, "_drop_id": f"{unit}{sha}"}
        for unit, as_of, sha, _ in made
    ]


def brute_force(
    made: list[Any], mode: str, scope: list[str], history: bool
) -> list[dict[str, Any]]:
    rows = rows_of(made)
    if mode != "snapshot":
        kept: dict[Any, dict[str, Any]] = {}
        for row in sorted(rows, key=precedence, reverse=mode == "append"):
            kept[row["k"] or precedence(row)] = row
        return list(kept.values())

    def where(row: dict[str, Any]) -> tuple[Any, ...]:
        at = (row["_as_of"],) if history else ()
        return tuple(row[s] for s in scope or ["_unit"]) + at

    def drop(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["_as_of"], row["_sha256"], row["_drop_id"]

    best: dict[Any, Any] = {}
    for row in rows if scope else drops_of(made):
        best[where(row)] = max(best.get(where(row), drop(row)), drop(row))
    return [row for row in rows if drop(row) == best[where(row)]]


def in_force(contract: Contract, made: list[Any]) -> pl.DataFrame:
    rows = pl.LazyFrame(rows_of(made), schema=SCHEMA)
    known = pl.LazyFrame(drops_of(made), schema=DROP_SCHEMA)
    return rows_in_force(contract, rows, known).collect()


@pytest.mark.parametrize(
    ("mode", "scope", "history"),
    [
        ("append", [], False),
        ("upsert", [], False),
        ("snapshot", [], False),
        ("snapshot", ["city"], False),
        ("snapshot", ["city"], True),
    ],
)
@settings(deadline=None)
@given(made=drops)
def test_rows_in_force_are_those_that_a_brute_force_keeps(
    mode: str, scope: list[str], history: bool, made: list[Any]
) -> None:
    contract = contract_of({"k": "string", "city": "string"}, ["k"], mode, scope, history)
    kept = in_force(contract, made).to_dicts()
    expected = brute_force(made, mode, scope, history)
    assert sorted(map(precedence, kept)) == sorted(map(precedence, expected))


def test_without_a_key_every_appended_row_stays() -> None:
    made = [("u1", datetime(2026, 1, 1), "aa", [("1", "x"), ("1", "x")])]
    contract = contract_of({"k": "string", "city": "string"}, [], "append")
    assert in_force(contract, made).height == 2


def test_the_order_of_arrival_decides_nothing() -> None:
    made = [
        ("u1", datetime(2026, 2, 1), "aa", [("1", "late")]),
        ("u2", datetime(2026, 1, 1), "bb", [("1", "early")]),
    ]
    contract = contract_of({"k": "string", "city": "string"}, ["k"], "upsert")
    for order in (made, made[::-1]):
        assert in_force(contract, order)["city"].to_list() == ["late"]


def test_an_empty_snapshot_says_that_a_unit_has_nothing_left() -> None:
    made = [
        ("u1", datetime(2026, 1, 1), "aa", [("1", "x")]),
        ("u2", datetime(2026, 1, 1), "bb", [("2", "x")]),
        ("u1", datetime(2026, 2, 1), "cc", []),
    ]
    contract = contract_of({"k": "string", "city": "string"}, ["k"], "snapshot")
    assert in_force(contract, made)["k"].to_list() == ["2"]
