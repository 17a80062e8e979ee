"""Which models are behind their sources."""

from __future__ import annotations

import json

import duckdb
import pytest

from civic import dbt_state
from civic.dbt_state import Selection
from civic.lake import open_lake
from civic.settings import Settings

VARIABLES = {"person_feeds": ["resident"]}

#: Model to its sources and parents.
MODELS = {
    "stg_resident": ({"drops", "resident"}, set()),
    "stg_visit": ({"drops", "visit"}, set()),
    "stg_drops": ({"drops"}, set()),
    "dim_person": (set(), {"stg_resident"}),
    "fct_visit": (set(), {"stg_visit", "dim_person"}),
    "fct_drop": (set(), {"stg_drops"}),
}


@pytest.fixture
def built(settings) -> Settings:
    """A lake with two feeds, and the manifest that dbt left when it built the models from it."""
    with open_lake(settings) as lake:
        lake.execute(
            "create table bronze.drops (drop_id varchar, feed varchar, as_of date, status varchar)"
        )
        for feed in ("resident", "visit"):
            lake.execute(f"create table bronze.{feed} (_drop_id varchar, _record bigint)")
            _take_in(lake, f"{feed}_1", feed)
    settings.dbt_target.mkdir()
    (settings.dbt_target / "manifest.json").write_text(json.dumps(_manifest()))
    (settings.dbt_target / "semantic_manifest.json").write_text("{}")
    selection, built_from = dbt_state.choose(settings, VARIABLES)
    assert selection == Selection(None)
    dbt_state.finish(settings, built_from)
    return settings


def _manifest() -> dict:
    nodes = {f"model.civic.{name}": {"name": name, "resource_type": "model"} for name in MODELS}
    parents = {
        f"model.civic.{name}": [
            *(f"source.civic.bronze.{source}" for source in sources),
            *(f"model.civic.{parent}" for parent in above),
        ]
        for name, (sources, above) in MODELS.items()
    }
    names = ("drops", "resident", "visit")
    sources = {f"source.civic.bronze.{name}": {"name": name} for name in names}
    return {"nodes": nodes, "sources": sources, "parent_map": parents}


def _take_in(lake: duckdb.DuckDBPyConnection, drop: str, feed: str, rows: int = 100) -> None:
    lake.execute("insert into bronze.drops values (?, ?, '2026-01-01', 'accepted')", [drop, feed])
    lake.execute(f"insert into bronze.{feed} select '{drop}', range from range({rows})")


def _chosen(settings: Settings) -> tuple[str, ...] | None:
    return dbt_state.choose(settings, VARIABLES)[0].models


def test_nothing_is_built_twice(built):
    selection = dbt_state.choose(built, VARIABLES)[0]
    assert selection.nothing
    assert not selection.rewritten


def test_a_new_drop_concerns_its_feed_and_what_is_built_on_it(built):
    with open_lake(built) as lake:
        _take_in(lake, "visit_2", "visit")
    selection = dbt_state.choose(built, VARIABLES)[0]
    assert selection == Selection(("fct_drop", "fct_visit", "stg_drops", "stg_visit"))
    assert selection.arguments() == ("--select", *selection.models)


def test_what_reads_a_changed_model_is_built_with_it(built):
    with open_lake(built) as lake:
        _take_in(lake, "resident_2", "resident", rows=3)
    assert set(_chosen(built) or ()) == set(MODELS) - {"stg_visit"}


def test_a_drop_without_rows_counts_too(built):
    """A full list in which nobody stands takes the place of the one before."""
    with open_lake(built) as lake:
        _take_in(lake, "visit_2", "visit", rows=0)
    assert "fct_visit" in (_chosen(built) or ())


@pytest.mark.parametrize(
    "change",
    [
        "delete from bronze.visit where _record = 1",
        "delete from bronze.visit",
        "update bronze.visit set _record = -1 where _record = 1",
    ],
)
def test_rows_that_went_away_are_told(built, change):
    with open_lake(built) as lake:
        lake.execute(change)
    selection = dbt_state.choose(built, VARIABLES)[0]
    assert selection == Selection(("fct_visit", "stg_visit"), rewritten=True)
    assert selection.arguments()[-1] == "--full-refresh"


def test_a_replayed_drop_is_told_though_it_says_the_same_of_itself(built):
    with open_lake(built) as lake:
        lake.execute("begin")
        lake.execute("delete from bronze.visit where _drop_id = 'visit_1'")
        lake.execute("insert into bronze.visit select 'visit_1', range from range(50)")
        lake.execute("commit")
    assert dbt_state.choose(built, VARIABLES)[0].rewritten


def test_housekeeping_of_the_lake_changes_nothing(built):
    with open_lake(built) as lake:
        for part in range(5):
            _take_in(lake, f"visit_{part + 2}", "visit")
    dbt_state.finish(built, dbt_state.choose(built, VARIABLES)[1])
    with open_lake(built) as lake:
        lake.execute("call ducklake_flush_inlined_data('lake')")
        lake.execute("call ducklake_merge_adjacent_files('lake')")
    assert _chosen(built) == ()


@pytest.mark.parametrize(
    "lose",
    [
        lambda s: (s.lake / dbt_state.NOTE).unlink(),
        lambda s: (s.lake / dbt_state.NOTE).write_text("{"),
        lambda s: (s.dbt_target / "manifest.json").unlink(),
        lambda s: (s.dbt_target / "semantic_manifest.json").unlink(),
    ],
    ids=["no note", "half a note", "no manifest", "no metrics"],
)
def test_what_cannot_be_vouched_for_is_built_anew(built, lose):
    lose(built)
    assert _chosen(built) is None


def test_other_variables_build_everything(built):
    assert dbt_state.choose(built, VARIABLES | {"event_feeds": []})[0].models is None


def test_another_lake_builds_everything(built):
    for file in built.lake.glob("catalog*"):
        file.unlink()
    with open_lake(built) as lake:
        for table in ("drops", "resident", "visit"):
            lake.execute(f"create table bronze.{table} (drop_id varchar, feed varchar)")
    assert _chosen(built) is None


def test_a_build_of_everything_that_never_ended_is_begun_again(built):
    dbt_state.begin(built, Selection(None))
    assert _chosen(built) is None


def test_a_build_of_some_models_that_never_ended_is_begun_again(built):
    with open_lake(built) as lake:
        _take_in(lake, "visit_2", "visit")
    chosen = dbt_state.choose(built, VARIABLES)[0]
    dbt_state.begin(built, chosen)
    assert dbt_state.choose(built, VARIABLES)[0] == chosen
