"""The feeds that a report is said to rest on are those of the rows behind its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.atoms import atoms_sql
from analytics.reports.cells import build_cells
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report
from analytics.reports.feeds import report_feeds_sql
from analytics.reports.semantic_manifest import load_catalog
from tests.analytics.reports.test_cells import events
from tests.analytics.reports.town import Event, marts


@settings(max_examples=15, deadline=None)
@given(town=st.lists(events, max_size=4))
def test_they_are_the_feeds_of_all_atoms(
    town: list[Event], manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    catalog = load_catalog(manifest_path)
    with marts(town) as connection:
        cells = build_cells(connection, manifest_path, everything)
        whole = cells.filter(level="all", grain="all", slices="")
        behind = {
            feed
            for cell in whole.iter_rows(named=True)
            for feed in connection.execute(
                atoms_sql(catalog.metric(cell["metric"]), coordinates_of(cell))
            ).pl()["feed"]
        }
        sql = report_feeds_sql(everything.values(), catalog)
        found = connection.execute(sql).pl()
    assert found["report"].unique().to_list() == (["everything"] if behind else [])
    assert set(found["feed"]) == behind
    assert found.height == len(behind)


def test_without_reports_there_are_none(manifest_path: Path) -> None:
    with marts([]) as connection:
        found = connection.execute(report_feeds_sql([], load_catalog(manifest_path))).pl()
    assert found.schema == {"report": pl.String, "feed": pl.String}
    assert found.is_empty()
