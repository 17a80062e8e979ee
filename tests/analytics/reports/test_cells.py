from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.additivity import breaks
from analytics.reports.cells import SCHEMA, build_cells
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report
from analytics.reports.periods import GRAIN_NAMES
from tests.analytics.reports.counting import COUNTS, count_cells
from tests.analytics.reports.town import TOWN, Event, marts

SLICES = ((), ("category",), ("feed",), ("category", "feed"))

places = st.integers(0, 5).flatmap(
    lambda depth: st.tuples(*[st.sampled_from("12")] * depth).map(
        lambda steps: tuple("99" + "".join(steps[: n + 1]) for n in range(len(steps)))
    )
)
events = st.builds(
    Event,
    place=places,
    on=st.none() | st.dates(date(2019, 11, 1), date(2020, 2, 28)),
    category=st.none() | st.sampled_from(["噪音", "", "a;b", "x=\\N", "\\N"]),
    feed=st.sampled_from(["hotline", "board"]),
    due=st.none() | st.booleans(),
    in_time=st.none() | st.booleans(),
    hours=st.none() | st.integers(0, 4000).map(lambda n: n / 8),
    parts=st.none() | st.integers(-3, 9),
    supporters=st.integers(0, 2),
)


def counted(cells: pl.DataFrame) -> dict[tuple[str, ...], tuple[float, int, int]]:
    names = ("metric", "level", "place_code", "grain", "period", "slices")
    return {
        tuple(row[n] for n in names): (row["value"], row["fact_rows"], row["source_rows"])
        for row in cells.iter_rows(named=True)
    }


def demand_counted(
    cells: pl.DataFrame, expected: Mapping[tuple[str, ...], tuple[float, int, int]]
) -> None:
    """These cells and no others, with these figures."""
    found = counted(cells)
    assert found.keys() == expected.keys()
    for at, (value, facts, sources) in expected.items():
        assert found[at] == (pytest.approx(value, rel=1e-12), facts, sources), at


@settings(max_examples=15, deadline=None)
@given(town=st.lists(events, max_size=12))
def test_cells_are_what_counting_one_by_one_gives(
    town: list[Event], manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(town) as connection:
        cells = build_cells(connection, manifest_path, everything)
    demand_counted(cells, count_cells(town, COUNTS, SLICES))


@settings(max_examples=15, deadline=None)
@given(town=st.lists(events, max_size=12))
def test_periods_of_every_grain_are_what_counting_one_by_one_gives(
    town: list[Event], manifest_path: Path, periods: Mapping[str, Report]
) -> None:
    with marts(town) as connection:
        cells = build_cells(connection, manifest_path, periods)
    metrics = ("events_received", "on_time_rate", "median_handling_hours")
    expected = {
        at: counts
        for at, counts in count_cells(town, metrics, [()], GRAIN_NAMES).items()
        if at[1] in ("all", "city")
    }
    demand_counted(cells, expected)
    assert breaks(cells, manifest_path, periods).is_empty()


def test_cells_have_the_columns_of_the_architecture(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, everything)
    assert cells.schema == SCHEMA


def test_the_identifier_made_in_sql_is_that_of_the_coordinates(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, everything)
    for row in cells.iter_rows(named=True):
        assert row["cell_id"] == coordinates_of(row).cell_id


def test_the_same_marts_give_the_same_cells_in_the_same_order(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as one, marts(TOWN) as other:
        cells = build_cells(one, manifest_path, everything)
        assert cells.equals(build_cells(other, manifest_path, everything))


def test_a_ratio_shows_its_numerator_and_denominator(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, everything)
    whole = cells.filter(metric="on_time_rate", level="all", grain="all", slices="")
    assert whole.select("value", "numerator", "denominator").row(0) == (1 / 3, 1.0, 3.0)
