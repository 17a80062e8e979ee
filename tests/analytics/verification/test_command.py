"""``civic verify``: the verdict in words, as JSON, and as an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from analytics.reports import verification
from analytics.reports.verification import AlteredOriginal, ResidentCounts, Verification
from civic.cli.verify import register
from civic.errors import DataAtFaultError
from publishing import opening

SOUND = Verification(2, 2, [], [], [], [])
CELL = {"metric": "m", "place_code": "all", "period": "all", "slices": "", "how": "different"}
UNSOUND = Verification(
    2,
    1,
    [{"cell_id": "c1", **CELL, "value_published": 1.0, "value_recomputed": 2.0}],
    [],
    [],
    [AlteredOriginal("d1", "requests.csv", "aa", "bb")],
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on a publication for which the verification says what is given."""
    monkeypatch.setenv("CIVIC_LANG", "en")

    @contextmanager
    def opened(_: Any, number: int | None) -> Iterator[Any]:
        yield SimpleNamespace(
            number=number or 7, cells=pl.DataFrame(), manifest={"drops": []}, has=lambda _: False
        )

    monkeypatch.setattr(opening, "open_publication", opened)
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)

    def invoke(said: Verification, *arguments: str) -> Any:
        monkeypatch.setattr(verification, "verify", lambda *_, **__: said)
        return CliRunner().invoke(app, ["verify", *arguments])

    return invoke


def test_a_sound_publication_ends_well(run: Any) -> None:
    result = run(SOUND)
    assert result.exit_code == 0
    assert "publication 7" in result.output


def test_a_count_of_residents_that_is_another_is_data_at_fault(run: Any) -> None:
    counts = ResidentCounts(9, [{"place_code": "all", "persons": 9, "recounted": 8}])
    result = run(replace(SOUND, residents=counts))
    assert isinstance(result.exception, DataAtFaultError)
    assert "counts of residents shown" in result.output


def test_a_difference_is_data_at_fault_and_names_cell_and_file(run: Any) -> None:
    result = run(UNSOUND, "--publication", "3")
    assert isinstance(result.exception, DataAtFaultError)
    assert "Publication 3" in str(result.exception)
    assert "requests.csv" in result.output
    assert "c1" in result.output


def test_programs_get_the_same_verdict_as_json(run: Any) -> None:
    result = run(UNSOUND, "--json")
    answer = json.loads(result.stdout)
    assert (answer["publication"], answer["passed"], answer["equal"]) == (7, False, 1)
    assert answer["different"][0]["cell_id"] == "c1"
    assert answer["altered_originals"][0]["file_name"] == "requests.csv"
    assert isinstance(result.exception, DataAtFaultError)
