"""dbt runs on its own, phones nobody, and says what failed to the person who can act."""

import json
import re

import pytest
import yaml

from civic import dbt_runner
from civic.dbt_runner import dbt_command, dbt_environment, project_folder, run_dbt
from civic.errors import CivicError
from civic.settings import PROJECT_ROOT
from tests.dbt.conftest import make_settings


def test_what_fails_is_named_with_what_dbt_said(tmp_path):
    settings = make_settings(tmp_path)
    with pytest.raises(CivicError, match=r"The var \w+_feeds is missing: run dbt through civic"):
        run_dbt(settings, "parse", variables={})


def test_failing_models_and_tests_are_named(tmp_path):
    nodes, seconds = dbt_runner._read(_results(tmp_path, "pass", "error", "fail", "warn"))
    failed = [n for n in nodes if n.status in ("error", "fail")]
    error = dbt_runner._failure(failed, [], make_settings(tmp_path))
    assert seconds == 1.5
    assert "model_1: said error" in error.message
    assert "model_2: said fail" in error.message
    assert "dbt.log" in error.remedy


def test_a_lake_that_another_process_holds_is_said_plainly(tmp_path):
    log = ["IO Error: Could not set lock on file"]
    error = dbt_runner._failure([], log, make_settings(tmp_path))
    assert error.message == "Another process is writing to the lake."


def test_nothing_phones_home(tmp_path):
    environment = dbt_environment(make_settings(tmp_path))
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"
    project = yaml.safe_load((PROJECT_ROOT / "dbt" / "dbt_project.yml").read_text("utf-8"))
    assert project["flags"]["send_anonymous_usage_stats"] is False
    assert project["flags"]["version_check"] is False


def test_dbt_writes_below_the_state_folder_only(tmp_path):
    settings = make_settings(tmp_path)
    command = dbt_command(settings, "build", variables={"b": 1, "a": "中"})
    paths = [command[command.index(o) + 1] for o in ("--target-path", "--log-path")]
    assert all(path.startswith(str(tmp_path)) for path in paths)
    assert json.loads(command[command.index("--vars") + 1]) == {"a": "中", "b": 1}


def test_every_connection_of_dbt_switches_off_the_optimizer_that_is_wrong():
    text = (PROJECT_ROOT / "dbt" / "profiles.yml").read_text("utf-8")
    assert re.search(r"disabled_optimizers: common_subexpressions", text)


def test_a_run_says_what_became_of_each_node(built):
    statuses = {n.status for n in built.result.nodes}
    assert statuses <= {"success", "pass", "warn"}
    assert {"fct_event", "dim_place"} <= {n.name for n in built.result.nodes}
    assert {n.name.split("_")[0] for n in built.result.warnings} <= {"relationships"}


def test_the_project_folder_leads_to_the_project(built):
    folder = project_folder(built.settings)
    assert (folder / "models").resolve() == PROJECT_ROOT / "dbt" / "models"
    assert (folder / "target" / "manifest.json").is_file()


def _results(folder, *statuses):
    path = folder / "run_results.json"
    results = [
        {
            "unique_id": f"model.civic_lakehouse.model_{i}",
            "status": status,
            "execution_time": 0.5,
            "message": f"said {status}",
        }
        for i, status in enumerate(statuses)
    ]
    path.write_text(json.dumps({"results": results, "elapsed_time": 1.5}), "utf-8")
    return path
