from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.reports.cells import build_cells
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import load_catalog
from analytics.reports.why import Why, why
from civic.errors import CivicError
from tests.analytics.reports.town import TOWN, contract, marts, stage


@pytest.fixture
def town() -> Iterator[duckdb.DuckDBPyConnection]:
    with marts(TOWN) as connection:
        yield connection


@pytest.fixture
def ask(
    town: duckdb.DuckDBPyConnection, manifest_path: Path, everything: Mapping[str, Report]
) -> Callable[..., Why]:
    catalog = load_catalog(manifest_path)

    def asked(what: str, line: int, **options: str) -> Why:
        contracts = {"hotline": contract()}
        found = why(town, what, line, catalog, everything, contracts=contracts, **options)
        assert len(found) == 1
        return found[0]

    return asked


def outcome(town: duckdb.DuckDBPyConnection, line: int, how: str, code: str) -> None:
    record = None if how == "left_out" else line - 1
    town.execute(
        "insert into bronze.outcomes values ('drop-hotline', 'hotline', ?, ?, null, ?, ?, '')",
        [record, line, how, code],
    )


def test_an_accepted_line_names_the_cells_that_it_feeds(
    ask, town: duckdb.DuckDBPyConnection, manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    found = ask("hotline.csv", 2)
    assert found.record.outcome == "accepted"
    assert [(f.fact, f.key, f.is_anchor) for f in found.facts] == [("event", "e0000", True)]
    cells = build_cells(town, manifest_path, everything)
    assert found.feeds.height > 0
    assert found.feeds.join(cells, on="cell_id", how="anti").is_empty()


def test_what_a_line_feeds_is_what_changes_without_it(
    ask, town: duckdb.DuckDBPyConnection, manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    fed = set(ask("hotline.csv", 2).feeds["cell_id"])
    before = build_cells(town, manifest_path, everything)
    town.execute("delete from marts.fct_event where event_key = 'e0000'")
    after = build_cells(town, manifest_path, everything)
    counted = ["cell_id", "fact_rows"]
    changed = before.filter(pl.col("fact_rows") > 0).join(after, on=counted, how="anti")
    assert fed == set(changed["cell_id"])


def test_a_supporting_line_says_so(ask) -> None:
    found = ask("hotline.csv", 3)
    assert [(f.key, f.is_anchor) for f in found.facts] == [("e0000", False)]


def test_a_metric_that_does_not_count_the_line_says_why(ask) -> None:
    reasons = {n.metric.name: n.reason.en for n in ask("board.csv", 2).not_counted}
    assert reasons["events_due"] == "not due yet, or without a time limit"
    assert reasons["mean_handling_hours"] == "has no value"
    assert "events_received" not in reasons


@pytest.mark.parametrize("how", ["rejected", "repeated", "left_out"])
def test_a_line_that_was_not_taken_says_its_fate(
    ask, town: duckdb.DuckDBPyConnection, how: str
) -> None:
    outcome(town, 40, how, "some_code")
    found = ask("hotline.csv", 40)
    assert (found.record.outcome, found.record.code) == (how, "some_code")
    assert found.feeds.is_empty()


def test_a_rejected_line_shows_its_findings(ask, town: duckdb.DuckDBPyConnection) -> None:
    outcome(town, 40, "rejected", "bad_date")
    town.execute(
        "insert into bronze.findings values ('drop-hotline', 'hotline', 39, 40, null, 'sent_at', "
        "'时间', 'bad_date', 'reject', '昨天', '日期', 'a date')"
    )
    assert [f["value_found"] for f in ask("hotline.csv", 40).record.findings] == ["昨天"]


def test_the_heading_is_no_record(ask) -> None:
    assert ask("hotline.csv", 1).record.outcome == "heading"


def test_headings_below_a_title_are_headings(ask, town: duckdb.DuckDBPyConnection) -> None:
    outcome(town, 1, "left_out", "left_out_title")
    town.execute("delete from bronze.hotline where _line = 2 and _drop_id = 'drop-hotline'")
    assert ask("hotline.csv", 1).record.outcome == "left_out"
    assert ask("hotline.csv", 2).record.outcome == "heading"


def test_a_record_with_line_breaks_covers_its_lines(ask, town: duckdb.DuckDBPyConnection) -> None:
    outcome(town, 40, "rejected", "some_code")
    outcome(town, 45, "repeated", "some_code")
    found = ask("hotline.csv", 44)
    assert (found.record.outcome, found.record.line) == ("rejected", 40)


def test_a_sheet_row_without_a_record_is_empty(ask, town: duckdb.DuckDBPyConnection) -> None:
    town.execute("update bronze.drops set format = 'xlsx'")
    outcome(town, 40, "rejected", "some_code")
    assert ask("hotline.csv", 44).record.outcome == "empty"


def test_a_refused_drop_says_so_for_every_line(ask, town: duckdb.DuckDBPyConnection) -> None:
    town.execute("alter table bronze.drops add column refusal_code varchar")
    town.execute("update bronze.drops set status = 'refused', refusal_code = 'unreadable'")
    found = ask("hotline.csv", 2)
    assert (found.record.outcome, found.record.code) == ("refused", "unreadable")


def test_a_superseded_line_names_the_one_in_force(ask, town: duckdb.DuckDBPyConnection) -> None:
    town.execute(
        "insert into bronze.drops select 'newer', unit, feed, 'newer.csv', repeat('n', 64), "
        "received_at, timestamp '2026-02-01', format, status from bronze.drops "
        "where feed = 'hotline'"
    )
    town.execute("insert into bronze.hotline values ('e0000', 'p', 'newer', 7, 8, null)")
    town.execute("delete from marts.bridge_event_source where record = 1")
    stage(town)
    found = ask("hotline.csv", 2)
    assert found.facts == ()
    assert found.superseded_by is not None
    assert (found.superseded_by.file_name, found.superseded_by.line) == ("newer.csv", 8)


def test_a_line_in_force_that_made_no_fact_is_not_superseded(
    ask, town: duckdb.DuckDBPyConnection
) -> None:
    town.execute("delete from marts.bridge_event_source where record = 4")
    town.execute("update bronze.hotline set number = 'alone' where _record = 3")
    town.execute("delete from marts.bridge_event_source where record = 3")
    stage(town)
    assert ask("hotline.csv", 4).superseded_by is None


def test_a_file_is_known_by_its_bytes(ask, town: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "renamed.csv"
    file.write_bytes(b"number\n1\n")
    with pytest.raises(CivicError, match="no drop"):
        ask(str(file), 2)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    town.execute("update bronze.drops set sha256 = ? where feed = 'hotline'", [digest])
    assert ask(str(file), 2).record.outcome == "accepted"
    assert ask(digest, 2).record.outcome == "accepted"
