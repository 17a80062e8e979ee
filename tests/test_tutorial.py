"""The tutorial is done as it is written: its files are made, its commands run, its answers seen."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from civic.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "tutorial-new-feed.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "@@@"


@dataclass(frozen=True)
class Step:
    """Commands of the page, and the lines that the page promises of their answer."""

    commands: str
    promised: tuple[str, ...]


def squeezed(text: str) -> str:
    """The words alone: widths and the lines of tables depend on the terminal."""
    return " ".join(re.sub("[┃│]", " ", text).split())


def read_page() -> tuple[dict[str, str], list[Step]]:
    files, steps = {}, []
    for kind, name, content in BLOCK.findall(PAGE.read_text("utf-8")):
        if name:
            files[name] = content
        elif kind == "sh":
            steps.append(Step(content, ()))
        elif kind == "text":
            lines = tuple(squeezed(line) for line in content.splitlines() if line.strip())
            steps[-1] = Step(steps[-1].commands, lines)
    return files, steps


def script(steps: list[Step]) -> str:
    """All commands in one shell, as a reader types them; exit codes do not stop her."""
    parts = ['civic() { "$CIVIC_PYTHON" -m civic "$@"; }']
    for step in steps:
        parts += [f"echo {MARK}", step.commands]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("tutorial")
    files, steps = read_page()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CIVIC_")} | {
        "CIVIC_PYTHON": sys.executable,
        "CIVIC_SETTLE_SECONDS": "0",
        "COLUMNS": "100",
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUTF8": "1",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    done = subprocess.run(
        ["bash", "-c", script(steps)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    return [squeezed(answer) for answer in done.stdout.split(MARK)[1:]]


def test_every_command_of_the_tutorial_answers_as_the_page_says(answers):
    steps = read_page()[1]
    assert len(answers) == len(steps) >= 8
    missing = [
        line
        for step, answer in zip(steps, answers, strict=True)
        for line in step.promised
        if line not in answer
    ]
    assert missing == []


def test_the_page_promises_something_of_every_command_that_answers():
    for step in read_page()[1]:
        if "civic " in step.commands:
            assert step.promised, step.commands
