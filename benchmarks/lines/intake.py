"""Intake of a full resident extract to bronze, against Polars merely copying it to Parquet.

Intake: GB18030 to bronze with every check, pseudonyms, vault, rejects, receipt and the kept
original. Reference: ``polars.scan_csv(...).sink_parquet(...)`` of the same extract in UTF-8.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.measuring import Measured, measure
from benchmarks.model import Asked, Figure, Line, Result, ratio
from benchmarks.resident_extract import write_extract
from civic.lake import open_lake
from civic.settings import load_settings
from ingestion.contracts import load_contracts
from ingestion.intake import collect, take_in

MOST_TIMES = 4.0
MOST_BYTES = 4 << 30
MEBIBYTE = 1 << 20


def run(asked: Asked) -> Result:
    """Both sides in turn, ``runs`` times; the middle one of each counts.

    Raises RuntimeError where intake lost or doubled a record.
    """
    rows, runs, folder, progress = asked.size, asked.runs, asked.folder, asked.tell
    plain = folder / "residents.csv"
    drop = folder / "drops" / "police" / "resident" / "residents_20260301.csv"
    drop.parent.mkdir(parents=True)
    progress(f"writing an extract of {rows:,} rows")
    write_extract(rows, plain, drop)
    size = drop.stat().st_size
    references: list[Measured] = []
    intakes: list[Measured] = []
    for number in range(1, runs + 1):
        references.append(measure(copy_to_parquet, plain, folder / "residents.parquet"))
        progress(f"reference, run {number} of {runs}: {references[-1].seconds:.2f} s")
        home = folder / "home"
        intakes.append(measure(intake, home, drop))
        progress(f"intake, run {number} of {runs}: {intakes[-1].seconds:.2f} s")
        shutil.rmtree(home)
        _demand_conserved(rows, intakes[-1].value)
    return Result(rows, _figures(size, references, intakes))


def copy_to_parquet(source: Path, target: Path) -> None:
    """The reference: every field as text, nothing looked at."""
    pl.scan_csv(source, infer_schema=False).sink_parquet(target)


def intake(home: Path, drop: Path) -> dict[str, int]:
    """One drop on its way from the folder to bronze, in an empty home; counts of its records."""
    os.environ["CIVIC_HOME"] = str(home)
    settings = replace(load_settings(), settle_seconds=0)
    contracts = load_contracts(settings.contract_paths)
    collect(settings, contracts, [drop])
    [receipt] = take_in(settings, contracts)
    with open_lake(settings) as lake:
        found = lake.execute("select count(*) from bronze.resident").fetchone()
    names = ("records", "accepted", "rejected", "repeated")
    return {"bronze": found[0] if found else 0} | {name: getattr(receipt, name) for name in names}


def _demand_conserved(rows: int, counts: dict[str, int]) -> None:
    answered = counts["accepted"] + counts["rejected"] + counts["repeated"]
    if not rows == counts["records"] == answered or counts["bronze"] != counts["accepted"]:
        raise RuntimeError(f"Intake did not conserve {rows:,} records: {counts}.")


def _figures(size: int, references: list[Measured], intakes: list[Measured]) -> tuple[Figure, ...]:
    seconds = median(m.seconds for m in intakes) / median(m.seconds for m in references)
    peak = max(m.peak_bytes for m in intakes)
    counts = intakes[-1].value
    return (
        ratio("intake over reference, wall clock", seconds, MOST_TIMES),
        Figure(
            "peak memory of intake",
            f"{peak / MEBIBYTE:,.0f} MiB",
            f"at most {MOST_BYTES / MEBIBYTE:,.0f} MiB",
            peak <= MOST_BYTES,
        ),
        Figure("intake over reference, processor time", _cpu_ratio(references, intakes)),
        Figure("intake, seconds of every run", _seconds(intakes)),
        Figure("reference, seconds of every run", _seconds(references)),
        Figure(
            "peak memory of the reference",
            f"{max(m.peak_bytes for m in references) / MEBIBYTE:,.0f} MiB",
        ),
        Figure("size of the extract in GB18030", f"{size / MEBIBYTE:,.0f} MiB"),
        Figure("accepted / rejected / repeated", _counts(counts)),
    )


def _cpu_ratio(references: list[Measured], intakes: list[Measured]) -> str:
    """In times; the clock ticks in hundredths, and a reference of few rows may take none."""
    below = median(m.cpu_seconds for m in references)
    return f"{median(m.cpu_seconds for m in intakes) / below:.2f} times" if below else "too short"


def _seconds(side: list[Measured]) -> str:
    return ", ".join(f"{m.seconds:.2f}" for m in side)


def _counts(counts: dict[str, int]) -> str:
    return " / ".join(f"{counts[name]:,}" for name in ("accepted", "rejected", "repeated"))


LINE = Line(
    name="intake",
    title=(
        "Intake of a full resident extract (GB18030) to bronze, with every check, pseudonyms, "
        "vault, rejects and receipt, against "
        "`polars.scan_csv(…, infer_schema=False).sink_parquet(…)` of the same extract in UTF-8"
    ),
    unit="rows",
    sizes=(500_000, 5_081_167),
    turn=0,
    run=run,
)
