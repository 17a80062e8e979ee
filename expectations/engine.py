"""Great Expectations on an open DuckDB connection.

Great Expectations 1.24 does not know DuckDB: its engine fetches a result after the connection
has gone back to its pool, and DuckDB's results are gone with it ('list index out of range',
great_expectations issue #10738). Here the engine keeps one connection open, the way Great
Expectations itself does for SQLite. Nothing else belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import duckdb
import sqlalchemy
from duckdb_engine import ConnectionWrapper
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext
from great_expectations.datasource.fluent.sql_datasource import QueryAsset, SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from sqlalchemy.pool import StaticPool

WHOLE_TABLE = "all"


class OneConnectionEngine(SqlAlchemyExecutionEngine):
    """Runs every query on one connection, which stays open (issue #10738)."""

    @contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        """The connection; it is not given back."""
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class OpenDuckDBDatasource(SQLDatasource):
    """A data source over a DuckDB connection that somebody else opened and will close."""

    type: Literal["open_duckdb"] = "open_duckdb"  # type: ignore[assignment]

    def get_engine(self) -> sqlalchemy.Engine:
        """SQLAlchemy's view of the connection."""
        return _OPEN[self.name].engine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        """The engine that keeps its connection."""
        return _OPEN[self.name]


#: By the name of the data source: Great Expectations copies data sources, and would open anew.
_OPEN: dict[str, OneConnectionEngine] = {}


@contextmanager
def datasource(
    context: AbstractDataContext,
    name: str,
    connection: duckdb.DuckDBPyConnection,
    queries: Mapping[str, str],
) -> Iterator[OpenDuckDBDatasource]:
    """A data source of that name over the connection, which is not closed.

    ``queries``: asset -> its SQL; each has the batch definition ``WHOLE_TABLE``. They are given
    at once: for every asset that is added later, the context writes all of its assets anew.
    Queries name tables in full (``lake.marts.dim_place``): each runs on a cursor of the
    connection, and a cursor does not know what the connection has in use.
    """
    engine = sqlalchemy.create_engine(
        "duckdb://", creator=lambda: ConnectionWrapper(connection.cursor()), poolclass=StaticPool
    )
    _OPEN[name] = OneConnectionEngine(engine=engine, create_temp_table=False)
    assets = [
        QueryAsset(name=asset, query=query, batch_definitions=[BatchDefinition(name=WHOLE_TABLE)])
        for asset, query in queries.items()
    ]
    try:
        yield context.data_sources.add_open_duckdb(
            name=name, connection_string="duckdb://", create_temp_table=False, assets=assets
        )
    finally:
        del _OPEN[name]
        engine.dispose()
