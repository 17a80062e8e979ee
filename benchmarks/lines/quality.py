"""The whole quality suite, against one bare scan of the tables that it checks.

The bare scan counts what is filled in every column of every table checked, so that all of it is
read once.
"""

from __future__ import annotations

from statistics import median

from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result, ratio
from benchmarks.units import RESIDENTS, mebibytes, seconds_of, times
from civic.lake import connect, open_catalog_copy
from civic.settings import Settings
from expectations import audit
from expectations.auditing import suites
from expectations.remembering import forget
from ingestion.contracts import load_contracts
from publishing.publications import open_publication
from publishing.shelf import find_publication

MOST_TIMES = 10.0
MOST_SECONDS = 60.0


def run(asked: Asked) -> Result:
    """Both sides in turn, ``runs`` times. Raises RuntimeError where the audit does not pass."""
    city = asked.cities.published(asked.size, asked.tell)
    scans, audits = [], []
    for number in range(1, asked.runs + 1):
        scans.append(measure(bare_scan, city.settings))
        audits.append(measure(audit_everything, city.settings))
        asked.tell(
            f"run {number} of {asked.runs}: scan {scans[-1].seconds:.2f} s, "
            f"audit {audits[-1].seconds:.2f} s"
        )
    scan, suite = median(m.seconds for m in scans), median(m.seconds for m in audits)
    tables, values = scans[-1].value
    checks, failed = audits[-1].value
    figures = (
        ratio("audit over bare scan, wall clock", suite / scan, MOST_TIMES),
        Figure("audit", f"{suite:.2f} s", f"under {MOST_SECONDS:g} s", suite < MOST_SECONDS),
        Figure(
            "audit over bare scan, processor time",
            times(median(m.cpu_seconds for m in audits), median(m.cpu_seconds for m in scans)),
        ),
        Figure("audit, seconds of every run", seconds_of(m.seconds for m in audits)),
        Figure("bare scan, seconds of every run", seconds_of(m.seconds for m in scans)),
        Figure("peak memory of the audit", mebibytes(max(m.peak_bytes for m in audits))),
        Figure("expectations / tables / values scanned", f"{checks:,} / {tables:,} / {values:,}"),
        Figure("expectations that warn", f"{failed:,}"),
    )
    return Result(asked.size, figures)


def audit_everything(settings: Settings) -> tuple[int, int]:
    """(expectations, those that failed); as the whole way audits, Data Docs included."""
    with open_publication(settings) as opened:
        cells = opened.cells
    forget(settings)  # or the verdict of the last run would be read back
    verdict = audit(settings, load_contracts(settings.contract_paths), cells)
    if not verdict.passed:
        raise RuntimeError("The audit did not pass; its time says nothing.")
    return len(verdict.results), sum(not result.success for result in verdict.results)


def bare_scan(settings: Settings) -> tuple[int, int]:
    """(tables, filled values) of all tables that the audit checks; the cells are among them."""
    publication = find_publication(settings)
    contracts = load_contracts(settings.contract_paths)
    with open_catalog_copy(settings, publication.catalog_file) as connection:
        chosen = suites(contracts, connection, with_cells=False)
        tables = sorted({check.table for suite in chosen for check in suite.checks})
        values = sum(_filled(connection, table) for table in tables)
    with connect(settings, str(publication.serving_file), read_only=True) as serving:
        values += _filled(serving, "cells")
    return len(tables) + 1, values


def _filled(connection, table: str) -> int:  # type: ignore[no-untyped-def]
    found = connection.execute(f"select count(columns(*)) from {table}").fetchone()
    return sum(found)


LINE = Line(
    name="quality",
    title=(
        "Every audit on the city as it stands (Great Expectations with its Data Docs), against a "
        "bare scan that counts the filled values of every column of the tables checked"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=2,
    run=run,
)
