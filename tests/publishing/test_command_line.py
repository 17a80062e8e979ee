"""``civic publications`` says what is kept, what changed and why, in 80 columns and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from civic.cli.publications import register
from civic.errors import CivicError
from civic.settings import load_settings
from publishing import differences
from publishing.publications import publish, roll_back
from tests.publishing.test_differences import atoms_of
from tests.publishing.town import PASSED, TABLES, made_town

runner = CliRunner()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a town with two publications; rolling back is the only thing done to it."""
    town = made_town(tmp_path_factory.mktemp("home"))
    publish(town.settings, town.cells(), TABLES, PASSED, town.drops())
    town.drop("d2", [("990102001001001", "2026-01")] * 2 + [("990102001001002", "2026-02")])
    publish(town.settings, town.cells(), TABLES, PASSED, town.drops())
    return town.settings.home


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command line over that town, its second publication current."""
    monkeypatch.setenv("CIVIC_HOME", str(home))
    monkeypatch.setenv("CIVIC_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(differences, "_tracing", lambda: atoms_of)
    roll_back(load_settings(), 2)
    made = typer.Typer()
    register(made)
    return made


def told(app: typer.Typer, *arguments: str) -> str:
    answer = runner.invoke(app, arguments, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_list_shows_every_publication_and_the_current_one(app: typer.Typer) -> None:
    text = told(app, "publications", "list")
    assert "Publications" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    kept = json.loads(told(app, "publications", "list", "--json"))
    assert [(k["number"], k["current"], k["cells"]) for k in kept] == [(1, False, 2), (2, True, 3)]


def test_diff_names_the_figure_and_the_drop(app: typer.Typer) -> None:
    text = told(app, "publications", "diff", "1", "2")
    assert "d2.csv" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    answer = json.loads(told(app, "publications", "diff", "1", "2", "--json"))
    assert [(c["old_value"], c["new_value"]) for c in answer["changed"]] == [(3.0, 5.0)]
    assert [(c["drop_id"], c["rows_gained"]) for c in answer["causes"]] == [("d2", 2)]
    assert [d["drop_id"] for d in answer["drops_added"]] == ["d2"]


def test_diff_speaks_chinese(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVIC_LANG", "zh")
    assert "第 2 号与第 1 号相比" in told(app, "publications", "diff", "1", "2")
    assert "两次发布的数字完全相同" in told(app, "publications", "diff", "2", "2")


def test_rollback_switches_and_refuses_what_is_not_kept(app: typer.Typer) -> None:
    assert "Publication 1 is current" in told(app, "publications", "rollback", "1")
    kept = json.loads(told(app, "publications", "list", "--json"))
    assert [k["current"] for k in kept] == [True, False]
    with pytest.raises(CivicError, match="no publication 5"):
        runner.invoke(app, ["publications", "rollback", "5"], catch_exceptions=False)
