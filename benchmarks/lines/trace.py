"""`civic trace`: from a figure to the first page of its source rows, in a warm process.

Cells are drawn at random, with a fixed seed. A trace is what the command does once the publication
is open: find the cell, its meaning, the first page of atoms with their rows, what was left out.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import polars as pl

from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
from benchmarks.units import RESIDENTS, mebibytes
from civic.settings import Settings

MOST_SECONDS = 0.150
TRACES = 200
WARMING = 5
LARGEST = 20
ROWS = 10
"""Fact rows on a page, as the command shows them."""


def run(asked: Asked) -> Result:
    """``TRACES`` random cells for each run, all in one process, and the cells of most rows."""
    city = asked.cities.published(asked.size, asked.tell)
    measured = measure(trace_cells, city.settings, TRACES * asked.runs)
    found: dict[str, Any] = measured.value
    times = np.array(found["random"])
    large = np.array(found["largest"])
    asked.tell(f"{len(times)} traces, p95 {np.quantile(times, 0.95):.3f} s")
    p95 = float(np.quantile(times, 0.95))
    figures = (
        Figure(
            "p95 of random cells",
            _milliseconds(p95),
            f"at most {_milliseconds(MOST_SECONDS)}",
            p95 <= MOST_SECONDS,
        ),
        Figure("p50 of random cells", _milliseconds(float(np.quantile(times, 0.5)))),
        Figure("slowest of random cells", f"{_milliseconds(times.max())} ({found['slowest']})"),
        Figure(
            f"p50 / slowest of the {len(large)} cells of most rows",
            f"{_milliseconds(float(np.quantile(large, 0.5)))} / {_milliseconds(large.max())}",
        ),
        Figure("traces measured / cells there are", f"{len(times):,} / {found['cells']:,}"),
        Figure("opening the publication, once", f"{found['opening']:.2f} s"),
        Figure("peak memory", mebibytes(measured.peak_bytes)),
    )
    return Result(asked.size, figures)


def trace_cells(settings: Settings, count: int) -> dict[str, Any]:
    """Seconds of each trace; ``slowest``: the metric and the fact rows of the slowest one."""
    from ingestion.contracts import load_contracts
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    began = time.perf_counter()
    with open_publication(settings) as opened:
        contracts = load_contracts(settings.contract_paths)
        catalog = catalog_of(opened)
        cells = opened.cells.filter(pl.col("fact_rows") > 0)
        opening = time.perf_counter() - began
        chosen = cells.sample(min(count, cells.height), seed=1, shuffle=True)
        largest = cells.sort("fact_rows", "cell_id", descending=True).head(LARGEST)

        def seconds_of(cell_id: str) -> float:
            return _traced(opened.connection, cell_id, catalog, contracts)

        for cell_id in cells.sample(min(WARMING, cells.height), seed=2)["cell_id"]:
            seconds_of(cell_id)
        times = [seconds_of(cell_id) for cell_id in chosen["cell_id"]]
        slowest = chosen[int(np.argmax(times))]
        return {
            "random": times,
            "largest": [seconds_of(cell_id) for cell_id in largest["cell_id"]],
            "slowest": f"{slowest.item(0, 'metric')}, {slowest.item(0, 'fact_rows'):,} fact rows",
            "cells": cells.height,
            "opening": opening,
        }


def _traced(connection: Any, cell_id: str, catalog: Any, contracts: Any) -> float:
    """Seconds. Raises RuntimeError where the page does not hold what it should."""
    from analytics.reports.tracing import find_cell, trace
    from publishing.serving_tables import SERVED_DROPS

    began = time.perf_counter()
    cell = find_cell(connection.table("serving.main.cells"), cell_id)
    traced = trace(
        connection, cell, catalog, page_size=ROWS, contracts=contracts, drops=SERVED_DROPS
    )
    seconds = time.perf_counter() - began
    shown = traced.atoms["fact_key"].n_unique()
    if shown != min(ROWS, cell["fact_rows"]):
        raise RuntimeError(f"The trace of {cell_id} shows {shown} fact rows.")
    return seconds


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


LINE = Line(
    name="trace",
    title=(
        "First page of `civic trace` of random cells that count something, inside a warm process "
        "with the publication open"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=4,
    run=run,
)
