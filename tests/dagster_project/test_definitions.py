"""What Dagster knows: nothing missing between a file and a workbook, nothing by accident."""

from __future__ import annotations

import dagster as dg
import yaml

from dagster_project import keys
from dagster_project.graph import SNAPSHOT, asset_graph
from dagster_project.installation import load_installation


def test_the_asset_graph_is_the_one_that_was_agreed(definitions):
    assert asset_graph(definitions) == yaml.safe_load(SNAPSHOT.read_text("utf-8")), (
        "The graph has changed. If it was meant to: python -m dagster_project.graph"
    )


def test_every_definition_can_be_loaded(definitions):
    dg.Definitions.validate_loadable(definitions)


def test_every_contract_has_a_delivery_and_a_bronze_table(definitions):
    graph = definitions.resolve_asset_graph()
    for feed, contract in load_installation().contracts.items():
        node = graph.get(keys.bronze(feed))
        assert keys.delivery(feed) in node.parent_keys
        assert node.group_name == contract.module
        assert node.metadata["contract_version"] == contract.version
        assert contract.title_zh in node.description and contract.title_en in node.description


def test_lineage_is_unbroken_from_deliveries_to_workbooks(definitions):
    """Only deliveries come from outside: every source of dbt is an asset that we make."""
    graph = definitions.resolve_asset_graph()
    contracts = load_installation().contracts
    assert set(graph.external_asset_keys) == {keys.delivery(feed) for feed in contracts}
    above = graph.upstream_key_iterator(keys.WORKBOOKS)
    assert {keys.delivery(feed) for feed in contracts} <= set(above)


def test_the_job_makes_everything(definitions):
    job = definitions.resolve_job_def(keys.WHOLE_WAY)
    graph = definitions.resolve_asset_graph()
    assert job.asset_layer.executable_asset_keys == graph.executable_asset_keys - {keys.MAINTENANCE}
    assert set(graph.asset_check_keys) == set(job.asset_layer.asset_graph.asset_check_keys)


def test_one_process_writes_to_the_lake(definitions):
    assert definitions.resolve_job_def(keys.WHOLE_WAY).executor_def.name == "in_process"


def test_tests_of_dbt_and_the_verdict_stand_between_the_models_and_the_publication(definitions):
    graph = definitions.resolve_asset_graph()
    checks = [graph.get(key) for key in graph.asset_check_keys]
    blocking = {check.key.asset_key for check in checks if check.blocking}
    assert keys.VERDICT in blocking
    assert any(key.path[0] == "marts" for key in blocking)


def test_a_feed_without_personal_data_is_not_tagged_personal(definitions):
    graph = definitions.resolve_asset_graph()
    for feed, contract in load_installation().contracts.items():
        assert ("personal" in graph.get(keys.bronze(feed)).tags) == contract.personal


def test_the_sensor_starts_by_itself_and_asks_for_the_whole_way(definitions):
    sensor = definitions.get_repository_def().get_sensor_def("drop_folder")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert [target.job_name for target in sensor.targets] == [keys.WHOLE_WAY]


def test_the_lake_is_tidied_on_a_schedule_of_its_own(definitions):
    repository = definitions.get_repository_def()
    (schedule,) = [s for s in repository.schedule_defs if s.job_name == keys.UPKEEP]
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    job = definitions.resolve_job_def(keys.UPKEEP)
    assert job.asset_layer.executable_asset_keys == {keys.MAINTENANCE}


def test_mail_goes_out_every_morning_where_somebody_is_to_be_written_to(
    definitions, installed, monkeypatch
):
    from publishing.mail import sending
    from publishing.mail.composing import Letter

    (schedule,) = [
        s for s in definitions.get_repository_def().schedule_defs if s.job_name == keys.MAIL
    ]
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    letter = Letter("leaders", ("a@b.example",), "", "", (), ("v_1",))
    became = [sending.Sent(letter)]
    monkeypatch.setattr(sending, "letters_to_send", lambda _settings: [letter])
    monkeypatch.setattr(
        sending, "send", lambda _settings, to_send, _draw: became if to_send else []
    )
    declared = installed.home / "mail.yml"
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_job_def(keys.MAIL)
        assert job.execute_in_process(instance=instance).success
        declared.write_text("checked by load_mail")
        assert job.execute_in_process(instance=instance).success
        became[:] = [sending.Sent(letter, "550 nobody of that name")]
        failed = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not failed.success
    declared.unlink()


def test_the_lake_can_be_tidied_in_dagster(definitions, installed):
    from civic.lake import open_lake

    with open_lake(installed) as lake:
        lake.execute("create schema if not exists lake.bronze")
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def(keys.UPKEEP).execute_in_process(instance=instance)
    assert done.success
    (event,) = done.get_asset_materialization_events()
    told = event.step_materialization_data.materialization.metadata
    assert told["dry_run"].value is False
