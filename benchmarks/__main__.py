"""``python -m benchmarks [NAME ...] [--rows N ...]``: measure, and write RESULTS.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.lines import all_lines
from benchmarks.model import Line, Progress, Result
from benchmarks.results import write_results

RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lines named, or all. 0: every target met; 1: one was missed; 2: called wrongly."""
    lines = all_lines()
    chosen = _parser(lines).parse_args(arguments)
    missed = 0
    for name in chosen.names or lines:
        results: list[Result] = []
        for rows in chosen.rows or lines[name].rows:
            results.append(_measured(lines[name], rows, chosen.runs))
            # After every size: the next one may take an hour, or not come to its end.
            write_results(chosen.results, lines[name], results)
            missed += _told(name, results[-1])
    print(f"Written to {chosen.results}")
    return min(missed, 1)


def _measured(line: Line, rows: int, runs: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="civic-bench-") as folder:
        return line.run(rows, runs, Path(folder), _progress(f"{line.name}, {rows:,} rows"))


def _told(name: str, result: Result) -> int:
    """Print the figures; how many targets were missed."""
    for figure in result.figures:
        told = {True: "  met", False: "  MISSED", None: ""}[figure.met]
        print(f"{name}, {result.rows:,} rows: {figure.what}: {figure.measured}{told}", flush=True)
    return sum(figure.met is False for figure in result.figures)


def _progress(what: str) -> Progress:
    began = time.perf_counter()

    def tell(step: str) -> None:
        print(f"[{time.perf_counter() - began:6.1f} s] {what}: {step}", file=sys.stderr, flush=True)

    return tell


def _parser(lines: dict[str, Line]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure lines of docs/targets.md and write the figures to RESULTS.md.",
        epilog="Lines: " + "; ".join(f"{line.name}: {line.title}" for line in lines.values()),
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=_known(lines), help="lines to measure (all)"
    )
    parser.add_argument(
        "--rows", type=_count, nargs="+", metavar="N", help="sizes in place of the line's own"
    )
    parser.add_argument("--runs", type=_count, default=3, help="times each side runs (3)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    return parser


def _known(lines: dict[str, Line]) -> Callable[[str], str]:
    def known(name: str) -> str:
        if name not in lines:
            raise argparse.ArgumentTypeError(f"no line is called {name!r}: {', '.join(lines)}")
        return name

    return known


def _count(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than one")
    return number


if __name__ == "__main__":
    sys.exit(main())
