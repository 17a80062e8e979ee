from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analytics.reports.cells import build_cells
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import Catalog, load_catalog
from analytics.reports.tracing import Trace, find_cell, trace
from civic.errors import CivicError
from tests.analytics.reports.town import STREET, TOWN, contract, marts

CONTRACTS = {feed: contract(feed) for feed in ("hotline", "board")}


@pytest.fixture
def catalog(manifest_path: Path) -> Catalog:
    return load_catalog(manifest_path)


def traced(
    metric: str,
    manifest_path: Path,
    reports: Mapping[str, Report],
    at: Mapping[str, str] | None = None,
    **options: Any,
) -> Trace:
    wanted = {"level": "all", "grain": "all", "slices": "", "metric": metric, **(at or {})}
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, reports)
        cell = cells.filter(**wanted).row(0, named=True)
        options = {"contracts": CONTRACTS, **options}
        return trace(connection, cell, load_catalog(manifest_path), **options)


def test_a_trace_names_file_and_line_and_shows_the_row_masked(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    at = {"level": "street", "place_code": STREET[-1]}
    found = traced("events_in_time", manifest_path, everything, at)
    assert found.atoms.select("file_name", "line", "role", "contribution").rows() == [
        ("hotline.csv", 2, "adds", 1.0),
        ("hotline.csv", 3, "supports", 0.0),
    ]
    assert found.rows["drop-hotline", 1] == {"number": "e0000", "author_pseudonym": "pppp···"}


def test_rows_of_a_feed_about_residents_show_no_value(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    personal = {feed: contract(feed, personal=True) for feed in CONTRACTS}
    found = traced("events_in_time", manifest_path, everything, contracts=personal)
    assert set(found.rows["drop-hotline", 1].values()) == {"···"}


def test_rows_without_a_contract_show_no_value(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    found = traced("events_in_time", manifest_path, everything, contracts={})
    assert set(found.rows["drop-hotline", 1].values()) == {"···"}


def test_pages_go_through_all_fact_rows_once(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    seen: list[str] = []
    for page in (1, 2, 3):
        found = traced("events_received", manifest_path, everything, page=page, page_size=2)
        assert found.pages == 3
        seen += found.atoms.filter("is_anchor")["fact_key"].to_list()
    assert seen == [f"e{n:04d}" for n in range(5)]


def test_a_page_that_is_not_there_is_refused(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with pytest.raises(CivicError, match="no page 2"):
        traced("events_received", manifest_path, everything, page=2)


def test_rows_considered_are_those_counted_and_those_left_out_with_their_reason(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    found = traced("events_due", manifest_path, everything)
    assert found.considered == len(TOWN)
    assert [(lo.reason.en, lo.fact_rows) for lo in found.left_out] == [
        ("not due yet, or without a time limit", 1),
        ("does not meet the metric's condition", 1),
    ]


def test_the_definition_is_told_in_words(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    found = traced("on_time_rate", manifest_path, everything)
    assert "divided by" in found.definition.en
    assert "÷" in found.definition.zh
    assert found.filters == ("is_due = true",)


def test_a_cell_that_is_not_there_is_refused(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, everything)
        known = cells.row(0, named=True)
        for form in (cells, cells.lazy(), connection.from_arrow(cells.to_arrow())):
            assert find_cell(form, known["cell_id"]) == known
            with pytest.raises(CivicError, match="no cell c0"):
                find_cell(form, "c0")
