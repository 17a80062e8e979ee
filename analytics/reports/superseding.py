"""Which record is in force in place of one that is not.

The rules are those of docs/architecture.md (``staging.stg_<module>__<feed>``); they are not applied
again here: the staging model says what is in force, and this finds the record of the same key, or
the drop of the same scope, among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from analytics.reports.records import Record
from civic.lake import LAKE
from ingestion.contracts.model import Contract


@dataclass(frozen=True)
class Superseder:
    """The record in force, and the drop that brought it; ``record`` is None where the newer drop
    no longer names the thing at all."""

    drop_id: str
    file_name: str
    as_of: datetime
    record: int | None
    line: int | None


def superseder_of(
    connection: duckdb.DuckDBPyConnection, record: Record, contract: Contract
) -> Superseder | None:
    """What is in force instead of an accepted record; None where it is in force itself."""
    staging = f'{LAKE}.staging."stg_{contract.module}__{contract.feed}"'
    here = [record.drop["drop_id"], record.record]
    in_force = connection.execute(
        f"select 1 from {staging} where _drop_id = ? and _record = ?", here
    ).fetchone()
    if in_force:
        return None
    key = [f.bronze_name for f in contract.key if f.bronze_name]
    scope = [f.bronze_name for n in contract.relation.scope if (f := contract.field(n)).bronze_name]
    same_key = _in_force(connection, staging, record, contract, key) if key else None
    if same_key is not None:
        return Superseder(*same_key)
    same_scope = _in_force(connection, staging, record, contract, scope)
    return Superseder(*same_scope[:3], None, None) if same_scope else None


def _in_force(
    connection: duckdb.DuckDBPyConnection,
    staging: str,
    record: Record,
    contract: Contract,
    columns: list[str],
) -> tuple[str, str, datetime, int, int | None] | None:
    """A record in force with the same values in the columns (none: of the same unit)."""
    same = [f's."{c}" is not distinct from b."{c}"' for c in columns] or ["s._unit = $unit"]
    if contract.relation.history:  # a version is only replaced by one of the same date
        same.append("s._as_of = $as_of")
    return connection.execute(
        f"""
        select s._drop_id, d.file_name, s._as_of, s._record, s._line
        from {LAKE}.bronze."{contract.feed}" as b
        join {staging} as s on {" and ".join(same)}
        join {LAKE}.bronze.drops as d on d.drop_id = s._drop_id
        where b._drop_id = $drop and b._record = $record
        order by s._as_of desc, s._sha256 desc, s._record desc limit 1
        """,
        {"drop": record.drop["drop_id"], "record": record.record}
        | ({} if columns else {"unit": record.drop["unit"]})
        | ({"as_of": record.drop["as_of"]} if contract.relation.history else {}),
    ).fetchone()
