"""Source rows as they stand in bronze, for people to look at: identifiers masked.

Bronze holds pseudonyms, never identifiers. Even a pseudonym tells two rows of one person, so only
its beginning is shown, and of feeds about residents, or without a contract, no value at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from analytics.reports.coordinates import quoted
from civic.lake import LAKE
from ingestion.contracts.model import Contract

Contracts = Mapping[str, Contract]
Row = Mapping[str, Any]

WITHHELD = "···"
_SHOWN = 4


def bronze_rows(
    connection: duckdb.DuckDBPyConnection, atoms: pl.DataFrame, contracts: Contracts | None = None
) -> dict[tuple[str, int], Row]:
    """The rows that ``atoms`` name (``feed, drop_id, record``), by drop and record."""
    found: dict[tuple[str, int], Row] = {}
    for (feed,), named in atoms.unique(["feed", "drop_id", "record"]).group_by("feed"):
        contract = (contracts or {}).get(str(feed))
        wanted = ", ".join(
            f"({quoted(d)}, {int(r)})" for d, r in named.select("drop_id", "record").iter_rows()
        )
        # The first two say nothing new: by them DuckLake passes over the files of other drops, and
        # DuckDB over parts of a file.
        drops = ", ".join(quoted(d) for d in named["drop_id"].unique().sort())
        records = ", ".join(str(int(r)) for r in named["record"].unique().sort())
        rows = connection.execute(
            f'select * from {LAKE}.bronze."{feed}" where _drop_id in ({drops}) '
            f"and _record in ({records}) and (_drop_id, _record) in ({wanted})"
        ).pl()
        for row in rows.iter_rows(named=True):
            found[(row["_drop_id"], row["_record"])] = masked(row, contract)
    return found


def masked(row: Row, contract: Contract | None) -> Row:
    """The fields of a row without its bookkeeping, identifiers masked."""
    fields = {name: value for name, value in row.items() if not name.startswith("_")}
    if contract is None or contract.personal:
        return {name: None if value is None else WITHHELD for name, value in fields.items()}
    hidden = {f.bronze_name for f in contract.fields if f.protection == "pseudonym"}
    return {name: _mask(value) if name in hidden else value for name, value in fields.items()}


def _mask(value: Any) -> Any:
    return None if value is None else str(value)[:_SHOWN] + WITHHELD
