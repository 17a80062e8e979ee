"""Write bronze the way intake leaves it, a few rows at a time, by plain SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from ingestion.contracts.model import Contract


@dataclass(frozen=True)
class Drop:
    """A drop as the tests think of it; ``sha256`` is made of the rows where none is given."""

    unit: str
    feed: str
    as_of: str
    rows: Sequence[Mapping[str, Any]]
    sha256: str = ""
    status: str = "accepted"
    received_at: str = "2026-01-01 00:00:00"

    @property
    def digest(self) -> str:
        return self.sha256 or hashlib.sha256(repr(list(self.rows)).encode()).hexdigest()

    @property
    def drop_id(self) -> str:
        text = f"{self.unit}\n{self.feed}\n{self.digest}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], drop: Drop
) -> None:
    """Book the drop and put its rows into ``bronze.<feed>``; a refused drop brings no rows."""
    connection.execute(
        "insert into lake.bronze.drops (drop_id, unit, feed, module, file_name, sha256, "
        "received_at, as_of, as_of_source, status, accepted) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, 'file_name', ?, ?)",
        [
            drop.drop_id,
            drop.unit,
            drop.feed,
            contracts[drop.feed].module,
            f"{drop.feed}.csv",
            drop.digest,
            drop.received_at,
            drop.as_of,
            drop.status,
            len(drop.rows),
        ],
    )
    rows = [
        {**row, "_drop_id": drop.drop_id, "_record": number, "_line": number + 1}
        for number, row in enumerate(drop.rows, 1)
    ]
    if rows:
        frame = pl.DataFrame(rows, infer_schema_length=None)
        names = ", ".join(f'"{name}"' for name in frame.columns)
        connection.register("written", frame)
        connection.execute(
            f'insert into lake.bronze."{drop.feed}" ({names}) select {names} from written'
        )
        connection.unregister("written")
