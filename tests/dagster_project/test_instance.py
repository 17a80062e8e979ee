"""The instance: one run at a time, and nothing is sent anywhere."""

from __future__ import annotations

import threading

import dagster as dg
import pytest
import yaml

from civic.errors import CivicError
from dagster_project.instance import dagster_environment, prepare_instance, service_logs


@pytest.fixture
def instance(settings):
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as opened:
        yield opened


def test_dagster_itself_finds_its_telemetry_off(instance):
    assert instance.telemetry_enabled is False
    assert instance.nux_enabled is False


def test_the_command_line_dg_finds_telemetry_off(settings, monkeypatch):
    from dagster_shared.telemetry import get_telemetry_enabled_from_dagster_yaml

    monkeypatch.setenv("DAGSTER_HOME", str(prepare_instance(settings)))
    assert get_telemetry_enabled_from_dagster_yaml() is False


def test_nothing_that_lies_in_the_instance_is_sent(settings, monkeypatch):
    """Dagster's upload does not ask whether telemetry is on; the environment stops it."""
    import requests
    from dagster._core.telemetry_upload import upload_logs

    sent = []
    monkeypatch.setattr(requests, "post", lambda *args, **_: sent.append(args))
    for name, value in dagster_environment(settings).items():
        monkeypatch.setenv(name, value)
    kept = prepare_instance(settings) / "logs" / "event.log"
    kept.parent.mkdir()
    kept.write_text("a line")
    upload_logs(threading.Event(), raise_errors=True)
    assert not sent and kept.is_file()


def test_our_own_logs_do_not_lie_where_dagster_sends_from(settings):
    assert service_logs(settings).parent == settings.dagster
    assert service_logs(settings).name not in ("logs", ".logs_queue")


def test_runs_queue_up_one_behind_the_other(instance):
    assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1


def test_freshness_is_evaluated(instance):
    assert instance.freshness_enabled


def test_a_changed_configuration_is_put_right_and_a_right_one_not_touched(settings):
    path = prepare_instance(settings) / "dagster.yaml"
    path.write_text("telemetry: {enabled: true}\n")
    prepare_instance(settings)
    assert yaml.safe_load(path.read_text("utf-8"))["telemetry"] == {"enabled": False}
    before = path.stat().st_mtime_ns
    prepare_instance(settings)
    assert path.stat().st_mtime_ns == before


def test_a_home_that_cannot_be_written_says_what_to_do(settings):
    settings.home.write_text("a file where the folder should be")
    with pytest.raises(CivicError, match="cannot be written") as raised:
        prepare_instance(settings)
    assert "CIVIC_HOME" in raised.value.remedy
