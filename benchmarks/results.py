"""RESULTS.md: a section for each line; sections of lines that were not run stay as they are.

Belongs here: how results are written down. Does not belong here: how they come about.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.model import Figure, Line, Result

HEADING = """# Results

Written by `make bench` (`python -m benchmarks`). Ratios are of two sides of one run on one machine;
absolute seconds are for information.
"""
LIBRARIES = ("polars", "duckdb", "pyarrow", "duckdb-extension-ducklake")
GIBIBYTE = 1 << 30


def write_results(path: Path, line: Line, results: Sequence[Result]) -> None:
    """Put the section of ``line`` into the file at ``path``, in place of the one it had."""
    before = path.read_text(encoding="utf-8") if path.is_file() else HEADING
    head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    section = _section(line, results)
    title = section.splitlines()[0]
    places = [i for i, other in enumerate(sections) if other.splitlines()[0] == title]
    if places:
        sections[places[0]] = section
    else:
        sections.append(section)
    path.write_text("\n".join(s.strip() + "\n" for s in (head, *sections)), encoding="utf-8")


def _section(line: Line, results: Sequence[Result]) -> str:
    tables = "\n".join(f"### {result.rows:,} rows\n\n{_table(result)}" for result in results)
    return f"## {line.name}\n\n{line.title}.\n\n{_machine()}\n\n{tables}"


def _table(result: Result) -> str:
    rows = [f"| {f.what} | {f.measured} | {f.target} | {_met(f)} |" for f in result.figures]
    return "\n".join(
        ("| figure | measured | target | met |", "| --- | --- | --- | --- |", *rows, "")
    )


def _met(figure: Figure) -> str:
    return {True: "yes", False: "**no**", None: ""}[figure.met]


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIBIBYTE
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, load {os.getloadavg()[2]:.1f} over the last "
        f"quarter of an hour, Python {platform.python_version()}, {libraries}."
    )
