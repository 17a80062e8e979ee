"""Cells against a brute force in plain Python, on facts that Hypothesis makes."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.coordinates import Coordinates, slices_text
from analytics.reports.verification.cells import compute_cells
from analytics.reports.verification.centre_places import PATH
from analytics.reports.verification.declared import Wish
from analytics.reports.verification.metrics import Measure, Metric, Snapshot
from civic.errors import CivicError

SCHEMA = {
    **dict.fromkeys(PATH, pl.String),
    "kind": pl.String,
    "flag": pl.Boolean,
    "hours": pl.Float64,
    "on": pl.Date,
    "_source_rows": pl.Int64,
}
LEVELS = ("all", "city", "district", "street")
COUNT = Measure("fct", "count", "1", "on")
METRICS = {
    "received": Metric("received", COUNT),
    "flagged": Metric("flagged", Measure("fct", "sum_boolean", "flag", "on")),
    "flagged_rate": Metric("flagged_rate", Measure("fct", "sum_boolean", "flag", "on"), COUNT),
    "long": Metric("long", Measure("fct", "count", "1", "on", ("(hours) > 2",))),
    "total": Metric("total", Measure("fct", "sum", "hours", "on")),
    "mean": Metric("mean", Measure("fct", "average", "hours", "on")),
    "middle": Metric("middle", Measure("fct", "median", "hours", "on")),
    "kinds": Metric("kinds", Measure("fct", "count_distinct", "kind", "on")),
    "registered": Metric(
        "registered", Measure("fct", "sum", "1", "on", snapshot=Snapshot("max", ("city_code",)))
    ),
}

paths = st.sampled_from(
    [
        (None, None, None),
        ("c1", None, None),
        ("c1", "d1", None),
        ("c1", "d1", "s1"),
        ("c1", "d2", "s2"),
        ("c2", "d3", None),
        ("c2", None, "s9"),
    ]
)
rows_made = st.lists(
    st.tuples(
        paths,
        st.sampled_from(["x", "y;=\\", None]),
        st.sampled_from([True, False, None]),
        st.sampled_from([0.5, 2.25, 7.125, None]),
        st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), None]),
        st.integers(1, 3),
    ),
    max_size=12,
)


def fact_of(made: list[Any]) -> list[dict[str, Any]]:
    return [
        dict(zip(SCHEMA, (*path, None, None, kind, flag, hours, on, sources), strict=True))
        for path, kind, flag, hours, on, sources in made
    ]


def place(row: dict[str, Any], level: str) -> str | None:
    above = "all"
    for code, name in zip(PATH, ("city", "district", "street"), strict=False):
        if level == "all":
            return "all"
        if row[code] is None:
            return f"{above}/unplaced" if name == level else None
        if name == level:
            return row[code]
        above = row[code]
    return above


def period(row: dict[str, Any], grain: str) -> str:
    if grain == "all":
        return "all"
    if row["on"] is None:
        return "undated"
    return row["on"].strftime("%Y" if grain == "year" else "%Y-%m")


def figures(metric: str, rows: list[dict[str, Any]]) -> tuple[Any, ...] | None:
    """(value, numerator, denominator, counting rows), or None for no cell."""
    flagged = [r for r in rows if r["flag"]]
    timed = [r for r in rows if r["hours"] is not None]
    hours = [r["hours"] for r in timed]
    match metric:
        case "received" | "registered":
            return len(rows), None, None, rows
        case "flagged":
            return len(flagged), None, None, flagged
        case "flagged_rate":
            return (len(flagged) / len(rows), len(flagged), len(rows), rows) if rows else None
        case "long":
            counted = [r for r in timed if r["hours"] > 2]
            return len(counted), None, None, counted
        case "total":
            return sum(hours), None, None, timed
        case "mean":
            return (sum(hours) / len(hours), sum(hours), len(hours), timed) if hours else None
        case "middle":
            return (statistics.median(hours), None, None, timed) if hours else None
        case _:
            named = [r for r in rows if r["kind"] is not None]
            return len({r["kind"] for r in named}), None, None, named


def brute_force(rows: list[dict[str, Any]], wish: Wish) -> dict[str, tuple[Any, ...]]:
    if wish.metric == "registered":
        rows = [r for r in rows if r["on"] == last_date(rows, r, wish.grain)]
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    if (wish.level, wish.grain, wish.slicing) == ("all", "all", ()):
        groups["all", "all", "all", ""] = []
    for row in rows:
        at = place(row, wish.level)
        if at is not None:
            sliced = slices_text({name: row[name] for name in wish.slicing})
            groups[at, wish.grain, period(row, wish.grain), sliced].append(row)
    cells = {}
    for at, group in groups.items():
        if made := figures(wish.metric, group):
            *numbers, counted = made
            cell = Coordinates(wish.report, wish.metric, wish.level, *at).cell_id
            cells[cell] = (*numbers, len(counted), sum(r["_source_rows"] for r in counted))
    return cells


def last_date(rows: list[dict[str, Any]], row: dict[str, Any], grain: str) -> date | None:
    alike = [
        r["on"]
        for r in rows
        if (r["city_code"], period(r, grain)) == (row["city_code"], period(row, grain))
        and r["on"] is not None
    ]
    return max(alike, default=None)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("slicing", [(), ("kind",), ("kind", "district_code")])
@settings(max_examples=25, deadline=None)
@given(made=rows_made)
def test_cells_are_what_a_brute_force_counts(
    metric: str, slicing: tuple[str, ...], made: list[Any]
) -> None:
    rows = fact_of(made)
    if metric == "registered":
        rows = [r for r in rows if r["on"] is not None]
    wishes = [
        Wish("made", metric, level, grain, slicing)
        for level in LEVELS
        for grain in ("all", "year", "month")
    ]
    facts = {"fct": pl.LazyFrame(rows, schema=SCHEMA)}
    cells = compute_cells(wishes, METRICS, facts)
    expected = {k: v for wish in wishes for k, v in brute_force(rows, wish).items()}
    assert set(cells["cell_id"]) == set(expected)
    for cell in cells.iter_rows(named=True):
        found = [cell[f] for f in ("value", "numerator", "denominator", "fact_rows", "source_rows")]
        assert found == list(expected[cell["cell_id"]])


def test_parts_add_up_to_the_whole() -> None:
    made = [
        ((None, None, None), "x", True, 1.0, None, 1),
        (("c1", None, None), "x", True, 1.0, None, 1),
    ]
    wishes = [Wish("made", "received", level, "all", ()) for level in LEVELS]
    facts = {"fct": pl.LazyFrame(fact_of(made), schema=SCHEMA)}
    cells = compute_cells(wishes, METRICS, facts)
    at = {(c["level"], c["place_code"]): c["value"] for c in cells.iter_rows(named=True)}
    assert at == {
        ("all", "all"): 2,
        ("city", "all/unplaced"): 1,
        ("city", "c1"): 1,
        ("district", "c1/unplaced"): 1,
    }


@pytest.mark.parametrize("wish", ["unheard_of", "elsewhere"])
def test_what_cannot_be_recomputed_is_said_and_not_passed_over(wish: str) -> None:
    metrics = {**METRICS, "elsewhere": Metric("elsewhere", Measure("fct_other", "sum", "1", "on"))}
    with pytest.raises(CivicError, match=wish):
        compute_cells([Wish("made", wish, "all", "all", ())], metrics, {"fct": pl.LazyFrame()})
