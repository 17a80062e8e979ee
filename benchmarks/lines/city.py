"""Drop to publication, against one script that makes the same cells of the same bronze.

The whole way: collect, intake, models, cells, audits, publication, workbooks, as `civic run`. The
reference (`benchmarks/reference/*.sql`) starts at bronze: no intake, no lineage, no checks, no
publication, no workbooks, and no residents, since no published figure counts them.
"""

from __future__ import annotations

from statistics import median

import polars as pl

from benchmarks.cities import City, Way, go_full_way, go_whole_way, twin
from benchmarks.measuring import Measured, measure
from benchmarks.model import Asked, Figure, Line, Result, ratio
from benchmarks.reference import cells_by_reference, demand_same_cells
from benchmarks.units import RESIDENTS, mebibytes, named_seconds, seconds_of, times
from publishing.shelf import find_publication

MOST_TIMES = 3.0
MOST_BYTES = 8 << 30
SLOWEST = 5


def run(asked: Asked) -> Result:
    """The whole way, then the reference, ``runs`` times each; the middle one of each counts.

    Raises RuntimeError where a cell of the two differs.
    """
    city = asked.cities.at(asked.size, asked.tell)
    ways = [go_full_way(city, asked.tell) for _ in range(asked.runs)]
    references, cells = [], 0
    for number in range(1, asked.runs + 1):
        path = asked.folder / "cells.parquet"
        catalog = find_publication(city.settings).catalog_file
        references.append(measure(cells_by_reference, city.settings, catalog, path))
        asked.tell(f"reference, run {number} of {asked.runs}: {references[-1].seconds:.2f} s")
        cells = demand_same_cells(city.settings, pl.read_parquet(path))
        asked.tell(f"{cells:,} cells are the same")
    if asked.profiles:
        profile(city, asked)
    return Result(asked.size, _figures(city, ways, references, cells))


def profile(city: City, asked: Asked) -> None:
    """The whole way once more, under cProfile."""
    assert asked.profiles is not None
    path = asked.profiles / f"city-{asked.size}.txt"
    with twin(city, "profiled") as again:
        go_whole_way(again, asked.tell, path)
    asked.tell(f"profile in {path}")


def _figures(
    city: City, ways: list[Way], references: list[Measured], cells: int
) -> tuple[Figure, ...]:
    way = median(w.seconds for w in ways)
    reference = median(m.seconds for m in references)
    from_bronze = median(w.steps["models"] + w.steps["cells"] for w in ways)
    peak = max(w.peak_bytes for w in ways)
    cpu = median(w.cpu_seconds for w in ways)
    disk = city.disk()
    return (
        ratio("drop to publication over reference, wall clock", way / reference, MOST_TIMES),
        Figure(
            "peak memory of the way and all that it starts",
            mebibytes(peak),
            f"at most {mebibytes(MOST_BYTES)}",
            peak <= MOST_BYTES,
        ),
        Figure("models and cells alone over reference", times(from_bronze, reference)),
        Figure(
            "drop to publication over reference, processor time",
            times(cpu, median(m.cpu_seconds for m in references)),
        ),
        Figure("the way, seconds of every run", seconds_of(w.seconds for w in ways)),
        Figure("the way, processor seconds of every run", seconds_of(w.cpu_seconds for w in ways)),
        Figure("seconds of each step, last run", named_seconds(ways[-1].steps)),
        Figure(
            "slowest models and tests, seconds, last run",
            named_seconds(ways[-1].slowest_models, SLOWEST),
        ),
        Figure("reference, seconds of every run", seconds_of(m.seconds for m in references)),
        Figure("peak memory of the reference", mebibytes(max(m.peak_bytes for m in references))),
        Figure("cells, the same on both sides", f"{cells:,}"),
        Figure(
            "files / records / months",
            f"{city.counts.height:,} / {city.records:,} / {city.months}",
        ),
        Figure(
            "disk used",
            f"{mebibytes(sum(disk.values()))}: "
            + ", ".join(f"{name} {mebibytes(size)}" for name, size in disk.items()),
        ),
    )


LINE = Line(
    name="city",
    title=(
        "Drop to publication of a made-up city (collect, intake, models, cells, audits, "
        "publication, workbooks), against one hand-written DuckDB script "
        "(`benchmarks/reference/`) that makes the same cells from the same bronze, without intake, "
        "lineage, checks, publication or workbooks; every cell is compared"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=1,
    run=run,
)
