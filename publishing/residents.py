"""Residents as counts, when they are published: what was hidden in an earlier publication stays so.

Belongs here: which serving tables there are, and what the earlier publications showed. Does not
belong here: counting and hiding (``analytics.residents``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from analytics.reports import verification
from analytics.residents.counts import Before, resident_counts
from analytics.residents.declarations import PATH, Counted, load_counted
from ingestion.contracts import Contract
from publishing.opening import OpenPublication, newest_tables
from publishing.shelf import Publication

RESIDENTS, CATEGORIES, SETTINGS = "residents", "resident_categories", "resident_settings"
Make = Callable[[duckdb.DuckDBPyConnection, Sequence[Publication]], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class Residents:
    """``origin``: SHA-256 of code and declaration; ``make``: from the lake and the publications
    that are kept, oldest first, to the serving tables."""

    origin: str
    make: Make


def residents(contracts: Mapping[str, Contract]) -> Residents:
    """Counts of residents as they are declared now."""
    counted = load_counted(contracts)
    return Residents(_origin(counted), lambda lake, kept: _made(lake, counted, kept))


def shown_before(kept: Sequence[Publication]) -> Before | None:
    """What the newest of these publications showed of residents; None where none did."""
    found = newest_tables(kept, (RESIDENTS, CATEGORIES))
    return None if found is None else Before(found[RESIDENTS], found[CATEGORIES])


def shown_residents(publication: OpenPublication) -> verification.Residents | None:
    """What a publication shows of residents, to be counted again; None where it shows nothing."""
    if not publication.has(RESIDENTS):
        return None
    return verification.Residents(publication.table(RESIDENTS), publication.table(CATEGORIES))


def _made(
    lake: duckdb.DuckDBPyConnection, counted: Counted, kept: Sequence[Publication]
) -> dict[str, pl.DataFrame]:
    return resident_counts(lake, counted, shown_before(kept))


def _origin(counted: Counted) -> str:
    digest = hashlib.sha256(repr(counted).encode())
    for path in sorted(Path(PATH).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
