"""Connections to DuckDB and to the lake (DuckLake).

One process at a time holds the live catalog: open late, close early. Readers open the
catalog copy of a publication instead and never wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import duckdb_extensions

from civic.errors import CivicError
from civic.settings import Settings

EXTENSIONS = ("ducklake", "httpfs")
LAKE = "lake"


def install_extensions() -> None:
    """Put the extensions' wheels where DuckDB looks for them; the network is never asked."""
    for name in EXTENSIONS:
        duckdb_extensions.import_extension(name)


def connect(
    settings: Settings, database: str = ":memory:", read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB the way every connection of the project is opened.

    ``common_subexpressions`` is off because DuckDB 1.5.5 gives wrong results with it for two
    intervals of equal nominal length (docs/adr/0005-portable-sql.md).
    """
    install_extensions()
    connection = duckdb.connect(
        database,
        read_only=read_only,
        config={
            "threads": settings.threads,
            "memory_limit": settings.memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
    _without_progress_bar(connection)
    connection.execute("set timezone = 'UTC'")
    for name in EXTENSIONS:
        connection.execute(f"load {name}")
    return connection


def _without_progress_bar(connection: duckdb.DuckDBPyConnection) -> None:
    """Switch it off where it is on: in a notebook DuckDB refuses even that without ipywidgets."""
    if connection.execute("select current_setting('enable_progress_bar')").fetchone() == (True,):
        connection.execute("set enable_progress_bar = false")


@contextmanager
def open_lake(settings: Settings, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The live lake, attached as ``lake`` and in use; the only way to write to it.

    ``read_only``: other processes may read it too, and none may write meanwhile. There must be a
    lake then. Raises CivicError where another process holds the catalog.
    """
    settings.lake.mkdir(parents=True, exist_ok=True)
    catalog = settings.catalog or str(settings.catalog_file)
    connection = connect(settings)
    try:
        try:
            connection.execute(
                f"attach 'ducklake:{_quoted(catalog)}' as {LAKE} "
                f"({'read_only, ' if read_only else ''}"
                f"data_path '{_quoted(settings.data_path)}', override_data_path true)"
            )
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            raise CivicError(
                "Another process is writing to the lake.",
                "Wait until it has finished, then run this again.",
            ) from error
        if not read_only:
            connection.execute("create schema if not exists lake.bronze")
        connection.execute(f"use {LAKE}")
        yield connection
    finally:
        connection.close()


@contextmanager
def open_catalog_copy(settings: Settings, catalog: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A publication's copy of the catalog, read-only, attached as ``lake`` and in use."""
    if not catalog.is_file():
        raise CivicError(
            f"The publication's catalog {catalog} is missing.",
            "civic publications list shows what is kept.",
        )
    connection = connect(settings)
    try:
        connection.execute(
            f"attach 'ducklake:{_quoted(str(catalog))}' as {LAKE} "
            f"(read_only, data_path '{_quoted(settings.data_path)}', override_data_path true)"
        )
        connection.execute(f"use {LAKE}")
        yield connection
    finally:
        connection.close()


def newest_snapshot(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The newest snapshot of the live lake and its time to the microsecond: what state it is in."""
    row = connection.execute(
        f"select snapshot_id, snapshot_time::varchar from ducklake_snapshots('{LAKE}') "
        "order by snapshot_id desc limit 1"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
