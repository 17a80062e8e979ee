"""What goes wrong with a database is one line, keeps nothing half and stops no other feed."""

from __future__ import annotations

import polars as pl
import pytest

from ingestion.intake import read_drops
from ingestion.sources import extract, querying
from tests.ingestion.sources.conftest import ALL, ONE, run_sql


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("{table: district.nothing}", "no table or view district.nothing"),
        ("{table: nowhere.grid_event}", "no table or view nowhere.grid_event"),
        ("{table: district.secret}", "no permission to read district.secret"),
        ("{table: district.grid_event, columns: {bh: event_no}}", "column that is not there (bh)"),
        (
            "{table: district.grid_event, since: changed_at}",
            "column that is not there (changed_at)",
        ),
        ("{table: district.grid_event, since: address}", "wrong type"),
        ("{query: select address::integer as event_no from district.grid_event}", "cannot be conv"),
        ("{query: select from where}", "the query is wrong"),
        ("{query: select 1 as one}", "no column is one that the contract knows"),
        ("{query: 'select nextval(''district.counter'')::text as event_no'}", "only reading"),
    ],
)
def test_a_fault_in_one_feed_is_one_line_and_stops_no_other(
    settings, contracts, declare, database, monkeypatch, fault, kind
):
    run_sql(
        database,
        "create table district.secret (event_no text)",
        "create sequence district.counter",
        "drop role if exists reader",
        "create role reader login",
        "grant usage on schema district to reader",
        "grant select on district.unit, district.resident, district.grid_event to reader",
        "grant all on sequence district.counter to reader",
    )
    monkeypatch.setenv("DISTRICT_DATABASE", database.replace("postgres:@", "reader:@"))
    name = declare("  unit: {table: district.unit}\n")
    if "since: address" in fault:
        extract(settings, contracts, declare(ONE))
    before = len(read_drops(settings))
    name = declare(f"  grid_event: {fault}\n  unit: {{table: district.unit}}\n")
    failed, taken = extract(settings, contracts, name)
    run_sql(database, "drop owned by reader", "drop role reader")
    assert (failed.state, taken.state) == ("source_failed", "new")
    pattern = kind.replace("(", r"\(").replace(")", r"\)")
    assert pl.Series([failed.detail]).str.contains(pattern)[0], failed.detail
    assert "\n" not in failed.detail + failed.detail_zh
    assert failed.detail_zh
    assert len(read_drops(settings)) == before + 1
    assert not list(settings.raw.glob(".incoming-*"))


def test_a_connection_lost_half_way_keeps_nothing_of_that_table_and_the_next_is_read(
    settings, contracts, declare, database, monkeypatch
):
    feeds = (
        "  grid_event: {query: \"select n::text as event_no, repeat('x', 500) as address "
        'from generate_series(1, 100000) n"}\n'
        "  unit: {table: district.unit}\n"
    )
    whole = querying.copy_out
    lost = []

    def cut_off(snapshot, planned, write):
        def write_and_cut(block):
            if not lost:
                pid = snapshot.connection.info.backend_pid
                run_sql(database, f"select pg_terminate_backend({pid})")
                lost.append(pid)
            write(block)

        return whole(snapshot, planned, write_and_cut)

    monkeypatch.setattr("ingestion.sources.extracting.copy_out", cut_off)
    failed, taken = extract(settings, contracts, declare(feeds))
    assert lost
    assert (failed.state, taken.state) == ("source_failed", "new")
    assert "connection broke" in failed.detail
    assert [d.feed for d in read_drops(settings)] == ["unit"]
    assert not list(settings.raw.glob(".incoming-*"))


@pytest.mark.parametrize(
    ("conninfo", "kind"),
    [
        ("postgresql://nobody@127.0.0.1:9/x", "cannot be reached"),
        ("sesame open", "malformed"),
        ("", "is not set"),
    ],
)
def test_a_server_that_is_away_is_one_line_without_a_password(
    settings, contracts, declare, monkeypatch, conninfo, kind
):
    monkeypatch.setenv("DISTRICT_DATABASE", conninfo)
    (failed,) = extract(settings, contracts, declare(ALL))
    assert failed.state == "source_failed"
    assert kind in failed.detail
    assert "sesame" not in failed.detail + failed.detail_zh
    assert read_drops(settings) == []
