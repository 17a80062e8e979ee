"""Drops examined ahead by other processes are what they would have been without them."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

import pytest

from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.intake import collect, examining_drops, read_drops, take_in
from ingestion.intake.desk import open_desk
from ingestion.intake.examining_drops import examining_ahead
from ingestion.simulator.city.making import write_city
from tests.ingestion.intake.conftest import bronze

TABLES = ("drops", "outcomes", "findings", "resident", "grid_event", "staff")


@pytest.fixture
def two_homes(
    settings: Settings, contracts: dict[str, Contract], monkeypatch: pytest.MonkeyPatch
) -> list[Settings]:
    """The same drops, received at the same time, in two homes with one key."""
    monkeypatch.setenv("CIVIC_KEY", "11" * 32)
    write_city(settings.drops, 500, 1)
    collect(settings, contracts, wait=lambda _: None)
    other = settings.home.with_name("other")
    shutil.copytree(settings.home, other)
    return [settings, replace(settings, home=other, data_path=str(other / "lake" / "data"))]


@pytest.mark.usefixtures("other_processes")
def test_other_processes_change_nothing_of_what_is_taken_in(two_homes, contracts, monkeypatch):
    alone, together = two_homes
    monkeypatch.setattr(examining_drops, "DROPS_WORTH_IT", 10**6)
    monkeypatch.setattr(examining_drops, "BYTES_WORTH_IT", 10**12)
    one = take_in(alone, contracts)
    monkeypatch.setattr(examining_drops, "DROPS_WORTH_IT", 1)
    two = take_in(together, contracts)
    assert [r.to_dict() for r in one] == [r.to_dict() for r in two]
    for table in TABLES:
        sql = f"select * from bronze.{table} order by all"
        assert bronze(alone, sql) == bronze(together, sql), table
    assert _answers(alone) == _answers(together)
    assert not list(together.lake.glob(".intake-*"))


def _answers(settings: Settings) -> dict[str, Any]:
    return {
        str(path.relative_to(settings.outbox)): json.loads(path.read_text())
        if path.suffix == ".json"
        else path.name
        for path in settings.outbox.rglob("*")
        if path.is_file()
    }


class Inline(Executor):
    """Does at once what it is given, and remembers whose turn it was then."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def submit(self, work: Any, /, *task: Any, **_: Any) -> Future[Any]:
        self.begun.append(task[2].feed)
        done: Future[Any] = Future()
        done.set_result(work(*task))
        return done


def test_a_drop_is_not_examined_before_those_that_it_refers_to(leave, settings, contracts):
    leave(["网格编码,上报时间", "1,2026-10-01"], "grid_event", "e_20261031.csv")
    leave(["环节编号"], "grid_event_stage", "s_20261031.csv")
    collect(settings, contracts, wait=lambda _: None)
    drops = sorted(read_drops(settings), key=lambda d: d.feed)
    referring = {f.reference[0] for f in contracts["grid_event_stage"].fields if f.reference}
    assert "grid_event" in referring
    with open_desk(settings, contracts) as desk:
        ensure_bronze(desk.lake, contracts.values())
        desk.pool = pool = Inline()
        with examining_ahead(desk, drops) as ahead:
            assert ahead.take(drops[0]) is not None
            assert pool.begun == ["grid_event"]
            assert ahead.take(drops[1]) is not None
            assert pool.begun == ["grid_event", "grid_event_stage"]


def test_large_drops_are_left_to_the_process_that_has_the_vault(
    leave, settings, contracts, monkeypatch
):
    monkeypatch.setattr(examining_drops, "BYTES_AHEAD", 10)
    leave(["网格编码,上报时间", "1,2026-10-01"], "grid_event", "e_20261031.csv")
    collect(settings, contracts, wait=lambda _: None)
    (drop,) = read_drops(settings)
    with open_desk(settings, contracts) as desk:
        desk.pool = pool = Inline()
        with examining_ahead(desk, [drop]) as ahead:
            assert ahead.take(drop) is None
    assert pool.begun == []


def test_a_process_that_dies_loses_no_drop(two_homes, contracts, monkeypatch):
    settings, _ = two_homes
    monkeypatch.setattr(examining_drops, "DROPS_WORTH_IT", 1)
    handed = examining_drops.Ahead._begin

    def dies(self: Any, drop: Any, contract: Any) -> None:
        handed(self, drop, contract)
        self._desk.pool.submit(_die)

    monkeypatch.setattr(examining_drops.Ahead, "_begin", dies)
    receipts = take_in(settings, contracts)
    assert len(receipts) == len(read_drops(settings))
    assert bronze(settings, "select count(*) from bronze.drops") == [(len(receipts),)]


def _die() -> None:
    import os

    os._exit(9)
