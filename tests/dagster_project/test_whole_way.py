"""The job goes through the same steps as ``civic run``, in order, and stops where it must.

The rooms' own functions are replaced: what is promised here is the wiring. The job on real drops
is in ``test_real_run.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

import ingestion.intake
from dagster_project import keys
from dagster_project.defs.dbt import models
from publishing import whole_way
from publishing.shelf import Publication
from superset_assets import running


@dataclass
class Rooms:
    """What the rooms were asked to do, and what they will answer."""

    done: list[str]
    receipts: dict[str, list[Any]]
    verdict: Any
    dbt_fails: set[dg.AssetKey]


def _receipt(feed: str, status: str) -> SimpleNamespace:
    drop = SimpleNamespace(
        drop_id="0123456789abcdef",
        unit="street_office",
        feed=feed,
        file_name="数据.csv",
        sha256="0" * 64,
        as_of=datetime(2024, 5, 31),
    )
    counts = {"records": 3, "accepted": 2, "rejected": 1, "repeated": 0, "left_out": 0}
    return SimpleNamespace(drop=drop, status=status, **counts)


def _result(table: str, success: bool, severity: str = "blocking") -> SimpleNamespace:
    names = {"suite": table, "expectation": "no_null", "column": "a", "observed": 1}
    return SimpleNamespace(table=table, success=success, severity=severity, **names)


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rooms:
    verdict = SimpleNamespace(passed=True, results=[_result("lake.marts.fct_event", True)])
    made = Rooms([], {}, verdict, set())

    def step(name: str, answer: Any, room: Any = whole_way) -> None:
        def do(*_args: Any) -> Any:
            made.done.append(name)
            return answer(made)

        monkeypatch.setattr(room, name, do)

    def take_in(_settings: Any, _contracts: Any, feeds: list[str]) -> list[Any]:
        made.done.extend(f"take_in {feed}" for feed in feeds)
        return made.receipts.get(feeds[0], [])

    def build(context: dg.AssetExecutionContext, *_args: Any) -> Any:
        made.done.append("build_models")
        upstream = context.assets_def.asset_deps
        for key in TopologicalSorter(upstream).static_order():
            if key in upstream:
                yield dg.MaterializeResult(asset_key=key)
        for check in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                passed=check.asset_key not in made.dbt_fails,
                asset_key=check.asset_key,
                check_name=check.name,
            )

    cells = pl.DataFrame({"report": ["events"], "metric": ["matters"], "value": [1.0]})
    sent = {"files": [{"feed": "unit", "rows": 3}], "feeds_left_out": [{"feed": "resident"}]}
    publication = Publication(7, tmp_path, {"digest": "d" * 16})
    step("collect_drops", lambda _: [])
    step("take_in_drops", lambda _: [])
    step("build_all_cells", lambda _: cells)
    step("audit_all", lambda rooms: rooms.verdict)
    step("publish_cells", lambda _: publication)
    step("write_workbooks", lambda _: [tmp_path / "events.zh.xlsx"])
    step("send_lists", lambda _: SimpleNamespace(lists=(), superseded=(), nobodys={}))
    step(
        "write_extract", lambda _: SimpleNamespace(folder=tmp_path, state="written", manifest=sent)
    )
    step("prepare", lambda _: SimpleNamespace(digest="b" * 16), running)
    monkeypatch.setattr(ingestion.intake, "take_in", take_in)
    monkeypatch.setattr(models, "build_models", build)
    return made


@pytest.fixture
def run(definitions: dg.Definitions):
    def execute(**how: Any) -> dg.ExecuteInProcessResult:
        with dg.DagsterInstance.ephemeral() as instance:
            job = definitions.resolve_job_def(keys.WHOLE_WAY)
            return job.execute_in_process(instance=instance, raise_on_error=False, **how)

    return execute


def test_the_job_takes_the_steps_of_civic_run_in_their_order(rooms, run):
    assert run().success
    without_feeds = [name for name in rooms.done if not name.startswith("take_in ")]
    assert without_feeds[:-4] == [
        "collect_drops",
        "take_in_drops",
        "build_models",
        "build_all_cells",
        "audit_all",
        "publish_cells",
    ]
    # What leaves a publication leaves in any order: none of the four waits for another.
    leaving = ["prepare", "send_lists", "write_extract", "write_workbooks"]
    assert sorted(without_feeds[-4:]) == leaving


def test_a_feed_is_taken_in_after_those_that_it_refers_to(rooms, run):
    run()
    order = [name.removeprefix("take_in ") for name in rooms.done if name.startswith("take_in ")]
    assert order.index("dwelling") < order.index("resident")
    assert order.index("unit") < order.index("staff")
    assert rooms.done.index("take_in resident") < rooms.done.index("take_in_drops")


def test_a_blocking_audit_leaves_the_last_publication_standing(rooms, run):
    failed = [
        _result("lake.marts.fct_event", False),
        _result("lake.bronze.resident", False, "warning"),
    ]
    rooms.verdict = SimpleNamespace(passed=False, results=failed)
    result = run()
    assert not result.success
    after = {"publish_cells", "write_workbooks", "send_lists", "write_extract", "prepare"}
    assert not after & set(rooms.done)
    shown = {e.asset_key: e for e in result.get_asset_check_evaluations()}
    assert not shown[keys.VERDICT].passed
    assert not shown[dg.AssetKey(["marts", "fct_event"])].passed
    assert shown[keys.bronze("resident")].severity == dg.AssetCheckSeverity.WARN


def test_a_failing_test_of_dbt_leaves_the_last_publication_standing(rooms, run):
    rooms.dbt_fails = {dg.AssetKey(["marts", "dim_place"])}
    assert not run().success
    assert "build_all_cells" not in rooms.done and "publish_cells" not in rooms.done


def test_a_warning_does_not_hold_up_the_publication(rooms, run):
    results = [
        _result("lake.bronze.resident", False, "warning"),
        _result("memory.main.cells", True),
    ]
    rooms.verdict = SimpleNamespace(passed=True, results=results)
    assert run().success
    assert "publish_cells" in rooms.done


def test_an_accepted_drop_is_a_delivery_and_a_refused_one_is_none(rooms, run):
    rooms.receipts = {
        "resident": [_receipt("resident", "accepted")],
        "unit": [_receipt("unit", "refused")],
    }
    made = [event.asset_key for event in run().get_asset_materialization_events()]
    assert keys.delivery("resident") in made
    assert keys.delivery("unit") not in made
    assert keys.bronze("unit") in made


def test_what_became_of_the_records_stands_on_the_table(rooms, run):
    rooms.receipts = {"unit": [_receipt("unit", "accepted"), _receipt("unit", "refused")]}
    events = run().get_asset_materialization_events()
    metadata = next(
        e for e in events if e.asset_key == keys.bronze("unit")
    ).materialization.metadata
    said = {name: value.value for name, value in metadata.items()}
    assert (said["drops"], said["drops_refused"]) == (2, 1)
    assert (said["records"], said["accepted"], said["rejected"]) == (6, 4, 2)
