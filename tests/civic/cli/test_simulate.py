"""``civic simulate`` says what it wrote."""

import json

import typer
from typer.testing import CliRunner

from civic.cli.console import console
from civic.cli.simulate import register

APP = typer.Typer()
APP.callback()(lambda: None)
register(APP)


def test_it_writes_drops_and_answers_in_json(tmp_path):
    out = tmp_path / "drops"
    asked = ["simulate", "--out", str(out), "--residents", "600", "--months", "1", "--json"]
    result = CliRunner().invoke(APP, asked)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["drops"] == str(out)
    assert all((out / f["unit"] / f["feed"] / f["file"]).is_file() for f in answer["files"])


def test_it_names_every_feed_at_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setattr(console, "_width", 200)
    asked = ["simulate", "--out", str(tmp_path / "d"), "--residents", "600", "--months", "1"]
    result = CliRunner().invoke(APP, asked, env={"CIVIC_LANG": "en"})
    assert result.exit_code == 0, result.output
    assert "service_request" in result.stdout
    assert "What is wrong in them" in result.stdout
