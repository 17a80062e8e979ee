"""Matters merged from source rows, against a brute force in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.verification.centre_events import TimeLimits, events
from analytics.reports.verification.centre_places import PATH
from analytics.reports.verification.in_force import DROP_SCHEMA
from tests.analytics.verification.made import contract_of

START = datetime(2026, 3, 1)
HOUR = timedelta(hours=1)
FIELDS = {
    "row_no": "string",
    "incident": "string",
    "kind": "string",
    "got_at": "timestamp",
    "there_at": "timestamp",
    "done_at": "timestamp",
    "place": "string",
}
CONTRACT = contract_of(
    FIELDS,
    ["row_no"],
    feed="dispatch",
    centre={
        "element": "event",
        "number": "incident",
        "category": "kind",
        "place": ["place"],
        "stages": {"reported": "got_at", "arrived": "there_at", "closed": "done_at"},
        "time_limit": "emergency",
        "source": {"constant": "centre"},
    },
)
LIMITS = TimeLimits(
    pl.LazyFrame({"time_limit_class": ["emergency", "general"], "hours": ["2", "168"]}),
    pl.LazyFrame({"feed": ["dispatch"], "category": ["slow"], "time_limit_class": ["general"]}),
)
CURRENT = pl.LazyFrame(
    {"place_code": ["990100000000"], **dict.fromkeys(PATH)},
    schema={"place_code": pl.String, **dict.fromkeys(PATH, pl.String)},
).with_columns(city_code=pl.col("place_code"))
SCHEMA = {
    **{n: pl.Datetime("us") if k == "timestamp" else pl.String for n, k in FIELDS.items()},
    "_record": pl.Int64,
    **DROP_SCHEMA,
}

times = st.none() | st.integers(-2, 200).map(lambda h: START + h * HOUR)
source_rows = st.lists(
    st.tuples(
        st.sampled_from(["1", "2"]),
        st.sampled_from(["fire", "slow", None]),
        st.integers(0, 3).map(lambda h: START + h * HOUR),
        times,
        times,
        st.sampled_from(["u1", "u2"]),
    ),
    min_size=1,
    max_size=6,
)


def rows_of(made: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "row_no": str(at),
            "incident": incident,
            "kind": kind,
            "got_at": got,
            "there_at": there,
            "done_at": done,
            "place": "990100000000",
            "_record": at,
            "_drop_id": f"{unit}{at % 2}",
            "_unit": unit,
            "_as_of": START + timedelta(days=1 + at % 2),
            "_sha256": "ab",
        }
        for at, (incident, kind, got, there, done, unit) in enumerate(made)
    ]


def made_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {k: pl.LazyFrame(rows, schema=SCHEMA) for k in ("dispatch",)}
    drops = {"dispatch": known["dispatch"].select(*DROP_SCHEMA).unique()}
    made = events(known, drops, {"dispatch": CONTRACT}, CURRENT, LIMITS)
    return made.collect().to_dicts()


def brute_force(rows: list[dict[str, Any]], number: str) -> dict[str, Any]:
    told = sorted(
        (r for r in rows if r["incident"] == number),
        key=lambda r: (r["_as_of"], r["_sha256"], r["_record"], r["_drop_id"]),
    )
    units = {r["_unit"] for r in told}
    as_of = max(r["_as_of"] for r in rows if r["_unit"] in units)
    reported = min(r["got_at"] for r in told)
    arrived = min((r["there_at"] for r in told if r["there_at"]), default=None)
    closed = max((r["done_at"] for r in told if r["done_at"]), default=None)
    category = told[0]["kind"] or "未分类"
    due_at = reported + (168 if category == "slow" else 2) * HOUR
    impossible = any(stage and stage < reported for stage in (arrived, closed))
    is_due = due_at <= as_of
    return {
        "event_key": f"dispatch:{number}",
        "category": category,
        "reported_at": reported,
        "arrived_at": arrived,
        "closed_at": closed,
        "as_of": as_of,
        "due_at": due_at,
        "is_due": is_due,
        "is_closed": closed is not None,
        "has_impossible_times": impossible,
        "is_in_time": is_due and closed is not None and closed <= due_at and not impossible,
        "is_overdue": is_due and (closed is None or closed > due_at),
        "handling_hours": None if closed is None or impossible else (closed - reported) / HOUR,
        "_source_rows": len(told),
        "city_code": "990100000000",
    }


@settings(deadline=None)
@given(made=source_rows)
def test_matters_are_what_a_brute_force_puts_together(made: list[Any]) -> None:
    rows = rows_of(made)
    found = {e["event_no"]: e for e in made_of(rows)}
    assert set(found) == {r["incident"] for r in rows}
    for number, event in found.items():
        expected = brute_force(rows, number)
        assert {name: event[name] for name in expected} == expected


def test_a_matter_closed_before_it_was_reported_has_no_handling_time() -> None:
    (event,) = made_of(rows_of([("1", "fire", START, None, START - HOUR, "u1")]))
    assert event["has_impossible_times"]
    assert event["handling_hours"] is None
    assert not event["is_in_time"]
    assert not event["is_overdue"]


def test_a_matter_without_a_closing_stage_is_never_due() -> None:
    centre = {**CONTRACT.centre, "stages": {"reported": "got_at"}}
    contract = contract_of(FIELDS, ["row_no"], feed="dispatch", centre=centre)
    rows = {"dispatch": pl.LazyFrame(rows_of([("1", "fire", START, None, None, "u1")]), SCHEMA)}
    drops = {"dispatch": rows["dispatch"].select(*DROP_SCHEMA)}
    made = events(rows, drops, {"dispatch": contract}, CURRENT, LIMITS).collect()
    assert made["is_due"].to_list() == [False]
    assert made["is_overdue"].to_list() == [False]
