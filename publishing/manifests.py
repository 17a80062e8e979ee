"""What a publication says about itself, and the digests by which two are told apart.

Pure functions over frames and mappings; files are written by ``publications``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import polars as pl

DROP_COLUMNS = ("drop_id", "unit", "feed", "file_name", "sha256", "as_of", "status")


def content_of(
    cells: pl.DataFrame, tables: Mapping[str, str], drops: pl.DataFrame
) -> dict[str, Any]:
    """What makes one publication the same as another: cells, serving tables asked for, drops.

    ``digest`` is SHA-256 over the cells in order of ``cell_id``, columns in order of their names.
    """
    return {
        "digest": frame_digest(cells, "cell_id"),
        "cells": cells.height,
        "tables": {name: _sha256(sql.encode()) for name, sql in sorted(tables.items())},
        "drops": _drops(drops),
    }


def manifest_of(
    number: int,
    content: Mapping[str, Any],
    snapshot: int,
    verdict: Mapping[str, Any],
    contract_versions: Mapping[str, str],
) -> dict[str, Any]:
    """The manifest, all but the serving file's own digest, which is known only when it is shut."""
    return {
        "number": number,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lake_snapshot": snapshot,
        "software_version": metadata.version("civic-lakehouse"),
        "contract_versions": dict(contract_versions),
        "audit": verdict_summary(verdict),
        **content,
    }


def verdict_summary(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Passed or not, how many results there were, and what failed, as names."""
    results = [dict(result) for result in verdict.get("results", [])]
    failed = [result for result in results if not result["success"]]
    return {
        "passed": bool(verdict["passed"]),
        "results": len(results),
        "blocking_failures": [_name(r) for r in failed if r["severity"] == "blocking"],
        "warnings": [_name(r) for r in failed if r["severity"] != "blocking"],
    }


def frame_digest(frame: pl.DataFrame, key: str) -> str:
    """SHA-256 of a frame, whatever the order of its rows and columns."""
    ordered = frame.select(sorted(frame.columns)).sort(key)
    nested = [name for name, kind in ordered.schema.items() if kind.is_nested()]
    flat = ordered.with_columns(pl.col(nested).map_elements(repr, return_dtype=pl.String))
    return _sha256(flat.write_csv(null_value="\\N").encode())


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _drops(drops: pl.DataFrame) -> list[dict[str, Any]]:
    columns = [name for name in DROP_COLUMNS if name in drops.columns]
    shown = drops.select(columns).sort("drop_id")
    return shown.with_columns(pl.col("as_of").cast(pl.String)).to_dicts()


def _name(result: Mapping[str, Any]) -> str:
    parts = (result.get("suite"), result.get("table"), result.get("column"))
    where = ".".join(str(part) for part in parts if part)
    return f"{where}: {result.get('expectation')}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
