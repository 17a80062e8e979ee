"""``civic exchange`` says what goes out, in 80 columns and as JSON, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from civic.cli.exchange import register
from civic.errors import CivicError

runner = CliRunner()


@pytest.fixture
def app(fresh, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("CIVIC_HOME", str(fresh.home))
    monkeypatch.setenv("CIVIC_DATA_PATH", fresh.data_path)
    monkeypatch.setenv("CIVIC_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    made = typer.Typer()
    register(made)
    return made


def told(app: typer.Typer, *arguments: str) -> str:
    answer = runner.invoke(app, arguments, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("command", ["base-list", "province"])
def test_it_fits_into_80_columns_in_both_languages(app, monkeypatch, language, command) -> None:
    monkeypatch.setenv("CIVIC_LANG", language)
    text = told(app, "exchange", command, "--dry-run")
    table = [line for line in text.splitlines() if "outbox" not in line]
    assert max(cell_len(line) for line in table) <= 80
    assert ("试运行" if language == "zh" else "Dry run") in text


def test_a_dry_run_writes_nothing_and_counts_as_the_run_does(app, fresh) -> None:
    planned = json.loads(told(app, "exchange", "base-list", "--dry-run", "--json"))
    assert planned["dry_run"] and not fresh.outbox.exists()
    made = json.loads(told(app, "exchange", "base-list", "--json"))
    assert [o["sha256"] for o in made["lists"]] == [o["sha256"] for o in planned["lists"]]
    assert all(Path(one["path"]).is_file() for one in made["lists"])


def test_the_extract_as_json_names_its_folder_and_what_stays(app, tmp_path) -> None:
    out = tmp_path / "stick"
    made = json.loads(told(app, "exchange", "province", "--out", str(out), "--json"))
    assert made["state"] == "written" and Path(made["folder"]) == out / "v_2"
    assert "resident" in {f["feed"] for f in made["manifest"]["feeds_left_out"]}


def test_a_unit_that_nobody_knows_of_is_named(app) -> None:
    assert "no unit has delivered it" in told(app, "exchange", "base-list", "--dry-run")


def test_an_unknown_publication_and_an_empty_home_are_refused(app, tmp_path, monkeypatch) -> None:
    for command in ("base-list", "province"):
        with pytest.raises(CivicError, match="no publication 9"):
            runner.invoke(app, ["exchange", command, "--publication", "9"], catch_exceptions=False)
    monkeypatch.setenv("CIVIC_HOME", str(tmp_path / "empty"))
    for command in ("base-list", "province"):
        with pytest.raises(CivicError, match="Nothing has been published"):
            runner.invoke(app, ["exchange", command], catch_exceptions=False)
