"""The tables of bronze, as SQL: one per feed from its contract, and three for the bookkeeping.

Belongs here: names and types of bronze columns, and bringing a lake up to them. Does not belong
here: writing rows (``ingestion.intake``) or reading them (dbt).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from civic.errors import CivicError
from ingestion.contracts.model import Contract

SCHEMA = "lake.bronze"

#: Where a row came from: on every bronze table of a feed, after the contract's own fields.
LINEAGE: tuple[tuple[str, str], ...] = (
    ("_drop_id", "varchar"),
    ("_record", "bigint"),
    ("_line", "bigint"),
    ("_sheet", "varchar"),
)

#: The bookkeeping of intake, column for column as docs/architecture.md lays it down.
BOOKKEEPING: Mapping[str, tuple[tuple[str, str], ...]] = {
    "drops": (
        ("drop_id", "varchar"),
        ("unit", "varchar"),
        ("feed", "varchar"),
        ("module", "varchar"),
        ("file_name", "varchar"),
        ("sha256", "varchar"),
        ("bytes", "bigint"),
        ("received_at", "timestamp"),
        ("as_of", "timestamp"),
        ("as_of_source", "varchar"),
        ("format", "varchar"),
        ("container", "varchar"),
        ("encoding", "varchar"),
        ("delimiter", "varchar"),
        ("contract_version", "varchar"),
        ("status", "varchar"),
        ("refusal_code", "varchar"),
        ("records", "bigint"),
        ("accepted", "bigint"),
        ("rejected", "bigint"),
        ("repeated", "bigint"),
        ("left_out", "bigint"),
        ("warned", "bigint"),
    ),
    "outcomes": (
        ("drop_id", "varchar"),
        ("feed", "varchar"),
        ("record", "bigint"),
        ("line", "bigint"),
        ("sheet", "varchar"),
        ("outcome", "varchar"),
        ("code", "varchar"),
        ("detail", "varchar"),
    ),
    "findings": (
        ("drop_id", "varchar"),
        ("feed", "varchar"),
        ("record", "bigint"),
        ("line", "bigint"),
        ("sheet", "varchar"),
        ("column_name", "varchar"),
        ("heading", "varchar"),
        ("code", "varchar"),
        ("severity", "varchar"),
        ("value_found", "varchar"),
        ("expected_zh", "varchar"),
        ("expected_en", "varchar"),
    ),
}


def ensure_bronze(connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]) -> None:
    """Make every table of bronze that is missing and add every column that a contract gained.

    ``connection``: the live lake, attached as ``lake``. Safe to call again and again: without a
    difference nothing is written, so no snapshot of the lake is made.
    Raises CivicError where a contract changed the type of a column that holds rows already.
    """
    connection.execute(f"create schema if not exists {SCHEMA}")
    present = _present(connection)
    wanted = dict(BOOKKEEPING)
    for contract in contracts:
        if contract.feed in BOOKKEEPING:
            raise CivicError(
                f"A feed cannot be called {contract.feed}: bronze keeps its books there.",
                "Give the feed of that contract another name.",
            )
        wanted[contract.feed] = bronze_columns(contract)
    statements = []
    for table, columns in wanted.items():
        if table not in present:
            statements.append(create_table_ddl(table, columns))
        else:
            statements += _gained(table, columns, present[table])
    if statements:
        connection.execute("begin")
        for statement in statements:
            connection.execute(statement)
        connection.execute("commit")


def bronze_columns(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Names and SQL types of the columns of ``bronze.<feed>``, in their order."""
    fields = tuple((f.bronze_name or "", f.bronze_type) for f in contract.bronze_fields)
    return (*fields, *LINEAGE)


def create_bronze_ddl(contract: Contract) -> str:
    """The statement that makes ``bronze.<feed>``."""
    return create_table_ddl(contract.feed, bronze_columns(contract))


def create_bookkeeping_ddl() -> list[str]:
    """The statements that make ``bronze.drops``, ``bronze.outcomes`` and ``bronze.findings``."""
    return [create_table_ddl(table, columns) for table, columns in BOOKKEEPING.items()]


def create_table_ddl(table: str, columns: Iterable[tuple[str, str]]) -> str:
    """A ``create table if not exists`` in bronze. Names are quoted: a field may be ``order``."""
    listed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns)
    return f'create table if not exists {SCHEMA}."{table}" ({listed})'


def _present(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table to column to type, of what bronze holds now."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns() "
        "where database_name = 'lake' and schema_name = 'bronze'"
    ).fetchall()
    for table, column, sql_type in rows:
        found.setdefault(table, {})[column] = sql_type
    return found


def _gained(
    table: str, columns: Iterable[tuple[str, str]], present: Mapping[str, str]
) -> list[str]:
    """What to alter so that a table has these columns; columns that went away stay, empty."""
    statements = []
    for name, sql_type in columns:
        if name not in present:
            statements.append(f'alter table {SCHEMA}."{table}" add column "{name}" {sql_type}')
        elif present[name] != sql_type:
            raise CivicError(
                f"bronze.{table}.{name} holds {present[name]}; the contract now says {sql_type}.",
                "Give the field another name, or delete the lake and run again: raw/ remakes it.",
            )
    return statements
