"""What is true about the city and stands in no drop, written beside the drops.

``counts.csv`` and ``defects.csv`` as the town's; ``deliveries.csv``: unit, feed, file, period_end,
due, delivered, state (on_time, late, missing, nothing, corrected, repeated); ``grids.csv``:
workload; ``moves.csv``; ``sign_offs.csv``: reports that stand signed; ``objections.csv``: what
came of each; ``staff.csv``: ability;
``work_items.csv``: phases told late or never;
``work_orders.csv``: every order with every unit, and when it is done, also after the last drop;
``reorganisation.csv``: grid codes then and now.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.simulator.city.files import FileTruth
from ingestion.simulator.town import Truth

COUNTS = {
    **dict.fromkeys(("unit", "feed", "file", "status", "refusal"), pl.String),
    **dict.fromkeys(
        ("records", "accepted", "rejected", "repeated", "left_out", "warned"), pl.Int64
    ),
}
DELIVERIES = {
    **dict.fromkeys(("unit", "feed", "file"), pl.String),
    **{"period_end": pl.Date, "due": pl.Date, "delivered": pl.Datetime, "state": pl.String},
}


def keep_truth(
    folder: Path,
    files: list[FileTruth],
    missing: list[dict[str, Any]],
    hidden: Mapping[str, pl.DataFrame],
) -> Truth:
    """Write everything. ``hidden``: further tables by the name of their file without ``.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(files, key=lambda f: tuple(f.counts[n] for n in ("unit", "feed", "file")))
    counts = pl.DataFrame([f.counts for f in files], schema=COUNTS)
    told = [f.delivery for f in files] + missing
    deliveries = pl.DataFrame(told, schema=DELIVERIES).sort("unit", "feed", "period_end", "file")
    defects = pl.concat([f.defects for f in files])
    tables = {"counts": counts, "deliveries": deliveries, "defects": defects, **hidden}
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    return Truth(folder, defects, counts)
