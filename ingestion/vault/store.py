"""The encrypted vault: a DuckDB file (AES-GCM), one table per feed, keyed by drop and record.

Nothing is written outside it on the way: frames go from memory into the encrypted file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from civic.errors import CivicError
from civic.lake import connect
from civic.settings import Settings
from ingestion.vault.keys import Keys

FILE = "identities.duckdb"


class Vault:
    """An open vault; every write of one ``with`` block is one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._tables = set(self._listed())

    def forget_drop(self, feed: str, drop_id: str) -> None:
        """Remove what a drop left, so that taking it in again does not double it."""
        if self._has(feed):
            self._connection.execute(f'delete from vault."{feed}" where _drop_id = ?', [drop_id])

    def add(self, feed: str, frame: pl.DataFrame) -> None:
        """Add rows: ``_drop_id``, ``_record`` and the protected fields as text."""
        names = ", ".join(f'"{name}"' for name in frame.columns)
        if not self._has(feed):
            self._connection.execute(f'create table vault."{feed}" as from frame limit 0')
            self._tables.add(feed)
        known = {row[0] for row in self._connection.execute(f'describe vault."{feed}"').fetchall()}
        for name in frame.columns:
            if name not in known:
                self._connection.execute(f'alter table vault."{feed}" add column "{name}" varchar')
        self._connection.execute(f'insert into vault."{feed}" ({names}) from frame')

    def resolve(self, pseudonym: str, who: str, why: str) -> list[dict[str, str]]:
        """Every stored identity of a pseudonym; the access itself is logged, found or not."""
        found = []
        for feed in self._feeds():
            columns = [
                row[0] for row in self._connection.execute(f'describe vault."{feed}"').fetchall()
            ]
            keyed = [c for c in columns if c.endswith("_pseudonym")]
            if not keyed:
                continue
            where = " or ".join(f'"{c}" = ?' for c in keyed)
            rows = self._connection.execute(
                f'select * from vault."{feed}" where {where}', [pseudonym] * len(keyed)
            ).pl()
            found += [{"feed": feed, **row} for row in rows.to_dicts()]
        self._connection.execute(
            "create table if not exists vault._access "
            "(accessed_at timestamp, who varchar, why varchar, pseudonym varchar, found bigint)"
        )
        self._tables.add("_access")
        self._connection.execute(
            "insert into vault._access values (?, ?, ?, ?, ?)",
            [datetime.now(UTC).replace(tzinfo=None), who, why, pseudonym, len(found)],
        )
        return found

    def accesses(self) -> list[dict[str, str]]:
        """The log of who looked up whom, and why."""
        if not self._has("_access"):
            return []
        return self._connection.execute("from vault._access order by accessed_at").pl().to_dicts()

    def _feeds(self) -> list[str]:
        return sorted(name for name in self._tables if not name.startswith("_"))

    def _has(self, table: str) -> bool:
        return table in self._tables

    def _listed(self) -> list[str]:
        rows = self._connection.execute(
            "select table_name from duckdb_tables() where database_name = 'vault'"
        ).fetchall()
        return [name for (name,) in rows]


class OpenVault:
    """The vault's file, held open so that one transaction can follow another."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[Vault]:
        """All that is written in one ``with`` block is kept, or nothing where an error leaves."""
        self._connection.execute("begin")
        try:
            yield Vault(self._connection)
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")


@contextmanager
def hold_vault(settings: Settings, keys: Keys) -> Iterator[OpenVault]:
    """The vault for as long as the ``with`` block lasts: nobody else can open it meanwhile.

    Raises CivicError where the key does not fit, or another process has the vault open.
    """
    settings.vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = connect(settings)
    try:
        _attach(connection, settings.vault / FILE, keys)
        yield OpenVault(connection)
    finally:
        connection.close()


@contextmanager
def open_vault(settings: Settings, keys: Keys) -> Iterator[Vault]:
    """The vault, opened for one transaction. Raises CivicError as ``hold_vault`` does."""
    with hold_vault(settings, keys) as held, held.transaction() as vault:
        yield vault


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, keys: Keys) -> None:
    try:
        connection.execute(f"attach '{path}' as vault (encryption_key '{keys.vault.hex()}')")
    except duckdb.Error as error:
        if "could not set lock" in str(error).lower():
            raise CivicError(
                "Another process has the vault open.",
                "Wait until it has finished, then run this again.",
            ) from error
        if "key" not in str(error).lower():
            raise
        raise CivicError(
            f"The key does not open the vault {path}.", "Give the key that it was made with."
        ) from error
    path.chmod(0o600)
