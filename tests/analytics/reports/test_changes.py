"""A figure is compared with the one of the earlier period, and with no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.arrangement import Naming
from analytics.reports.asking import Asked
from analytics.reports.cells import build_cells
from analytics.reports.changes import Against, Change, Compared, compare, earlier
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import Catalog, load_catalog
from civic.errors import CivicError
from tests.analytics.reports.test_cells import events
from tests.analytics.reports.town import TOWN, Event, marts

NOWHERE = Naming(
    pl.DataFrame(schema=dict.fromkeys(("place_code", "level", "place_name"), pl.String))
)


@pytest.mark.parametrize(
    ("period", "previous", "year_before"),
    [
        ("2020", "2019", "2019"),
        ("2020-H1", "2019-H2", "2019-H1"),
        ("2020-Q1", "2019-Q4", "2019-Q1"),
        ("2020-01", "2019-12", "2019-01"),
        ("2020-03", "2020-02", "2019-03"),
        ("2020-W01", "2019-W52", "2019-W01"),
        ("2020-W53", "2020-W52", None),
        ("2020-02-29", "2020-02-28", None),
        ("2020-03-01", "2020-02-29", "2019-03-01"),
        ("all", None, None),
        ("undated", None, None),
    ],
)
def test_which_period_is_the_earlier_one(
    period: str, previous: str | None, year_before: str | None
) -> None:
    assert earlier(period, "previous") == previous
    assert earlier(period, "year_before") == year_before


@pytest.fixture(scope="module")
def catalog(manifest_path: Path) -> Catalog:
    return load_catalog(manifest_path)


@pytest.fixture(scope="module")
def cells(manifest_path: Path, everything: Mapping[str, Report]) -> Iterator[pl.DataFrame]:
    with marts(TOWN) as connection:
        yield build_cells(connection, manifest_path, everything)


def changes_of(
    everything: Mapping[str, Report],
    cells: pl.DataFrame,
    catalog: Catalog,
    asked: Asked,
    against: Against = "previous",
) -> dict[tuple[str, str], Change]:
    """By the line's label and the metric."""
    (one,) = compare(everything["everything"], cells, catalog, NOWHERE, asked, against)
    return {
        (line.labels[0].en, metric.name): change
        for line, changes in zip(one.arranged.lines, one.changes, strict=True)
        for metric, change in zip(one.arranged.metrics, changes, strict=True)
    }


def test_lines_of_one_period_are_compared_by_their_labels(
    everything: Mapping[str, Report], cells: pl.DataFrame, catalog: Catalog
) -> None:
    found = changes_of(everything, cells, catalog, Asked(period="2019-03"))
    total = found["Total", "events_received"]
    assert (total.now, total.before, total.amount, total.rate) == (1, 2, -1, -0.5)
    assert total.cell is not None and total.cell["period"] == "2019-02"
    new = found["a;b=c\\d", "events_received"]
    assert (new.now, new.before, new.cell, new.rate) == (1, 0, None, None)
    gone = found["噪音", "events_received"]
    assert (gone.now, gone.before, gone.amount, gone.rate) == (0, 2, -2, -1)
    assert found["噪音", "median_handling_hours"].now is None
    share = found["Total", "on_time_rate"]
    assert share.before == 0.5 and share.rate is None


def test_against_a_period_of_which_nothing_is_known_there_is_no_change(
    everything: Mapping[str, Report], cells: pl.DataFrame, catalog: Catalog
) -> None:
    found = changes_of(everything, cells, catalog, Asked(period="2019-02"))
    assert {change.before for change in found.values()} == {None}
    assert {change.amount for change in found.values()} == {None}


def test_lines_that_are_periods_are_compared_with_each_other(
    everything: Mapping[str, Report], cells: pl.DataFrame, catalog: Catalog
) -> None:
    found = changes_of(everything, cells, catalog, Asked(period="month"))
    march = found["2019-03", "events_received"]
    assert (march.now, march.before, march.amount) == (1, 2, -1)
    assert found["2019-02", "events_received"].before is None
    assert found["Total", "events_received"].before is None
    years = changes_of(everything, cells, catalog, Asked(period="year"), "year_before")
    assert years["2020", "events_received"].before == 3


def test_the_parts_of_a_period_reach_beyond_it(
    everything: Mapping[str, Report], cells: pl.DataFrame, catalog: Catalog
) -> None:
    fixed: Mapping[str, Any] = {"feed": "board"}
    asked = Asked(period="2020", fixed=fixed)
    found = changes_of(everything, cells, catalog, asked, "year_before")
    assert found["2020-01", "events_received"].before is None
    asked = Asked(period="2019", fixed=fixed)
    assert ("2019-03", "events_received") in changes_of(everything, cells, catalog, asked)


def test_all_time_is_compared_with_nothing(
    everything: Mapping[str, Report], cells: pl.DataFrame, catalog: Catalog
) -> None:
    with pytest.raises(CivicError, match="nothing before it") as refused:
        compare(everything["everything"], cells, catalog, NOWHERE, Asked(), "previous")
    assert refused.value.zh and refused.value.remedy


@settings(max_examples=12, deadline=None)
@given(
    town=st.lists(events, min_size=1, max_size=8),
    by=st.sampled_from(["month", "one month"]),
    against=st.sampled_from(["previous", "year_before"]),
)
def test_nothing_is_lost_and_every_earlier_figure_is_a_published_cell(
    town: list[Event],
    by: str,
    against: Against,
    manifest_path: Path,
    everything: Mapping[str, Report],
    catalog: Catalog,
) -> None:
    with marts(town) as connection:
        cells = build_cells(connection, manifest_path, everything)
    asked = Asked(period="month" if by == "month" else "2020-02")
    whole = cells.filter(place_code="all", metric="events_received", grain="month")
    value = dict(whole.filter(slices="").select("period", "value").iter_rows())
    (one,) = compare(everything["everything"], cells, catalog, NOWHERE, asked, against)
    assert isinstance(one, Compared)
    at = [m.name for m in one.arranged.metrics].index("events_received")
    for line, changes in zip(one.arranged.lines, one.changes, strict=True):
        now, change = line.cells[at], changes[at]
        if change.cell is not None:
            assert change.before == change.cell["value"]
        if now is None or now["slices"] or now["period"] in ("all", "undated"):
            continue
        before = earlier(now["period"], against)
        assert change.before == (value.get(before) if before else None)
    if by != "month":
        lines = [n for n in zip(one.arranged.lines, one.changes, strict=True) if not n[0].is_total]
        before = earlier("2020-02", against)
        assert sum(c[at].now or 0 for _, c in lines) == value.get("2020-02", 0)
        assert sum(c[at].before or 0 for _, c in lines) == value.get(before or "", 0)
