"""A running total is what its periods make together, and nothing where that is not known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.cells import SCHEMA, build_cells
from analytics.reports.declarations import Report
from analytics.reports.running_totals import running_totals
from analytics.reports.semantic_manifest import Catalog, load_catalog
from tests.analytics.reports.test_cells import events
from tests.analytics.reports.town import Event, manifest, marts

catalog = Catalog(manifest())


def cells(*rows: tuple[str, str, float, float | None, float | None], **at: str) -> pl.DataFrame:
    """metric, period, value, numerator, denominator."""
    where = {"report": "r", "level": "all", "place_code": "all", "grain": "month", "slices": ""}
    stated = [
        {
            **where,
            **at,
            "cell_id": f"{metric}@{period}",
            "metric": metric,
            "period": period,
            "value": value,
            "numerator": numerator,
            "denominator": denominator,
            "fact_rows": 2,
            "source_rows": 3,
        }
        for metric, period, value, numerator, denominator in rows
    ]
    return pl.DataFrame(stated, schema=SCHEMA)


def counts(*months: tuple[str, float]) -> pl.DataFrame:
    return cells(*[("events_received", month, value, None, None) for month, value in months])


def by_period(found: pl.DataFrame, column: str = "value") -> dict[str, object]:
    return dict(found.sort("period").select("period", column).iter_rows())


def test_counts_are_added_from_january_on_and_begin_again_each_year() -> None:
    months = [("2019-01", 1.0), ("2019-02", 2.0), ("2019-03", 4.0)]
    later = [(f"2019-{n:02d}", 0.0) for n in range(4, 13)]
    found = running_totals(counts(*months, *later, ("2020-01", 5.0)), catalog)
    value = by_period(found)
    assert [value[p] for p in ("2019-01", "2019-02", "2019-03", "2019-12")] == [1, 3, 7, 7]
    assert value["2020-01"] == 5
    parts = by_period(found, "parts")
    assert parts["2019-02"] == ["events_received@2019-01", "events_received@2019-02"]
    assert by_period(found, "source_rows")["2019-03"] == 9
    assert found["cell_id"].null_count() == found.height


def test_a_share_is_numerators_over_denominators_and_not_a_mean_of_shares() -> None:
    found = running_totals(
        cells(("on_time_rate", "2019-01", 1.0, 1, 1), ("on_time_rate", "2019-02", 0.5, 50, 100)),
        catalog,
    )
    assert by_period(found)["2019-02"] == pytest.approx(51 / 101)
    assert by_period(found, "denominator")["2019-02"] == 101


def test_what_cannot_be_added_up_has_no_running_total() -> None:
    stated = cells(
        ("median_handling_hours", "2019-01", 4, None, None),
        ("events_received", "2019-01", 4, None, None),
    )
    assert set(running_totals(stated, catalog)["metric"]) == {"events_received"}
    longer = counts(("2019-01", 1)).with_columns(grain=pl.lit("year"), period=pl.lit("2019"))
    assert running_totals(longer, catalog).is_empty()
    assert running_totals(counts(("undated", 1)), catalog).is_empty()
    assert running_totals(pl.DataFrame(schema=SCHEMA), catalog).is_empty()


def test_a_period_without_a_cell_has_the_total_so_far() -> None:
    whole = counts(("2019-01", 9), ("2019-02", 9), ("2019-03", 9))
    place = cells(("events_received", "2019-01", 1, None, None), level="city", place_code="9901")
    late = cells(("events_received", "2019-02", 1, None, None), level="city", place_code="9902")
    found = running_totals(pl.concat([whole, place, late]), catalog)
    assert by_period(found.filter(place_code="9901")) == dict.fromkeys(
        ("2019-01", "2019-02", "2019-03"), 1
    )
    assert by_period(found.filter(place_code="9902")) == {"2019-02": 1, "2019-03": 1}


def test_a_year_whose_beginning_the_data_do_not_cover_has_none() -> None:
    stray = ("1951-01", 1.0)
    of_2019 = [(f"2019-{n:02d}", 1.0) for n in range(5, 13)]
    found = running_totals(counts(stray, *of_2019, ("2020-01", 5), ("2020-02", 6)), catalog)
    assert by_period(found) == {"2020-01": 5, "2020-02": 11}


@settings(max_examples=12, deadline=None)
@given(town=st.lists(events, min_size=1, max_size=8))
def test_it_is_what_its_parts_make_together(
    town: list[Event], manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(town) as connection:
        published = build_cells(connection, manifest_path, everything)
    found = running_totals(published, load_catalog(manifest_path))
    assert not set(found["metric"]) & {"median_handling_hours"}
    by_id = {row["cell_id"]: row for row in published.iter_rows(named=True)}
    for row in found.iter_rows(named=True):
        parts = [by_id[cell_id] for cell_id in row["parts"]]
        for part in parts:
            at = ("metric", "place_code", "slices", "grain")
            assert all(part[name] == row[name] for name in at)
            assert part["period"][:4] == row["period"][:4] and part["period"] <= row["period"]
        if row["numerator"] is None:
            assert row["value"] == pytest.approx(sum(part["value"] or 0 for part in parts))
        else:
            assert row["numerator"] == pytest.approx(sum(part["numerator"] for part in parts))
            assert row["denominator"] == sum(part["denominator"] for part in parts)
        assert row["fact_rows"] == sum(part["fact_rows"] for part in parts)
