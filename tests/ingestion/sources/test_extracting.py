"""A unit's own database is taken in like the files that it would have dropped."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import polars as pl

from civic.lake import open_lake
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake import Receipt, collect, original_path, read_drops, take_in
from ingestion.sources import extract, querying
from ingestion.vault import load_keys
from tests.ingestion.sources.conftest import ALL, FEEDS, ONE, UNIT, run_sql


def test_a_database_and_the_same_rows_dropped_as_csv_give_the_same_bronze_and_receipts(
    settings, contracts, declare, rows, tmp_path
):
    collected = extract(settings, contracts, declare(ALL))
    assert [c.state for c in collected] == ["new"] * 3
    receipts = {r.drop.feed: r for r in take_in(settings, contracts)}
    assert sum(r.rejected for r in receipts.values()) > 10

    other = _home_with_the_same_key(settings, tmp_path)
    for feed, receipt in receipts.items():
        _drop_as_csv(other, contracts[feed], rows[feed], receipt.drop.as_of.isoformat())
    collect(other, contracts, wait=lambda _: None)
    dropped = {r.drop.feed: r for r in take_in(other, contracts)}

    for feed in FEEDS:
        assert receipts[feed].accepted > 0
        assert _told(receipts[feed]) == _told(dropped[feed])
        assert _bronze(settings, feed).equals(_bronze(other, feed))


def test_the_kept_original_is_read_only_text_and_its_rows_can_be_followed_to_their_line(
    settings, contracts, declare, rows
):
    (collected,) = extract(settings, contracts, declare(ONE))
    path = original_path(settings, collected.drop.sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    kept = pl.read_csv(path, infer_schema=False)
    assert kept.columns == rows["grid_event"].columns
    assert sorted(kept.rows(), key=str) == sorted(rows["grid_event"].rows(), key=str)
    take_in(settings, contracts)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in _bronze(settings, "grid_event").select("event_no", "_line").head(20).rows():
        assert number in lines[line - 1]


def test_citizen_ids_stand_only_in_raw_and_vault(settings, contracts, declare, rows):
    extract(settings, contracts, declare("  resident: {table: district.resident}\n"))
    take_in(settings, contracts)
    people = _bronze(settings, "resident")
    assert people.height > 100
    assert "citizen_id" not in people.columns
    ids = [i.encode() for i in rows["resident"]["citizen_id"].drop_nulls() if len(i) == 18][:200]
    for path in settings.home.rglob("*"):
        if path.is_file() and not path.is_relative_to(settings.raw):
            content = path.read_bytes()
            assert not any(i in content for i in ids), path
    (kept,) = settings.raw.glob("*/*/original")
    assert all(i in kept.read_bytes() for i in ids[:20])


def test_a_second_extraction_of_unchanged_data_is_the_same_drop(settings, contracts, declare):
    name = declare(ALL)
    first = extract(settings, contracts, name)
    take_in(settings, contracts)
    second = extract(settings, contracts, name)
    assert [c.state for c in second] == ["known"] * 3
    assert [c.drop for c in second] == [c.drop for c in first]
    assert take_in(settings, contracts) == []


def test_rows_in_another_order_on_the_disk_are_the_same_drop(
    settings, contracts, declare, database
):
    name = declare(ONE)
    extract(settings, contracts, name)
    run_sql(
        database,
        "create table district.other as select * from district.grid_event order by random()",
        "drop table district.grid_event",
        "alter table district.other rename to grid_event",
    )
    assert [c.state for c in extract(settings, contracts, name)] == ["known"]


def test_a_table_that_goes_back_to_what_it_said_is_in_force_again(
    settings, contracts, declare, database
):
    name = declare("  unit: {table: district.unit}\n")
    before = _in_force(settings, contracts, name)
    run_sql(
        database,
        "create table district.kept as select * from district.unit",
        "delete from district.unit where ctid = (select min(ctid) from district.unit)",
    )
    assert len(_in_force(settings, contracts, name)) == len(before) - 1
    run_sql(database, "drop table district.unit", "alter table district.kept rename to unit")
    assert _in_force(settings, contracts, name) == before
    assert len({d.sha256 for d in read_drops(settings)}) == 2
    assert len(read_drops(settings)) == 3
    assert [c.state for c in extract(settings, contracts, name)] == ["known"]


def test_with_since_only_changes_are_read_and_nothing_where_nothing_changed(
    settings, contracts, declare, database
):
    run_sql(
        database,
        "alter table district.grid_event add changed timestamp default '2020-01-01 00:00'",
    )
    name = declare("  grid_event: {table: district.grid_event, since: changed}\n")
    (first,) = extract(settings, contracts, name)
    (idle,) = extract(settings, contracts, name)
    assert (first.state, idle.state) == ("new", "no_change")
    assert "changed" in first.detail
    run_sql(
        database,
        "update district.grid_event set changed = now() at time zone 'Asia/Shanghai', "
        "address = '改过' where ctid = (select max(ctid) from district.grid_event)",
    )
    (changed,) = extract(settings, contracts, name)
    assert changed.state == "new"
    kept = pl.read_csv(original_path(settings, changed.drop.sha256), infer_schema=False)
    assert kept["address"].to_list() == ["改过"]


def test_columns_under_other_names_and_of_other_types_are_mapped_and_written_as_text(
    settings, contracts, declare, rows
):
    feeds = (
        "  grid_event:\n"
        "    query: |\n"
        "      select event_no as sj_bh, source, category, grid_code, level,\n"
        "        timestamptz '2026-10-02 03:04:05+00' as reported_at, 'x' as nation,\n"
        "        121.50 as longitude\n"
        "      from district.grid_event;\n"
        "    columns: {sj_bh: event_no}\n"
    )
    (collected,) = extract(settings, contracts, declare(feeds))
    assert collected.detail == "left unread: nation"
    kept = pl.read_csv(original_path(settings, collected.drop.sha256), infer_schema=False)
    assert kept.columns[0] == "event_no"
    assert kept["reported_at"].unique().to_list() == ["2026-10-02 11:04:05+08"]
    assert kept["longitude"].unique().to_list() == ["121.50"]
    (receipt,) = take_in(settings, contracts)
    assert receipt.accepted > 0
    reported = _bronze(settings, "grid_event")["reported_at"].unique().to_list()
    assert reported == [datetime(2026, 10, 2, 11, 4, 5)]


def test_all_tables_are_read_in_one_snapshot(settings, contracts, declare, database, monkeypatch):
    name = declare(ALL)
    first = extract(settings, contracts, name)
    monkeypatch.setattr("ingestion.sources.extracting.plan_extract", _then(_delete, database))
    second = extract(settings, contracts, name)
    assert [c.state for c in second] == ["known"] * 3
    assert [c.drop for c in second] == [c.drop for c in first]


def _then(after, database):
    whole = querying.plan_extract

    def planned(snapshot, told, contract, since):
        made = whole(snapshot, told, contract, since)
        after(database)
        return made

    return planned


def _delete(database: str) -> None:
    run_sql(database, *(f"delete from district.{feed}" for feed in FEEDS))


def _in_force(settings: Settings, contracts: dict[str, Contract], name: str) -> list[str]:
    """The units of the drop that speaks of the latest moment."""
    extract(settings, contracts, name)
    take_in(settings, contracts)
    latest = read_drops(settings)[-1]
    rows = _bronze(settings, "unit").filter(pl.col("_drop_id") == latest.drop_id)
    return rows["unit_code"].sort().to_list()


def _bronze(settings: Settings, feed: str) -> pl.DataFrame:
    with open_lake(settings) as connection:
        return connection.execute(f'from bronze."{feed}" order by _drop_id, _record').pl()


def _told(receipt: Receipt) -> dict[str, object]:
    told = receipt.to_dict()
    for name in ("file_name", "received_at", "as_of_source", "encoding"):
        del told["drop"][name]
    return json.loads(json.dumps(told, default=str))


def _drop_as_csv(settings: Settings, contract: Contract, frame: pl.DataFrame, as_of: str) -> None:
    """Sorted as an extract is, by means of Polars: by key, then by the columns as they stand."""
    keys = [f.name for f in contract.key]
    first = [c for c in frame.columns if c in keys]
    order = [*first, *(c for c in frame.columns if c not in keys)]
    path = settings.drops / UNIT / contract.feed / "export.csv"
    path.parent.mkdir(parents=True)
    frame.sort(order, nulls_last=True).write_csv(path)
    path.with_name("export.csv.manifest.json").write_text(json.dumps({"as_of": as_of}))


def _home_with_the_same_key(settings: Settings, folder) -> Settings:
    load_keys(settings)
    other = replace(settings, home=folder / "other", data_path=str(folder / "other/lake/data"))
    other.vault.mkdir(parents=True)
    (other.vault / "master.key").write_bytes((settings.vault / "master.key").read_bytes())
    return other
