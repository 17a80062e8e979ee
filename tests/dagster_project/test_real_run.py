"""The job on real drops: a made-up town goes the whole way inside Dagster."""

from __future__ import annotations

import dagster as dg
import pytest

from dagster_project import keys
from dagster_project.installation import load_installation

LAYERS = ("staging", "intermediate", "marts")


@pytest.fixture(scope="module")
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def result(installed, definitions, instance):
    from ingestion.simulator.town import write_town

    write_town(installed.drops, residents=500, months=2, seed=1)
    return definitions.resolve_job_def(keys.WHOLE_WAY).execute_in_process(instance=instance)


def test_every_asset_is_made(result, definitions):
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assets = definitions.resolve_asset_graph().executable_asset_keys
    assert made >= assets - {keys.MAINTENANCE}


def test_what_came_is_published(result, installed):
    from publishing.publications import open_publication

    number = result.output_for_node("serving__publication").number
    with open_publication(installed, number) as opened:
        assert opened.cells.height > 0


def test_units_that_delivered_are_known_to_have(result, installed):
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    delivered = {path.parent.name for path in installed.drops.glob("*/*/*")}
    assert len(delivered) > 5
    assert {keys.delivery(feed) for feed in delivered} <= made
    silent = set(load_installation().contracts) - delivered
    assert not {keys.delivery(feed) for feed in silent} & made


def test_what_great_expectations_and_dbt_say_is_shown_on_the_tables(result):
    shown = {check.asset_key for check in result.get_asset_check_evaluations()}
    assert {keys.VERDICT, keys.CELLS} <= shown
    assert {"bronze", "marts"} <= {key.path[0] for key in shown}


def test_models_whose_sources_did_not_change_are_told_as_unchanged(result, definitions, instance):
    graph = definitions.resolve_asset_graph()
    models = [key for key in graph.executable_asset_keys if key.path[0] in LAYERS]
    again = definitions.resolve_job_def(keys.WHOLE_WAY).execute_in_process(
        instance=instance, asset_selection=models
    )
    made = [
        event.step_materialization_data.materialization
        for event in again.get_asset_materialization_events()
    ]
    assert {entry.asset_key for entry in made} == set(models)
    assert all(entry.metadata["unchanged"].value for entry in made)
