"""Every accepted row behind a publication, read again from the kept originals.

Belongs here: which drops are read, and holding their rows on disk so that memory stays flat. Does
not belong here: which rows are in force.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from analytics.reports.verification.centre_deliveries import DELIVERED
from analytics.reports.verification.centre_residents import is_about_persons
from analytics.reports.verification.in_force import DROP_SCHEMA
from analytics.reports.verification.mapping import columns_needed
from analytics.reports.verification.originals import AlteredOriginal, check_original
from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake import Drop, accepted_rows, original_path, read_drops
from ingestion.intake.examining import examine
from ingestion.vault import load_keys

SCRATCH = ".verification-"
"""How folders begin that are there while a verification runs."""

Progress = Callable[[str], None]

_POLARS_TYPES: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
}


@dataclass
class SourceRows:
    """The rows of a publication's drops, by feed, and what is wrong with the originals.

    ``rows``: bronze columns that a figure can come from, with ``_record`` and what ``drops`` knows.
    ``drops``: the drops that were accepted (``DROP_SCHEMA``), also those without a row.
    ``delivered``: every accepted drop of every feed (``DELIVERED``).
    """

    rows: dict[str, pl.LazyFrame]
    drops: dict[str, pl.LazyFrame]
    delivered: pl.DataFrame
    altered: list[AlteredOriginal]


def read_source_rows(
    settings: Settings,
    contracts: Mapping[str, Contract],
    published: Iterable[Mapping[str, Any]],
    scratch: Path,
    progress: Progress,
) -> SourceRows:
    """Check every original of a publication and read it again; rows go to ``scratch`` as Parquet.

    ``published``: ``drops`` of the publication's manifest. Of feeds about residents those are read
    by which they are counted; the others are checked only. Raises CivicError where an original
    that has not changed cannot be read.
    """
    kept = {drop.drop_id: drop for drop in read_drops(settings)}
    read: dict[str, list[Path]] = {}
    drops: dict[str, list[dict[str, Any]]] = {}
    delivered: list[dict[str, Any]] = []
    altered = []
    for entry in published:
        progress(entry["file_name"])
        drop, contract = kept.get(entry["drop_id"]), contracts.get(entry["feed"])
        fault = check_original(settings, entry)
        if drop is None and fault is None:
            raise CivicError(
                f"The note of drop {entry['drop_id']} ({entry['file_name']}) is missing from raw/."
            )
        if drop and entry["status"] == "accepted":
            delivered.append(_delivered_by(drop))
        if drop and contract and _is_read(drop, contract):
            rows, trouble = _rows_of(settings, contract, drop, suspect=fault is not None)
            fault = replace(fault, unreadable=trouble) if fault else None
            if rows is not None and entry["status"] == "accepted":
                delivered[-1]["as_of"] = _said_by(drop, rows)["_as_of"]
            if rows is not None and _is_counted(contract):
                path = scratch / f"{drop.drop_id}.parquet"
                rows.write_parquet(path)
                read.setdefault(drop.feed, []).append(path)
                drops.setdefault(drop.feed, []).append(_said_by(drop, rows))
        if fault:
            altered.append(fault)
    return SourceRows(
        {feed: pl.scan_parquet(paths) for feed, paths in read.items()},
        {feed: pl.LazyFrame(said, schema=DROP_SCHEMA) for feed, said in drops.items()},
        pl.DataFrame(delivered, schema=DELIVERED),
        altered,
    )


def _is_counted(contract: Contract) -> bool:
    return not contract.personal or is_about_persons(contract)


def _is_read(drop: Drop, contract: Contract) -> bool:
    """Whether figures come from its rows, or at least the day of which it speaks."""
    return _is_counted(contract) or drop.as_of_source == "column"


def _delivered_by(drop: Drop) -> dict[str, Any]:
    said = {name: getattr(drop, name, None) for name in DELIVERED}
    return {**said, "status": "accepted"}


def _rows_of(
    settings: Settings, contract: Contract, drop: Drop, suspect: bool
) -> tuple[pl.DataFrame | None, str | None]:
    """The rows of one drop, or why there are none. A refused drop has none and says nothing."""
    if suspect:
        try:
            rows = _rows_all_the_same(settings, contract, drop)
        # Whatever a reader makes of a file that was tampered with is no fault of this program.
        except Exception as error:
            return None, f"{type(error).__name__}: {error}"
    else:
        rows = accepted_rows(settings, contract, drop)
        if "_drop_id" not in rows.columns:
            return None, None
    types = {f.bronze_name: _POLARS_TYPES[f.logical_type] for f in contract.bronze_fields}
    needed = {name: types[name] for name in columns_needed(contract)}
    technical = {"_record": pl.Int64(), **DROP_SCHEMA}
    return rows.select(pl.col(n).cast(t) for n, t in {**needed, **technical}.items()), None


def _rows_all_the_same(settings: Settings, contract: Contract, drop: Drop) -> pl.DataFrame:
    """Rows of an original that was altered, which the intake would not read: to see what differs.

    Raises CivicError where the file is refused as it is now.
    """
    path, key = original_path(settings, drop.sha256), load_keys(settings).pseudonym
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=SCRATCH) as folder:
        seen = examine(
            path, drop.file_name, contract, Path(folder), key=key, encoding=drop.encoding
        )
        if seen.refusal:
            raise CivicError(f"{seen.refusal.code}: {seen.refusal.en}")
        return (
            seen.accepted_frame()
            .with_columns(
                _drop_id=pl.lit(drop.drop_id),
                _unit=pl.lit(drop.unit),
                _as_of=pl.lit(drop.speaks_of(seen.as_of)),
                _sha256=pl.lit(drop.sha256),
            )
            .collect()
        )


def _said_by(drop: Drop, rows: pl.DataFrame) -> dict[str, Any]:
    # The date may stand in a column: then only the rows know it.
    as_of = rows["_as_of"][0] if rows.height else drop.as_of
    return {
        "_drop_id": drop.drop_id,
        "_unit": drop.unit,
        "_as_of": as_of,
        "_sha256": drop.sha256,
    }
