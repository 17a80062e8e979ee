"""The benchmarks work; how fast anything is, is not asked here."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.lines import all_lines
from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
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
    said = capsys.readouterr().err
    assert all(name in said for name in all_lines())


def test_memory_is_that_of_the_measured_process() -> None:
    small, large = measure(hold, 1), measure(hold, 200 * MEBIBYTE)
    assert large.value == 200 * MEBIBYTE
    assert large.peak_bytes - small.peak_bytes > 150 * MEBIBYTE


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="seen through /proc only")
def test_memory_of_a_process_that_was_started_counts_too() -> None:
    measured = measure(hold_in_another, 200 * MEBIBYTE)
    assert measured.peak_bytes > 200 * MEBIBYTE
    [(command, seconds)] = measured.children.items()
    assert "bytearray" in command
    assert seconds > 0


def test_sections_of_other_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for name, figure in (("first", "1"), ("second", "2"), ("first", "3")):
        write_results(path, line(name), [Result(1, (Figure("figure", figure),))])
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["first", "second"]
    assert re.findall(r"\| figure \| (\d) \|", text) == ["3", "2"]


def test_sizes_that_were_not_run_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    for size, figure in ((5_000, "1"), (700, "2"), (5_000, "3")):
        write_results(path, line("first"), [Result(size, (Figure("figure", figure),))])
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^### ([\d,]+) residents$", text, re.MULTILINE) == ["700", "5,000"]
    assert re.findall(r"\| figure \| (\d) \|", text) == ["2", "3"]


def test_words_written_by_hand_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    write_results(path, line("first"), [Result(1, ())])
    with path.open("a", encoding="utf-8") as file:
        file.write("\n## how to read it\n\nWith care.\n")
    write_results(path, line("first"), [Result(2, ())])
    assert path.read_text(encoding="utf-8").endswith("## how to read it\n\nWith care.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["city", "--residents", "10"], "too few"),
        (["city", "--residents", "many"], "no number"),
        (["city", "--months", "100"], "too many"),
        (["city", "--all"], "exclude"),
        (["city", "--results", "/no/such/folder/RESULTS.md"], "cannot be written"),
        (["city", "--home", __file__], "no folder"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_measured(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_a_line_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(asked: Asked) -> Result:
        raise RuntimeError("no luck")

    lines = {"bad": replace(line("bad"), run=fails), "good": line("good")}
    monkeypatch.setattr("benchmarks.__main__.all_lines", lambda: lines)
    results = tmp_path / "RESULTS.md"
    assert main(["--residents", "500", "--results", str(results)]) == 1
    assert "NOT MEASURED: no luck" in capsys.readouterr().err
    assert re.findall(r"^## (\w+)$", results.read_text(encoding="utf-8"), re.MULTILINE) == ["good"]


def line(name: str) -> Line:
    return Line(name, f"What {name} is", "residents", (1,), 1, lambda asked: Result(asked.size, ()))


def hold_in_another(size: int) -> None:
    program = f"import time; held = bytearray(b'x') * {size}; time.sleep(1)"
    subprocess.run([sys.executable, "-c", program], check=True)


def hold(size: int) -> int:
    return len(bytearray(b"x") * size)
