"""What was audited already is not audited again, and whatever differs is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from civic.lake import open_lake
from civic.settings import Settings
from expectations import Verdict, audit, auditing
from expectations.checks import Suite, no_rows
from tests.expectations.town import CONTRACTS, cells_of, lake_of

CELLS = pl.concat([cells_of(), cells_of(cell_id="c2", value=None, numerator=None)])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return lake_of(tmp_path)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    """The audits that were run, with two checks in place of all."""
    run, found = auditing.run_suites, []

    def counted(*arguments: object) -> Verdict:
        found.append(run(*arguments))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(auditing, "run_suites", counted)
    monkeypatch.setattr(auditing, "suites", lambda *_, **__: [_suite("lake.marts.dim_unit")])
    return found


def _suite(table: str) -> Suite:
    warning = no_rows(table, f"from {table}", "无", "no unit", severity="warning")
    return Suite("unit", (no_rows(table, f"from {table} where false", "有", "none"), warning))


def test_what_was_audited_already_gets_the_same_verdict_without_being_audited(
    settings: Settings, runs: list[Verdict]
) -> None:
    first = audit(settings, CONTRACTS, CELLS)
    files = {p: p.read_bytes() for p in settings.quality.rglob("*") if p.is_file()}
    assert audit(settings, CONTRACTS, CELLS.reverse()) == first
    assert runs == [first]
    assert first.passed
    assert first.warnings
    assert {p: p.read_bytes() for p in settings.quality.rglob("*") if p.is_file()} == files


def _lake(settings: Settings) -> None:
    with open_lake(settings) as lake:
        lake.execute("insert into marts.dim_unit values ('U2', '滨河街道')")


def _truncated_verdict(settings: Settings) -> None:
    path = settings.quality / "verdict.json"
    path.write_bytes(path.read_bytes()[:-40])


def _edited_verdict(settings: Settings) -> None:
    path = settings.quality / "verdict.json"
    text = path.read_text("utf-8")
    assert '"success": false' in text
    path.write_text(text.replace('"success": false', '"success": true'), "utf-8")


def _note_of(text: str) -> Callable[[Settings], None]:
    def write(settings: Settings) -> None:
        (settings.quality / "audited.json").write_text(text, "utf-8")

    return write


CHANGES: dict[str, Callable[[Settings], object]] = {
    "the lake": _lake,
    "a truncated verdict": _truncated_verdict,
    "an edited verdict": _edited_verdict,
    "no verdict": lambda s: (s.quality / "verdict.json").unlink(),
    "no note": lambda s: (s.quality / "audited.json").unlink(),
    "a damaged note": _note_of('{"of": "'),
    "an empty note": _note_of(""),
    "a note of something else": _note_of("[]"),
    "no Data Docs": lambda s: (s.quality / "data_docs" / "index.html").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_lake_or_a_file_that_changed_is_audited_again(
    change: Callable[[Settings], object], settings: Settings, runs: list[Verdict]
) -> None:
    audit(settings, CONTRACTS, CELLS)
    change(settings)
    again = audit(settings, CONTRACTS, CELLS)
    assert runs[1:] == [again]
    assert json.loads((settings.quality / "verdict.json").read_text("utf-8")) == again.to_dict()
    assert audit(settings, CONTRACTS, CELLS) == again
    assert len(runs) == 2


def test_other_cells_contracts_checks_code_or_libraries_are_audited_again(
    settings: Settings, runs: list[Verdict], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    audit(settings, CONTRACTS, CELLS)
    audit(settings, CONTRACTS)
    audit(settings, CONTRACTS, CELLS.with_columns(pl.col("value").fill_null(0.0)))
    audit(settings, CONTRACTS, CELLS.head(1))
    assert len(runs) == 4
    feed, contract = next(iter(CONTRACTS.items()))
    other = dataclasses.replace(contract, version="99.0.0")
    audit(settings, {**CONTRACTS, feed: other}, CELLS.head(1))
    assert len(runs) == 5
    monkeypatch.setattr(auditing, "suites", lambda *_, **__: [_suite("lake.marts.dim_post")])
    audit(settings, CONTRACTS, CELLS)
    assert len(runs) == 6
    monkeypatch.setattr("expectations.remembering.version", lambda _: "0.0.1")
    audit(settings, CONTRACTS, CELLS)
    assert len(runs) == 7
    (tmp_path / "remembering.py").write_text("# other code\n", "utf-8")
    monkeypatch.setattr("expectations.remembering.__file__", str(tmp_path / "remembering.py"))
    audit(settings, CONTRACTS, CELLS)
    assert len(runs) == 8
    audit(settings, CONTRACTS, CELLS)
    assert len(runs) == 8


def test_the_verdict_on_another_lake_is_not_taken_for_this_ones(
    settings: Settings, runs: list[Verdict], tmp_path: Path
) -> None:
    audit(settings, CONTRACTS, CELLS)
    other = lake_of(tmp_path / "other")
    settings.quality.rename(other.quality)
    audit(other, CONTRACTS, CELLS)
    assert len(runs) == 2


def test_a_verdict_with_a_check_that_could_not_be_run_is_not_kept(
    settings: Settings, runs: list[Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "suites", lambda *_, **__: [_suite("lake.marts.nowhere")])
    for _ in range(2):
        assert not audit(settings, CONTRACTS, CELLS).complete
    assert len(runs) == 2


def test_an_audit_that_broke_off_leaves_no_verdict_to_be_read_back(
    settings: Settings, runs: list[Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    audit(settings, CONTRACTS, CELLS)

    def broken(*_: object) -> Verdict:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(auditing, "run_suites", broken)
        with pytest.raises(OSError, match="disk full"):
            audit(settings, CONTRACTS, CELLS.head(1))
    audit(settings, CONTRACTS, CELLS)
    assert len(runs) == 2
