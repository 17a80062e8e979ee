"""``python -m benchmarks [LINE ...] [--residents N ...]``: measure, and write RESULTS.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cities import Cities
from benchmarks.lines import all_lines
from benchmarks.model import Asked, Line, Progress, Result
from benchmarks.results import write_results
from benchmarks.units import RESIDENTS
from civic.errors import CivicError

RESULTS = Path(__file__).with_name("RESULTS.md")
FEWEST, MOST_MONTHS = 500, 60
"""What ``civic simulate`` takes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lines named, or all.

    0: every target met; 1: one was missed, or a line could not be measured; 2: called wrongly.
    """
    lines = all_lines()
    chosen = _parser(lines).parse_args(arguments)
    if fault := _fault(chosen):
        _parser(lines).error(fault)
    results: dict[str, list[Result]] = {}
    missed = 0
    with _folder_of_cities(chosen.home) as folder:
        cities = Cities(folder, chosen.months)
        for line, size in _order(lines, chosen):
            result = _measured(line, size, chosen, cities, results.setdefault(line.name, []))
            if result is None:
                missed += 1
                continue
            results[line.name].append(result)
            # After every size: the next one may take an hour, or not come to its end.
            write_results(chosen.results, line, [result])
            missed += _told(line, result)
    print(f"Written to {chosen.results}")
    return min(missed, 1)


def _fault(chosen: argparse.Namespace) -> str | None:
    """What is wrong with a call, before an hour is spent on it."""
    if chosen.all and chosen.names:
        return "--all and names of lines exclude each other"
    if small := [n for n in chosen.residents or () if n < FEWEST]:
        return f"--residents {small[0]} is too few: a city has {FEWEST} at least"
    if chosen.months > MOST_MONTHS:
        return f"--months {chosen.months} is too many: {MOST_MONTHS} at most"
    if not chosen.results.absolute().parent.is_dir() or chosen.results.is_dir():
        return f"--results {chosen.results} cannot be written there"
    if chosen.home and chosen.home.exists() and not chosen.home.is_dir():
        return f"--home {chosen.home} is no folder"
    return None


def _order(lines: dict[str, Line], chosen: argparse.Namespace) -> Iterator[tuple[Line, int]]:
    """All lines of one size before the next size, so that they share its city."""
    wanted = [lines[name] for name in lines if name in (chosen.names or lines)]
    for line in wanted:
        if line.unit == "rows":
            yield from ((line, size) for size in chosen.rows or line.sizes)
        elif line.unit != "residents":
            yield line, line.sizes[0]
    for size in sorted(chosen.residents or RESIDENTS):
        yield from ((line, size) for line in wanted if line.unit == "residents")


def _measured(
    line: Line, size: int, chosen: argparse.Namespace, cities: Cities, before: list[Result]
) -> Result | None:
    """None where the line failed: it is said, and the other lines are still measured."""
    tell = _progress(f"{line.name}, {size:,} {line.unit}")
    profiles = chosen.results.absolute().parent / "profiles" if chosen.profile else None
    with tempfile.TemporaryDirectory(prefix="civic-bench-") as folder:
        asked = Asked(size, chosen.runs, Path(folder), tell, cities, tuple(before), profiles)
        try:
            return line.run(asked)
        except (RuntimeError, CivicError, OSError) as error:
            tell(f"NOT MEASURED: {error}")
            return None


def _told(line: Line, result: Result) -> int:
    """Print the figures; how many targets were missed."""
    for figure in result.figures:
        told = {True: "  met", False: "  MISSED", None: ""}[figure.met]
        at = f"{line.name}, {result.size:,} {line.unit}"
        print(f"{at}: {figure.what}: {figure.measured}{told}", flush=True)
    return sum(figure.met is False for figure in result.figures)


@contextmanager
def _folder_of_cities(named: Path | None) -> Iterator[Path]:
    """The folder named, which stays, or a temporary one."""
    if named is None:
        with tempfile.TemporaryDirectory(prefix="civic-bench-cities-") as folder:
            yield Path(folder)
        return
    named.mkdir(parents=True, exist_ok=True)
    yield named.absolute()


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
    known = _known(lines)
    parser.add_argument("names", nargs="*", metavar="LINE", type=known, help="lines (all)")
    parser.add_argument("--all", action="store_true", help="every line, as without any name")
    sizes = ", ".join(f"{size:,}" for size in RESIDENTS)
    parser.add_argument(
        "--residents", type=_count, nargs="+", metavar="N", help=f"sizes of the city ({sizes})"
    )
    parser.add_argument("--months", type=_count, metavar="M", default=6, help="of history (6)")
    parser.add_argument(
        "--rows", type=_count, nargs="+", metavar="N", help="sizes of the extract for intake"
    )
    parser.add_argument("--runs", type=_count, metavar="K", default=3, help="runs of each side (3)")
    parser.add_argument(
        "--home",
        type=Path,
        help="folder in which cities stay and are found again",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="cProfile of city, too: profiles/ beside FILE",
    )
    parser.add_argument(
        "--results", type=Path, metavar="FILE", default=RESULTS, help="what to write"
    )
    return parser


def _known(lines: dict[str, Line]) -> Callable[[str], str]:
    def known(name: str) -> str:
        if name not in lines:
            raise argparse.ArgumentTypeError(f"no line is called {name!r}: {', '.join(lines)}")
        return name

    return known


def _count(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or int(digits) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from one")
    return int(digits)


if __name__ == "__main__":
    sys.exit(main())
