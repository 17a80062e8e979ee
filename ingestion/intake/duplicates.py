"""Rows of one drop that bring the same key twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ingestion.contracts import Contract

KEY_HASH = "_key_hash"
CONTENT_HASH = "_content_hash"


def with_hashes(contract: Contract, typed: pl.DataFrame) -> pl.DataFrame:
    """Add 64-bit hashes of the key (null where it is wholly empty) and of the content."""
    keys = [f.name for f in contract.key]
    if not keys:
        return typed
    given = pl.any_horizontal(pl.col(k).is_not_null() for k in keys)
    key = pl.when(given).then(pl.struct(keys).hash())
    content = pl.struct([f.name for f in contract.fields]).hash()
    return typed.with_columns(key.alias(KEY_HASH), content.alias(CONTENT_HASH))


def find_duplicates(contract: Contract, parts: Sequence[Path]) -> pl.DataFrame:
    """Every row whose key stood in an earlier row of the drop.

    Columns ``_record, _line, _sheet, other_line, same`` (whether the whole content is the same).
    Hashes only choose the candidates; the keys themselves decide.
    """
    schema = {
        "_record": pl.Int64,
        "_line": pl.Int64,
        "_sheet": pl.String,
        "other_line": pl.Int64,
        "same": pl.Boolean,
    }
    if not contract.key or not parts:
        return pl.DataFrame(schema=schema)
    rows = pl.scan_parquet(list(parts))
    twice = rows.filter(pl.col(KEY_HASH).is_not_null() & pl.col(KEY_HASH).is_duplicated())
    columns = [f.bronze_name for f in contract.key if f.bronze_name]
    candidates = twice.select("_record", "_line", "_sheet", CONTENT_HASH, *columns).collect()
    ordered = candidates.sort("_record")
    first = ordered.with_columns(
        pl.col("_record").first().over(columns).alias("first"),
        pl.col("_line").first().over(columns).alias("other_line"),
        (pl.col(CONTENT_HASH) == pl.col(CONTENT_HASH).first().over(columns)).alias("same"),
    )
    return first.filter(pl.col("_record") != pl.col("first")).select(*schema)
