"""What is known of a drop once it was read through, and why one is refused.

Belongs here: the result. Does not belong here: how it comes about (``examining``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from ingestion.contracts import Contract, HeadingMatch
from ingestion.intake.checking import FINDING_SCHEMA
from ingestion.intake.duplicates import CONTENT_HASH, KEY_HASH
from ingestion.reading import Note, Part

OUTCOME_SCHEMA = {
    "record": pl.Int64,
    "line": pl.Int64,
    "sheet": pl.String,
    "outcome": pl.String,
    "code": pl.String,
    "detail": pl.String,
}

MOST_LISTED = 10_000
"""Rows of a list that is sent whole: a longer one is corrected where the unit keeps it."""


@dataclass(frozen=True)
class Refusal:
    """Why a drop is refused as a whole: a stable code and the reason in both languages."""

    code: str
    zh: str
    en: str


@dataclass
class Examination:
    """What is known of a drop once it was read through.

    ``contract`` is None where none fits.
    ``parts``: Parquet files of bronze columns, duplicates still among them; ``dropped``: records in
    them that are not accepted. ``findings`` are unmasked. ``corrections``: texts, by field, as the
    clerk wrote them, of the rejected records; of a snapshot all, since the next drop replaces it,
    unless it is too long to be corrected in a workbook (``is_excerpt``). ``described``: the
    findings, masked, in the clerk's words, once somebody asked (``receipts.described_findings``).
    """

    contract: Contract | None
    status: Literal["accepted", "refused"] = "accepted"
    refusal: Refusal | None = None
    format: str | None = None
    container: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    notes: list[Note] = field(default_factory=list)
    headings: list[tuple[Part, HeadingMatch]] = field(default_factory=list)
    records: int = 0
    accepted: int = 0
    rejected: int = 0
    repeated: int = 0
    left_out: int = 0
    warned: int = 0
    as_of: datetime | None = None
    parts: list[Path] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    findings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FINDING_SCHEMA))
    outcomes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OUTCOME_SCHEMA))
    corrections: pl.DataFrame = field(default_factory=pl.DataFrame)
    described: pl.DataFrame | None = None

    @property
    def is_excerpt(self) -> bool:
        """Whether the rows to correct are some of a list that only counts as a whole."""
        whole = self.contract is not None and self.contract.relation.mode == "snapshot"
        return whole and self.records > MOST_LISTED

    def accepted_frame(self) -> pl.LazyFrame:
        """The accepted rows: bronze columns, ``_record``, ``_line``, ``_sheet``."""
        rows = pl.scan_parquet(self.parts)
        if self.dropped:
            gone = pl.Series(self.dropped, dtype=pl.Int64)
            rows = rows.filter(~pl.col("_record").is_in(gone.implode()))
        return rows.drop(KEY_HASH, CONTENT_HASH, strict=False)
