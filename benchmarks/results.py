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
    """Put ``results`` into the section of ``line`` in the file at ``path``.

    Sections of other lines stay as they are, and so do sizes of this line that are not among the
    results. A run that is killed while it writes leaves the file of before.
    """
    before = path.read_text(encoding="utf-8") if path.is_file() else HEADING
    head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    title = f"## {line.name}"
    places = [i for i, other in enumerate(sections) if other.splitlines()[0] == title]
    section = _section(line, results, sections[places[0]] if places else "")
    if places:
        sections[places[0]] = section
    else:
        sections.append(section)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text("\n".join(s.strip() + "\n" for s in (head, *sections)), encoding="utf-8")
    unfinished.replace(path)


def _section(line: Line, results: Sequence[Result], before: str) -> str:
    kept = re.split(r"^(?=### )", before, flags=re.MULTILINE)[1:]
    parts = {text.splitlines()[0]: text.strip() for text in kept}
    for result in results:
        heading = f"### {result.size:,} {line.unit}"
        parts[heading] = f"{heading}\n\n{_machine()}\n\n{_table(result)}"
    ordered = sorted(parts.items(), key=lambda part: _size(part[0]))
    return "\n\n".join([f"## {line.name}\n\n{line.title}.", *(t.strip() for _, t in ordered)])


def _size(heading: str) -> int:
    """The size that a heading names; headings written by hand come last."""
    found = re.match(r"### ([\d,]+)", heading)
    return int(found[1].replace(",", "")) if found else 1 << 62


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
