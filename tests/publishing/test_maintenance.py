"""The lake is kept small, and no kept publication loses a file."""

from __future__ import annotations

import json
import shutil

import pytest

from civic import dbt_state
from civic.errors import CivicError
from civic.lake import open_catalog_copy, open_lake
from publishing.maintenance import maintain

ROWS, PARTS = 200, 12


@pytest.fixture
def lake(settings):
    """A table in many small files, published before most of its rows went away."""
    with open_lake(settings) as connection:
        connection.execute("create table bronze.visit (_drop_id varchar, n bigint)")
        connection.execute("create table bronze.drops (drop_id varchar, feed varchar)")
        for part in range(PARTS):
            connection.execute(
                f"insert into bronze.visit select 'drop_{part}', range from range({ROWS})"
            )
        connection.execute("insert into bronze.drops values ('drop_0', 'visit')")
    _publish(settings, 1)
    with open_lake(settings) as connection:
        connection.execute("create or replace table bronze.visit as from bronze.visit where n < 50")
    return settings


def _publish(settings, number):
    settings.serving.mkdir(exist_ok=True)
    shutil.copyfile(settings.catalog_file, settings.serving / f"v_{number}.ducklake")
    (settings.serving / f"v_{number}.json").write_text(json.dumps({"number": number}))


def _published_rows(settings, number):
    with open_catalog_copy(settings, settings.serving / f"v_{number}.ducklake") as connection:
        return connection.execute("select count(*), sum(n) from bronze.visit").fetchone()


def _live_rows(settings):
    with open_lake(settings) as connection:
        return connection.execute("select count(*), sum(n) from bronze.visit").fetchone()


def _files(settings):
    return set((settings.lake / "data").rglob("*.parquet"))


def test_a_publication_keeps_its_files_while_the_lake_forgets_them(lake):
    before, live = _published_rows(lake, 1), _live_rows(lake)
    done = maintain(lake, keep_days=0)
    assert done.snapshots_expired > PARTS
    assert done.files_kept_for_publications == PARTS
    assert _published_rows(lake, 1) == before == (PARTS * ROWS, PARTS * sum(range(ROWS)))
    assert _live_rows(lake) == live


def test_what_nobody_names_any_more_is_deleted(lake):
    for file in lake.serving.iterdir():
        file.unlink()
    orphan = lake.lake / "data" / "bronze" / "visit" / "ducklake-left-by-a-killed-run.parquet"
    orphan.write_bytes(b"PAR1")
    live = _live_rows(lake)
    done = maintain(lake, keep_days=0)
    assert not orphan.exists()
    assert done.files_deleted >= PARTS + 1
    assert done.files_kept_for_publications == 0
    assert len(_files(lake)) == done.files_after < done.files_before
    assert done.bytes_after == sum(f.stat().st_size for f in _files(lake)) < done.bytes_before
    assert _live_rows(lake) == live


def test_small_files_are_merged(settings):
    with open_lake(settings) as connection:
        connection.execute("create table bronze.visit (_drop_id varchar, n bigint)")
        for part in range(PARTS):
            connection.execute(
                f"insert into bronze.visit select 'drop_{part}', range from range({ROWS})"
            )
    assert maintain(settings, keep_days=0).files_after == 1
    assert _live_rows(settings) == (PARTS * ROWS, PARTS * sum(range(ROWS)))
    again = maintain(settings, keep_days=0)
    assert (again.files_before, again.files_after, again.files_deleted) == (1, 1, 0)


def test_young_snapshots_are_kept_and_their_rows_can_be_read(lake):
    with open_lake(lake) as connection:
        (first,) = connection.execute(
            "select min(snapshot_id) from ducklake_snapshots('lake') "
            "where changes::varchar like '%insert%'"
        ).fetchone()
    assert maintain(lake, keep_days=1).snapshots_expired == 0
    with open_lake(lake) as connection:
        rows = connection.execute(
            f"select count(*) from bronze.visit at (version => {first})"
        ).fetchone()
    assert rows == (ROWS,)


def test_models_that_stand_need_not_be_built_again_afterwards(lake):
    lake.dbt_target.mkdir()
    (lake.dbt_target / "manifest.json").write_text(
        json.dumps({"nodes": {}, "sources": {}, "parent_map": {}})
    )
    (lake.dbt_target / "semantic_manifest.json").write_text("{}")
    dbt_state.finish(lake, dbt_state.choose(lake, {})[1])
    maintain(lake, keep_days=0)
    assert dbt_state.choose(lake, {})[0].nothing


def test_a_dry_run_changes_nothing(lake):
    files, live = _files(lake), _live_rows(lake)
    told = maintain(lake, keep_days=0, dry_run=True)
    assert told.dry_run
    assert told.snapshots_expired > PARTS
    assert _files(lake) == files
    assert _live_rows(lake) == live


def test_a_lake_that_lies_elsewhere_is_left_alone(settings, monkeypatch):
    from civic.settings import load_settings

    monkeypatch.setenv("CIVIC_DATA_PATH", "s3://bucket/lake")
    with pytest.raises(CivicError, match="in this home"):
        maintain(load_settings())
