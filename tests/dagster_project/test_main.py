"""``python -m dagster_project`` runs Dagster's own commands on our instance, telemetry off."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from civic.settings import PROJECT_ROOT
from dagster_project.__main__ import main


def test_a_command_runs_in_the_project_on_our_instance(settings, monkeypatch):
    became = []
    monkeypatch.chdir(settings.home.parent)
    monkeypatch.setattr(os, "execve", lambda *what: became.append((*what, Path.cwd())))
    main(["dg", "check", "defs"])
    [(program, arguments, environment, folder)] = became
    assert Path(program).name == "dg" and arguments == ["dg", "check", "defs"]
    assert environment["DAGSTER_HOME"] == str(settings.dagster)
    assert environment["DAGSTER_DISABLE_TELEMETRY"]
    assert (settings.dagster / "dagster.yaml").is_file()
    assert folder == PROJECT_ROOT


@pytest.mark.parametrize("arguments", [[], ["no-such-command"]])
def test_a_command_that_is_not_there_is_a_wrong_call(settings, arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("civic: ")
