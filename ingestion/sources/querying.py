"""One read-only snapshot of a PostgreSQL database, and tables of it as CSV.

The server itself writes the text (COPY), so that what is kept is what the database had. Rows are
ordered by the contract's key, then by all other columns, byte by byte: the same rows are the same
bytes, whatever the server's locale and the order on its disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ingestion.contracts import Contract, match_headings
from ingestion.sources.declarations import FeedOfSource, Source

PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "civic-lakehouse",
}
"""What the connection string may say otherwise; a silent server is given up after a minute."""

LOCK_TIMEOUT = "30s"


@dataclass(frozen=True)
class Snapshot:
    """An open transaction, repeatable read and read only; ``taken_at``: its moment, naive UTC."""

    connection: psycopg.Connection[Any]
    taken_at: datetime


@dataclass(frozen=True)
class Extract:
    """A select that can be copied out. ``unread``: columns that the contract does not take."""

    statement: sql.Composed
    columns: tuple[str, ...]
    unread: tuple[str, ...]


def open_snapshot(source: Source, conninfo: str) -> Snapshot:
    """Connect and begin. The caller closes the connection.

    Raises psycopg.Error: ProgrammingError for a connection string that is none, OperationalError
    where the server is away or turns the login down.
    """
    connection = psycopg.connect(
        **{**PATIENCE, **conninfo_to_dict(conninfo), "client_encoding": "UTF8"}
    )
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        settings = {
            "timezone": source.timezone,
            "datestyle": "ISO, YMD",
            "intervalstyle": "iso_8601",
            "bytea_output": "hex",
            "extra_float_digits": "1",
            "lock_timeout": LOCK_TIMEOUT,
        }
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        row = connection.execute("select transaction_timestamp() at time zone 'UTC'").fetchone()
        assert row is not None
        return Snapshot(connection, row[0])
    except BaseException:
        connection.close()
        raise


def plan_extract(
    snapshot: Snapshot, told: FeedOfSource, contract: Contract, since: datetime | None
) -> Extract:
    """Look at the relation's columns and choose those that the contract knows.

    ``since``: naive UTC, with ``told.since``. Raises LookupError, naming it, for a column of the
    declaration that is not there, psycopg.Error for all that the server objects to.
    """
    relation = _relation(told)
    probe = sql.SQL("select * from {} as extract limit 0").format(relation)
    description = snapshot.connection.execute(probe).description or []
    present = [column.name for column in description]
    for wanted in (*told.columns, *([told.since] if told.since else [])):
        if wanted not in present:
            raise LookupError(wanted)
    headings = [told.columns.get(name, name) for name in present]
    match = match_headings(contract, headings)
    left = {*match.unknown, *match.refused}
    taken = [(c, h) for c, h in zip(present, headings, strict=True) if h not in left]
    unread = tuple(c for c, h in zip(present, headings, strict=True) if h in left)
    fields = {position: name for name, position in match.columns.items()}
    keys = {field.name for field in contract.key}
    key_headings = {headings[p] for p, name in fields.items() if name in keys}
    statement = _statement(relation, taken, key_headings, told.since, since)
    return Extract(statement, tuple(heading for _, heading in taken), unread)


def copy_out(snapshot: Snapshot, extract: Extract, write: Callable[[bytes], object]) -> int:
    """Write the extract as CSV with one line of headings; the number of rows.

    Nothing of it is held in memory. Raises psycopg.Error.
    """
    with snapshot.connection.cursor() as cursor:
        with cursor.copy(extract.statement) as copy:
            for block in copy:
                write(bytes(block))
        return cursor.rowcount


def _relation(told: FeedOfSource) -> sql.Composable:
    if told.table is not None:
        return sql.Identifier(*told.table.split(".", 1))
    query: Any = (told.query or "").rstrip().rstrip(";")
    return sql.SQL("(\n{}\n)").format(sql.SQL(query))


def _statement(
    relation: sql.Composable,
    taken: list[tuple[str, str]],
    keys: set[str],
    column: str | None,
    since: datetime | None,
) -> sql.Composed:
    selected = sql.SQL(", ").join(
        sql.SQL('extract.{}::text collate "C" as {}').format(sql.Identifier(c), sql.Identifier(h))
        for c, h in taken
    )
    positions = sorted(range(len(taken)), key=lambda p: (taken[p][1] not in keys, p))
    order = sql.SQL(", ").join(sql.Literal(p + 1) for p in positions)
    where: sql.Composable = sql.SQL("")
    if column and since:
        where = sql.SQL(" where extract.{} >= {}::timestamptz").format(
            sql.Identifier(column), sql.Literal(f"{since.isoformat()}+00:00")
        )
    return sql.SQL(
        "copy (select {} from {} as extract{} order by {}) "
        "to stdout (format csv, header true, encoding 'UTF8')"
    ).format(selected, relation, where, order)
