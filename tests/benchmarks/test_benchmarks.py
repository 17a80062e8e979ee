"""The benchmarks work; how fast anything is, is not asked here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.lines import all_lines
from benchmarks.measuring import measure
from benchmarks.model import Figure, Line, Result
from benchmarks.results import write_results

MEBIBYTE = 1 << 20


def test_intake_is_measured_on_a_small_extract_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    work, results = tmp_path / "work", tmp_path / "RESULTS.md"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))

    main(["intake", "--rows", "2000", "--runs", "1", "--results", str(results)])

    text = results.read_text(encoding="utf-8")
    assert "### 2,000 rows" in text
    assert re.search(r"intake over reference, wall clock \| [\d.]+ times \| at most 4 times", text)
    assert "| accepted / rejected / repeated | 1,980 / 20 / 0 |" in text
    assert "intake, run 1 of 1" in capfd.readouterr().err
    assert list(work.iterdir()) == []


def test_a_line_that_does_not_exist_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["no_such_line"])
    assert left.value.code == 2
    assert all(name in capsys.readouterr().err for name in all_lines())


def test_memory_is_that_of_the_measured_process() -> None:
    small, large = measure(hold, 1), measure(hold, 200 * MEBIBYTE)
    assert large.value == 200 * MEBIBYTE
    assert large.peak_bytes - small.peak_bytes > 150 * MEBIBYTE


def test_sections_of_other_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for name, figure in (("first", "1"), ("second", "2"), ("first", "3")):
        line = Line(name, f"What {name} is", (1,), lambda *_: Result(1, ()))
        write_results(path, line, [Result(1, (Figure("figure", figure),))])
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["first", "second"]
    assert re.findall(r"\| figure \| (\d) \|", text) == ["3", "2"]


def hold(size: int) -> int:
    return len(bytearray(b"x") * size)
