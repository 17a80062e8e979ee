"""What the last verdict was the verdict of: the same is not audited twice.

Belongs here: telling whether an audit would see exactly what the last one saw. Does not belong
here: auditing. Whatever this cannot vouch for is audited again: a file that is missing, damaged
or changed, another lake, other cells, contracts, checks, code of this room or libraries.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from civic.lake import newest_snapshot
from civic.settings import Settings
from expectations.checks import Suite
from expectations.verdicts import AuditResult, Verdict
from ingestion.contracts import Contract

DATA_DOCS = "data_docs"
VERDICT = "verdict.json"
NOTE = "audited.json"
LIBRARIES = ("duckdb", "great_expectations")


def digest_of(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    suites: Sequence[Suite],
    cells: pl.DataFrame | None,
) -> str:
    """SHA-256 of all that an audit's verdict follows from, in hexadecimal."""
    digest = hashlib.sha256()
    for part in (
        settings.catalog or settings.catalog_file,
        newest_snapshot(connection),
        [version(name) for name in LIBRARIES],
        [(feed, contracts[feed]) for feed in sorted(contracts)],
        list(suites),
    ):
        digest.update(f"{part!r}\0".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    digest.update(_bytes_of(cells))
    return digest.hexdigest()


def recall(settings: Settings, digest: str) -> Verdict | None:
    """The last verdict, where it is the verdict of this and its files are as they were left."""
    folder = settings.quality
    try:
        noted = json.loads((folder / NOTE).read_text("utf-8"))
        text = (folder / VERDICT).read_bytes()
        if noted != _note(digest, text) or not (folder / DATA_DOCS / "index.html").is_file():
            return None
        return Verdict(tuple(AuditResult(**result) for result in json.loads(text)["results"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def forget(settings: Settings) -> None:
    """About to audit: until that is done, the files beside the note are not what it says."""
    (settings.quality / NOTE).unlink(missing_ok=True)


def remember(settings: Settings, digest: str, verdict: Verdict) -> None:
    """Write the verdict, and what it is the verdict of.

    Where a check could not be run (memory or disk may have been short) nothing is noted.
    """
    text = json.dumps(verdict.to_dict(), ensure_ascii=False, indent=1) + "\n"
    (settings.quality / VERDICT).write_text(text, encoding="utf-8")
    if verdict.complete:
        path = settings.quality / NOTE
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(_note(digest, text.encode()), indent=1) + "\n", "utf-8")
        unfinished.replace(path)


def _note(digest: str, verdict: bytes) -> dict[str, str]:
    return {"of": digest, "verdict_sha256": hashlib.sha256(verdict).hexdigest()}


def _bytes_of(cells: pl.DataFrame | None) -> bytes:
    """Columns, types and values; the order of the rows does not matter to any check.

    Parquet, for Arrow's own files also hold what lies behind a null.
    """
    if cells is None:
        return b""
    written = io.BytesIO()
    cells.sort(cells.columns).rechunk().write_parquet(written)
    return written.getvalue()
