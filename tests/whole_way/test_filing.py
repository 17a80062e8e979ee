"""Workbooks to file: one for each place that signs a report of the period."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from civic.cli import app
from civic.errors import CivicError
from civic.settings import Settings
from publishing.publications import open_publication

PERIOD = "2026-08"


@pytest.fixture
def file(published_city: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """``civic report file`` on the city, into a folder of its own; the files that it wrote."""
    monkeypatch.setenv("CIVIC_HOME", str(published_city.home))
    monkeypatch.setenv("CIVIC_LANG", "en")

    def run(*arguments: str) -> list[Path]:
        command = ["report", "file", "--out", str(tmp_path), "--json", *arguments]
        answer = CliRunner().invoke(app, command, catch_exceptions=False)
        assert answer.exit_code == 0
        return [Path(name) for name in json.loads(answer.output)]

    return run


def test_each_place_that_signs_has_its_workbook_with_who_signed_it(published_city, file):
    with open_publication(published_city) as opened:
        signed = opened.table("sign_offs").filter(
            report="handling", period=PERIOD, state="approved"
        )
        cells = opened.shown_cells.filter(
            report="handling", metric="events_received", period=PERIOD, slices=""
        )
        received = dict(cells.select("place_code", "value").iter_rows())
    by_place = {row["place_code"]: row for row in signed.to_dicts()}
    written = file("--period", PERIOD, "--report", "handling", "--lang", "zh")
    codes = [path.parent.name.split()[0] for path in written]
    assert set(by_place) <= set(codes)
    assert len(set(codes)) == len(codes) > 3
    for code, path in zip(codes, written, strict=True):
        texts = [cell for row in sheet_of(path) for cell in row if cell is not None]
        assert received[code] in texts
        foot = next((t for t in texts if str(t).startswith("审签：")), "")
        assert (by_place[code]["unit_name"] in foot) if code in by_place else foot == ""


def sheet_of(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))


def test_levels_may_be_asked_for_and_both_languages_are_written(file):
    written = file("--period", PERIOD, "--report", "events", "--level", "district")
    assert {path.name for path in written} == {"events.zh.xlsx", "events.en.xlsx"}
    assert len(written) == 4


def test_a_period_without_figures_and_a_level_that_is_none_are_refused(file):
    with pytest.raises(CivicError, match="has figures of 2031-01"):
        file("--period", "2031-01", "--report", "events")
    with pytest.raises(CivicError, match="no level"):
        file("--period", PERIOD, "--level", "galaxy")
