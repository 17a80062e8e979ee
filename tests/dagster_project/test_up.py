"""``civic up``: says what is wrong, brings everything up, and takes it all down again."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from types import SimpleNamespace

import pytest

import civic.services
from civic.errors import CivicError
from civic.services import free_port, port_is_free
from civic.settings import PROJECT_ROOT
from dagster_project import answers, diagnosis
from dagster_project.installation import Installation
from dagster_project.instance import dagster_environment, service_logs


@pytest.fixture
def nothing_loaded(monkeypatch):
    """Contracts, manifest and definitions are tried elsewhere."""
    for name in ("_contracts", "_manifest", "_definitions"):
        monkeypatch.setattr(diagnosis, name, lambda: "well")


def _broken(findings):
    return {finding.what: finding.detail for finding in findings if not finding.well}


def test_where_all_is_well_the_check_says_so(settings, nothing_loaded):
    findings = diagnosis.diagnose(settings, None)
    assert not _broken(findings)
    assert [f.what for f in findings][-3:] == ["contracts", "manifest", "definitions"]


def test_the_check_finds_a_home_that_is_no_folder(settings, nothing_loaded):
    settings.home.write_text("a file")
    assert "cannot be written" in _broken(diagnosis.diagnose(settings, None))["home"]


def test_the_check_finds_a_taken_port_and_goes_on(settings, nothing_loaded, monkeypatch):
    monkeypatch.setattr(civic.services, "port_is_free", lambda _port: False)
    findings = diagnosis.diagnose(settings, 4321)
    assert "Port 4321 is taken" in _broken(findings)["port"]
    assert findings[-1].what == "definitions"


def test_the_check_finds_a_manifest_that_cannot_be_made(settings, nothing_loaded, monkeypatch):
    def broken():
        raise CivicError("dbt: Compilation Error in model dim_place")

    monkeypatch.setattr(diagnosis, "_manifest", broken)
    assert "dim_place" in _broken(diagnosis.diagnose(settings, None))["manifest"]


def test_the_check_finds_definitions_that_do_not_load(monkeypatch):
    import dagster_project.definitions

    def broken():
        raise ImportError("no module named yesterday")

    monkeypatch.setattr(dagster_project.definitions, "defs", broken)
    with pytest.raises(CivicError, match="ImportError: no module named yesterday"):
        diagnosis._definitions()


def _answering(monkeypatch, location):
    entry = {"loadStatus": "LOADED", "locationOrLoadError": location}
    said = {"data": {"workspaceOrError": {"locationEntries": [entry]}}}
    monkeypatch.setattr(answers, "_get", lambda _port, _path, _body=None: said)


def test_it_is_ready_when_the_definitions_are_loaded(monkeypatch):
    _answering(monkeypatch, {"__typename": "RepositoryLocation"})
    answers.wait_until_ready([], 1)


def test_definitions_that_fail_to_load_are_not_waited_for(monkeypatch):
    _answering(monkeypatch, {"__typename": "PythonError", "message": "CivicError: no such field"})
    with pytest.raises(CivicError, match="no such field"):
        answers.wait_until_ready([], 1)


def test_a_service_that_ends_is_not_waited_for(monkeypatch):
    def ended():
        raise CivicError("Dagster's daemon has ended")

    monkeypatch.setattr(answers, "_get", lambda *_: None)
    with pytest.raises(CivicError, match="daemon has ended"):
        answers.wait_until_ready([SimpleNamespace(demand_alive=ended)], 1)


def test_waiting_ends(monkeypatch, settings):
    monkeypatch.setattr(answers, "_get", lambda *_: None)
    service = SimpleNamespace(demand_alive=lambda: None, log=service_logs(settings) / "web.log")
    with pytest.raises(CivicError, match="did not answer on port 4321"):
        answers.wait_until_ready([service], 4321, seconds=0.0)


def test_dagster_comes_up_answers_and_goes(installed):
    """The real thing, once: a free port, everything loaded, Ctrl-C, nothing left."""
    from dagster_project.installation import load_installation
    from dagster_project.manifest import prepare_manifest

    prepare_manifest(Installation(installed, load_installation().contracts))
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "civic", "up", "--port", str(port)],
        cwd=PROJECT_ROOT,
        env=dagster_environment(installed) | {"CIVIC_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as up:
        said = []
        for line in up.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        opened = re.search(r"http://127\.0\.0\.1:\d+", "".join(said))
        assert opened, "".join(said)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{opened.group()}/server_info", timeout=10) as answer:
            assert "dagster_version" in json.load(answer)
        up.send_signal(signal.SIGINT)
        assert "Ended." in up.stdout.read()
    assert up.returncode == 0
    assert port_is_free(port)
    assert {"code_server.log", "daemon.log", "webserver.log"} == {
        path.name for path in service_logs(installed).iterdir()
    }
