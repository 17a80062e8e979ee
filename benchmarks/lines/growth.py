"""Whether time and memory grow no faster than the city.

From the full runs of the sizes asked for, in one call: seconds for each record, of intake and
of the whole way, and the most memory, each against the smallest size.
"""

from __future__ import annotations

from benchmarks.model import Asked, Figure, Line, Result, ratio
from benchmarks.units import RESIDENTS, mebibytes

MOST_FOR_A_RECORD = 1.0
FLAT = 1.25
"""Memory that grows by a quarter at most is called flat."""


def run(asked: Asked) -> Result:
    """The city's full run; the figures of the size before stand beside it."""
    city = asked.cities.published(asked.size, asked.tell)
    if city.full is None:
        raise RuntimeError("The city has no full run.")
    records = city.records
    kept = {
        "whole": city.full.seconds / records,
        "intake": city.full.intake_seconds / records,
        "peak": city.full.peak_bytes,
    }
    figures = [
        Figure("whole way, a million records", f"{kept['whole'] * 1e6:,.1f} s"),
        Figure("intake alone, a million records", f"{kept['intake'] * 1e6:,.1f} s"),
        Figure("peak memory of the whole way", mebibytes(kept["peak"])),
        Figure("records / files", f"{records:,} / {city.counts.height:,}"),
    ]
    for smaller in asked.before[:1]:
        beside = f"over {smaller.size:,} residents"
        for what in ("whole", "intake"):
            name = {"whole": "whole way", "intake": "intake"}[what]
            measured = kept[what] / smaller.kept[what]
            figures.append(
                ratio(f"{name}, time for a record {beside}", measured, MOST_FOR_A_RECORD)
            )
        figures.append(ratio(f"peak memory {beside}", kept["peak"] / smaller.kept["peak"], FLAT))
    return Result(asked.size, tuple(figures), kept)


LINE = Line(
    name="growth",
    title=(
        "Time for a record and memory of the full run at each size, against the smallest size of "
        "the same call; memory counts as flat up to a quarter more"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=6,
    run=run,
)
