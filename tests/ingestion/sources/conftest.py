"""A PostgreSQL server of the tests' own, with a district's events, units and residents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest
from psycopg import sql

from civic.settings import Settings
from ingestion.contracts import Contract, match_headings
from ingestion.simulator.city.making import write_city
from tests.postgres import postgres

UNIT = "centre_219901"
FEEDS = ("grid_event", "unit", "resident")
ALL = "".join(f"  {feed}: {{table: district.{feed}}}\n" for feed in FEEDS)
ONE = "  grid_event: {table: district.grid_event}\n"
Rows = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A connection string of its superuser."""
    with postgres() as address:
        yield address


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract]) -> Rows:
    """What units of a small city export, under the fields' names, bad rows included."""
    drops = tmp_path_factory.mktemp("city") / "drops"
    write_city(drops, 12_000, 1, seed=5)
    return {feed: _exported(drops, contracts[feed]) for feed in FEEDS}


@pytest.fixture
def database(server: str, rows: Rows) -> str:
    """The tables, made anew, each in an order of its own; the connection string."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema if exists district cascade")
        connection.execute("create schema district")
        for feed, frame in rows.items():
            fill(connection, f"district.{feed}", frame.sample(fraction=1, shuffle=True, seed=3))
    return server


@pytest.fixture
def declare(
    settings: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Declare the source ``district`` with these feeds, as YAML; its name."""
    monkeypatch.setenv("DISTRICT_DATABASE", database)

    def write(feeds: str, more: str = "", name: str = "district") -> str:
        settings.sources.mkdir(parents=True, exist_ok=True)
        text = f"unit: {UNIT}\nconnection: DISTRICT_DATABASE\n{more}\nfeeds:\n{feeds}"
        (settings.sources / f"{name}.yml").write_text(text, encoding="utf-8")
        return name

    return write


def fill(connection: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """Create the table with columns of text and copy the rows into it."""
    name = sql.Identifier(*table.split("."))
    columns = sql.SQL(", ").join(
        sql.SQL("{} text").format(sql.Identifier(c)) for c in frame.columns
    )
    connection.execute(sql.SQL("create table {} ({})").format(name, columns))
    with connection.cursor().copy(sql.SQL("copy {} from stdin").format(name)) as copy:
        for row in frame.iter_rows():
            copy.write_row(row)


def run_sql(database: str, *statements: str) -> None:
    """Run statements, each in a transaction of its own."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _exported(drops: Path, contract: Contract) -> pl.DataFrame:
    """The largest file of the feed, under the names of the contract's fields."""
    found = [p for p in drops.glob(f"*/{contract.feed}/*") if p.suffix in (".csv", ".xlsx")]
    path = max(found, key=lambda p: (p.stat().st_size, p.name))
    table = _workbook(path) if path.suffix == ".xlsx" else _text(path)
    matches = [match_headings(contract, headings) for headings in table.head(5).iter_rows()]
    at, match = next((at, match) for at, match in enumerate(matches) if match.fits)
    known = table.slice(at + 1).select(pl.nth(p).alias(n) for n, p in match.columns.items())
    return known.filter(~pl.all_horizontal(pl.all().is_null()))


def _workbook(path: Path) -> pl.DataFrame:
    return pl.read_excel(path, has_header=False, infer_schema_length=0)


def _text(path: Path) -> pl.DataFrame:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return pl.read_csv(text.encode(), has_header=False, infer_schema=False)
