"""Write what the lake keeps of a drop: its rows, what became of the others, and its own line.

Belongs here: the inserts, within a transaction that somebody else began. Does not belong here: what
is written together, and what the unit is answered (``taking_in``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import polars as pl

from ingestion.contracts import Contract
from ingestion.contracts.bronze_schema import BOOKKEEPING
from ingestion.intake.examination import Examination
from ingestion.intake.originals import Drop
from ingestion.intake.receipts import Receipt, described_findings


@dataclass
class Books:
    """What became of single records of some drops, to be written at once: an insert takes longer
    than the few lines of a small drop."""

    outcomes: list[pl.DataFrame] = field(default_factory=list)
    findings: list[pl.DataFrame] = field(default_factory=list)

    def enter(self, contract: Contract, seen: Examination, drop: Drop) -> None:
        """Note what became of the drop's records."""
        own = {"drop_id": pl.lit(drop.drop_id), "feed": pl.lit(drop.feed)}
        if not seen.outcomes.is_empty():
            self.outcomes.append(seen.outcomes.with_columns(**own))
        if not seen.findings.is_empty():
            described = described_findings(contract, seen).drop("zh", "en")
            self.findings.append(described.with_columns(**own))

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write what was noted, within the transaction in which the drops were recorded."""
        if self.outcomes:
            outcomes = pl.concat(self.outcomes)  # noqa: F841
            connection.execute("insert into bronze.outcomes by name from outcomes")
        if self.findings:
            findings = pl.concat(self.findings)  # noqa: F841
            connection.execute("insert into bronze.findings by name from findings")


def record(
    connection: duckdb.DuckDBPyConnection,
    receipt: Receipt,
    seen: Examination,
    contract: Contract | None,
    books: Books,
    again: bool,
) -> None:
    """Write all that the lake keeps of a drop, in place of what it had (``again``; a drop that is
    pending has nothing there). What became of its records is only noted, in the books.
    """
    drop = receipt.drop
    for table in (*BOOKKEEPING, *([contract.feed] if contract else [])) if again else ():
        key = "drop_id" if table in BOOKKEEPING else "_drop_id"
        connection.execute(f'delete from bronze."{table}" where {key} = ?', [drop.drop_id])
    if contract is not None and seen.parts:
        _insert_rows(connection, contract, seen, drop)
    if contract is not None:
        books.enter(contract, seen, drop)
    _insert_drop(connection, receipt, seen, contract)


def _insert_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, seen: Examination, drop: Drop
) -> None:
    names = [f.bronze_name for f in contract.bronze_fields] + ["_record", "_line", "_sheet"]
    columns = ", ".join(f'"{n}"' for n in names)
    parts = ", ".join(f"'{p}'" for p in seen.parts)
    dropped = pl.DataFrame({"gone": pl.Series(seen.dropped, dtype=pl.Int64)})  # noqa: F841
    anti = "anti join dropped on _record = gone" if seen.dropped else ""
    connection.execute(
        f'insert into bronze."{contract.feed}" ({columns}, _drop_id) '
        f"select {columns}, '{drop.drop_id}' from read_parquet([{parts}]) {anti}"
    )


def _insert_drop(
    connection: duckdb.DuckDBPyConnection,
    receipt: Receipt,
    seen: Examination,
    contract: Contract | None,
) -> None:
    drop = receipt.drop
    values = {
        "drop_id": drop.drop_id,
        "unit": drop.unit,
        "feed": drop.feed,
        "module": contract.module if contract else None,
        "file_name": drop.file_name,
        "sha256": drop.sha256,
        "bytes": drop.bytes,
        "received_at": drop.received_at,
        "as_of": drop.as_of,
        "as_of_source": drop.as_of_source,
        "format": seen.format,
        "container": seen.container,
        "encoding": seen.encoding,
        "delimiter": seen.delimiter,
        "contract_version": contract.version if contract else None,
        "status": seen.status,
        "refusal_code": seen.refusal.code if seen.refusal else None,
        "records": seen.records,
        "accepted": seen.accepted,
        "rejected": seen.rejected,
        "repeated": seen.repeated,
        "left_out": seen.left_out,
        "warned": seen.warned,
    }
    marks = ", ".join("?" for _ in values)
    connection.execute(
        f"insert into bronze.drops ({', '.join(values)}) values ({marks})", list(values.values())
    )
