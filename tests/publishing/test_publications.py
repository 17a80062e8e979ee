"""A publication is numbered, immutable, audited, and seen whole or not at all."""

from __future__ import annotations

import hashlib
import json

import duckdb
import polars as pl
import pytest

from civic.errors import CivicError, DataAtFaultError
from civic.lake import open_lake
from publishing.publications import (
    Publication,
    history,
    list_publications,
    open_publication,
    publish,
    roll_back,
)
from publishing.shelf import number_as_of, publishing_alone
from tests.publishing.town import PASSED, TABLES, Town


def published(town: Town) -> Publication:
    return publish(town.settings, town.cells(), TABLES, PASSED, town.drops())


def test_the_first_publication_is_number_one_and_current(town: Town) -> None:
    made = published(town)
    assert (made.number, made.is_current, made.unchanged) == (1, True, False)
    names = sorted(p.name for p in town.settings.serving.iterdir() if p.name[0] != ".")
    assert names == ["current.duckdb", "history.jsonl", "v_1.duckdb", "v_1.ducklake", "v_1.json"]


def test_its_files_are_read_only(town: Town) -> None:
    made = published(town)
    for path in (made.serving_file, made.catalog_file, made.manifest_file):
        assert path.stat().st_mode & 0o777 == 0o444


def test_its_manifest_says_what_it_is_made_of(town: Town) -> None:
    made = published(town)
    manifest = made.manifest
    assert manifest["number"] == 1
    assert manifest["cells"] == 2
    assert [d["drop_id"] for d in manifest["drops"]] == ["d1"]
    assert manifest["drops"][0]["sha256"] == hashlib.sha256(b"d1").hexdigest()
    assert manifest["serving_sha256"] == hashlib.sha256(made.serving_file.read_bytes()).hexdigest()
    assert manifest["audit"] == {
        "passed": True,
        "results": 0,
        "blocking_failures": [],
        "warnings": [],
    }
    assert {"created_at", "lake_snapshot", "software_version", "digest"} <= set(manifest)


def test_a_reader_finds_cells_serving_tables_and_the_whole_lake(town: Town) -> None:
    published(town)
    with open_publication(town.settings) as publication:
        assert publication.number == 1
        assert publication.cells["value"].sum() == 4
        assert publication.table("places").height == 2
        assert publication.connection.execute("select count(*) from bronze.drops").fetchone() == (
            1,
        )


@pytest.mark.parametrize("table", ["bronze.drops", "serving.main.cells"])
def test_a_reader_cannot_write(town: Town, table: str) -> None:
    published(town)
    with (
        open_publication(town.settings) as publication,
        pytest.raises(duckdb.Error, match="read-only"),
    ):
        publication.connection.execute(f"delete from {table}")


def test_the_serving_file_carries_its_manifest(town: Town) -> None:
    made = published(town)
    with duckdb.connect(str(town.settings.serving / "current.duckdb"), read_only=True) as file:
        entries = dict(file.execute("select entry, value from manifest").fetchall())
    assert json.loads(entries["digest"]) == made.manifest["digest"]


def test_publishing_the_same_again_makes_no_new_number(town: Town) -> None:
    published(town)
    again = published(town)
    assert (again.number, again.unchanged) == (1, True)
    assert [p.number for p in list_publications(town.settings)] == [1]


def test_the_order_of_cells_does_not_make_a_publication_new(town: Town) -> None:
    published(town)
    cells = town.cells().sort("cell_id", descending=True)
    columns = sorted(cells.columns, reverse=True)
    assert publish(town.settings, cells.select(columns), TABLES, PASSED, town.drops()).unchanged


def test_a_new_drop_makes_the_next_number(town: Town) -> None:
    published(town)
    town.drop("d2", [("990102001001002", "2026-02")])
    assert published(town).number == 2
    assert [(p.number, p.is_current) for p in list_publications(town.settings)] == [
        (1, False),
        (2, True),
    ]


def test_a_new_serving_table_is_published_although_no_cell_changed(town: Town) -> None:
    published(town)
    more = {**TABLES, "months": "select distinct month from bronze.citizen_message"}
    assert publish(town.settings, town.cells(), more, PASSED, town.drops()).number == 2


def test_rolling_back_moves_the_switch_and_is_written_down(town: Town) -> None:
    published(town)
    town.drop("d2", [("990102001001002", "2026-02")])
    published(town)
    roll_back(town.settings, 1)
    with open_publication(town.settings) as publication:
        assert publication.number == 1
    assert [(e["from"], e["to"], e["reason"]) for e in history(town.settings)] == [
        (None, 1, "published"),
        (1, 2, "published"),
        (2, 1, "rolled back"),
    ]


def test_publishing_after_a_roll_back_switches_to_the_newest_without_doubling_it(
    town: Town,
) -> None:
    published(town)
    town.drop("d2", [("990102001001002", "2026-02")])
    published(town)
    roll_back(town.settings, 1)
    again = published(town)
    assert (again.number, again.unchanged, again.is_current) == (2, True, True)


def test_rolling_back_to_an_unknown_number_is_refused(town: Town) -> None:
    published(town)
    with pytest.raises(CivicError, match="no publication 7"):
        roll_back(town.settings, 7)


def test_reading_before_anything_was_published_says_what_to_run(town: Town) -> None:
    with (
        pytest.raises(CivicError, match="civic run"),
        open_publication(town.settings),
    ):
        pass


def test_a_failed_audit_leaves_the_last_publication_standing(town: Town) -> None:
    published(town)
    town.drop("d2", [("990102001001002", "2026-02")])
    failed = {
        "suite": "cells",
        "table": "cells",
        "column": "value",
        "expectation": "not_null",
        "severity": "blocking",
        "success": False,
    }
    verdict = {"passed": False, "results": [failed]}
    with pytest.raises(DataAtFaultError, match="last publication stands"):
        publish(town.settings, town.cells(), TABLES, verdict, town.drops())
    assert [p.number for p in list_publications(town.settings)] == [1]
    attempt = json.loads((town.settings.quality / "attempts.jsonl").read_text())
    assert attempt["standing_publication"] == 1
    assert attempt["new_drops"] == ["d2"]
    assert attempt["audit"]["blocking_failures"] == ["cells.cells.value: not_null"]


def test_two_publishers_at_a_time_are_kept_apart(town: Town) -> None:
    with publishing_alone(town.settings), pytest.raises(CivicError, match="is publishing"):
        published(town)


def test_an_old_publication_is_readable_after_deletes_and_merges_in_the_live_lake(
    town: Town,
) -> None:
    for number in range(2, 6):
        town.drop(f"d{number}", [("990102001001002", f"2026-0{number}")] * 30)
    published(town)
    with open_lake(town.settings) as writer:
        writer.execute("delete from bronze.citizen_message where month <> '2026-05'")
        writer.execute("call ducklake_merge_adjacent_files('lake')")
    town.drop("d6", [("990102001001001", "2026-06")] * 30)
    published(town)
    with open_lake(town.settings) as writer:
        writer.execute("begin")
        writer.execute("delete from bronze.citizen_message")
        with open_publication(town.settings, 1) as old:
            rows = old.connection.execute("select count(*) from bronze.citizen_message").fetchone()
            assert rows == (124,)
            assert old.cells["value"].sum() == 124


def test_cells_survive_the_way_into_the_serving_file_unchanged(town: Town) -> None:
    cells = town.cells()
    published(town)
    with open_publication(town.settings) as publication:
        assert publication.cells.equals(cells.sort("cell_id"))
        assert isinstance(publication.cells, pl.DataFrame)


def test_a_day_means_what_readers_saw_at_its_end(town: Town) -> None:
    published(town)
    town.drop("d2", [("990102001001002", "2026-02")])
    published(town)
    path = town.settings.serving / "history.jsonl"
    switches = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    # In local time the first one went out on the third of March, the second on the fifth.
    moments = ("2026-03-03T15:59:59+00:00", "2026-03-04T16:00:00+00:00")
    dated = [{**s, "at": at} for s, at in zip(switches, moments, strict=True)]
    path.write_text("".join(json.dumps(s) + "\n" for s in dated), "utf-8")
    seen = [number_as_of(town.settings, f"2026-03-0{day}") for day in (3, 4, 5, 6)]
    assert seen == [1, 1, 2, 2]
    with pytest.raises(CivicError, match="Nothing had been published by 2026-03-02"):
        number_as_of(town.settings, "2026-03-02")
    with pytest.raises(CivicError, match="neither a publication's number nor a day"):
        number_as_of(town.settings, "yesterday")
