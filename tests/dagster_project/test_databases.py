"""The schedule for databases: one run a night where one is declared, none where none is."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from dagster_project import keys
from dagster_project.defs.ingestion.books import originals
from dagster_project.defs.ingestion.databases import databases
from dagster_project.installation import Installation
from ingestion.intake import Collected, Drop

NIGHT = datetime(2026, 10, 31, 17, 30, tzinfo=UTC)


def _asked(settings):
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT)
        return databases(context, installation=Installation(settings, {}))


def test_without_a_source_the_night_is_quiet(settings):
    assert isinstance(_asked(settings), dg.SkipReason)


def test_with_sources_one_run_is_asked_for(settings):
    settings.sources.mkdir(parents=True)
    for name in ("north", "south"):
        (settings.sources / f"{name}.yml").write_text("unit: x\n")
    request = _asked(settings)
    assert request.tags["civic/sources"] == "north,south"
    assert request.run_key == _asked(settings).run_key


def test_an_unchanged_table_counts_as_delivered_and_a_failure_is_told(settings, monkeypatch):
    moment = datetime(2026, 10, 31)
    drop = Drop("1", "centre", "unit", "d.unit.csv", "s", 1, moment, moment, "snapshot")
    collected = [
        Collected(settings.home / "d.unit.csv", "known", drop),
        Collected(settings.home / "d" / "staff", "source_failed", None, "away"),
    ]
    monkeypatch.setattr("publishing.whole_way.collect_drops", lambda _: collected)
    result = dg.materialize(
        [originals], resources={"installation": Installation(settings, {})}, raise_on_error=True
    )
    told = {e.asset_key: e.materialization for e in result.get_asset_materialization_events()}
    assert told[keys.delivery("unit")].metadata["unchanged"].value is True
    failed = told[keys.ORIGINALS].metadata["failed_sources"]
    assert failed.value == [f"{settings.home}/d/staff: away"]
