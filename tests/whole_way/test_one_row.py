"""A row less in a file of each feed: exactly those figures change that ``why`` had named for it."""

from __future__ import annotations

import gzip
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from analytics.reports.declarations import load_declarations
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.why import MadeFact, fed_by, why
from civic.lake import open_lake
from civic.settings import Settings
from expectations import Verdict
from ingestion.contracts import Contract, load_contracts
from ingestion.simulator.city.arriving import receive_as_left
from publishing.opening import OpenPublication
from publishing.publications import open_publication
from publishing.serving_tables import catalog_of
from publishing.whole_way import build_all_cells, build_models, publish_cells, take_in_drops
from tests.conftest import home_of

FIGURES = ("value", "numerator", "denominator", "fact_rows", "source_rows")
COUNTS = pl.col("fact_rows") > 0
"""Where nothing counts there may be a cell with 0 or none: it says the same."""
RENAMED = {"division"}
"""Of what other rows lie in, a row gets another name: without it they would lie nowhere."""


@dataclass(frozen=True)
class Row:
    """A row of a file that was taken in; ``line``: of the file, or of the sheet."""

    feed: str
    unit: str
    file_name: str
    drop_id: str
    line: int
    sheet: str | None
    name: str | None


@dataclass(frozen=True)
class Cities:
    """One city twice: as it is, and with a row less in each feed (``rows``); both published."""

    whole: Settings
    less: Settings
    rows: tuple[Row, ...]


@pytest.fixture(scope="module")
def cities(published_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cities]:
    contracts = load_contracts(published_city.contract_paths)
    rows = tuple(_chosen(published_city, contracts))
    less = home_of(tmp_path_factory.mktemp("less") / "home")
    shutil.copytree(published_city.drops, less.drops)
    for row in rows:
        path = less.drops / row.unit / row.feed / row.file_name
        times = path.stat()
        _without(path, row)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    receive_as_left(less, contracts)
    take_in_drops(less)
    build_models(less)
    publish_cells(less, build_all_cells(less), Verdict(()))
    yield Cities(published_city, less, rows)


def test_exactly_the_figures_change_that_why_named_for_the_rows(cities: Cities) -> None:
    """No figure changes in which no row's facts count, before or after.

    And of those in which the facts of one row alone count, before or after and not both, every one
    does. Where facts of several rows count, what one takes another may bring.
    """
    with open_publication(cities.whole) as whole, open_publication(cities.less) as less:
        catalog = catalog_of(whole)
        facts = {row.feed: _facts(whole, row, catalog) for row in cities.rows}
        before = {feed: _fed(whole, made, catalog) for feed, made in facts.items()}
        after = {feed: _fed(less, made, catalog) for feed, made in facts.items()}
        changed = _changed(whole.cells, less.cells)
    assert len(before) > 30
    assert [feed for feed, cells in before.items() if not cells] == []
    count = Counter(cell for feed in before for cell in before[feed] | after[feed])
    assert changed - set(count) == set()
    for feed, cells in before.items():
        alone = {cell for cell in cells ^ after[feed] if count[cell] == 1}
        expected = set() if feed in RENAMED else alone
        assert alone & changed == expected, feed
    assert len(changed) > 4_000


def _chosen(settings: Settings, contracts: Mapping[str, Contract]) -> Iterator[Row]:
    """Of each feed that is not about residents the last row whose key stands in no other row.

    A row that was turned away because of this one would take its place.
    """
    with open_lake(settings) as lake:
        for contract in contracts.values():
            if contract.personal:
                continue
            key = ", ".join(f'r."{f.bronze_name}"' for f in contract.key) or "r._record"
            name = "r.grid_name" if contract.feed in RENAMED else "null"
            found = lake.execute(
                f"select d.unit, d.file_name, d.drop_id, r._line, r._sheet, {name} "
                f"from bronze.{contract.feed} as r "
                "join bronze.drops as d on d.drop_id = r._drop_id "
                "where r._line is not null and not exists ("
                "  select 1 from bronze.outcomes as o where o.drop_id = r._drop_id"
                "  and (o.code = 'duplicate_key' and o.record = r._record + 1"
                "    or o.outcome = 'repeated' and o.detail = r._line::varchar)) "
                f"qualify count(*) over (partition by {key}) = 1 "
                "order by d.as_of desc, d.file_name, r._line desc limit 1"
            ).fetchone()
            if found:
                yield Row(contract.feed, *found)


def _without(path: Path, row: Row) -> None:
    """Take the row out of its file, or give it another name."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book[row.sheet] if row.sheet else book.worksheets[0]
        sheet.delete_rows(row.line)
        book.save(path)
        return
    packed = path.suffix == ".gz"
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    end = "\n".encode("utf-16-le") if data[:2] == b"\xff\xfe" else b"\n"
    lines = data.split(end)
    taken = lines.pop(row.line - 1)
    if row.name is not None:
        encoding = "utf-8" if row.name.encode() in taken else "gb18030"
        assert row.name.encode(encoding) in taken
        renamed = taken.replace(row.name.encode(encoding), f"新{row.name}".encode(encoding))
        lines.insert(row.line - 1, renamed)
    data = end.join(lines)
    path.write_bytes(gzip.compress(data) if packed else data)


def _facts(publication: OpenPublication, row: Row, catalog: Catalog) -> tuple[MadeFact, ...]:
    """The rows of facts that the row made or helped to make."""
    reports = load_declarations()
    [one] = why(publication.connection, row.drop_id, row.line, catalog, reports, sheet=row.sheet)
    assert one.record.outcome == "accepted"
    fed = fed_by(publication.connection, one.facts, catalog, reports)
    assert set(one.feeds["cell_id"]) == set(fed["cell_id"])
    return one.facts


def _fed(publication: OpenPublication, facts: tuple[MadeFact, ...], catalog: Catalog) -> set[str]:
    """The figures in which these rows of facts count, where they are there."""
    fed = fed_by(publication.connection, facts, catalog, load_declarations())
    return set(fed.filter(COUNTS)["cell_id"])


def _changed(whole: pl.DataFrame, less: pl.DataFrame) -> set[str]:
    whole, less = whole.filter(COUNTS), less.filter(COUNTS)
    now = less.select("cell_id", *(pl.col(name).alias(f"{name}_now") for name in FIGURES))
    joined = whole.join(now, on="cell_id", how="full", coalesce=True)
    same = pl.all_horizontal(*(_equal(name) for name in FIGURES))
    return set(joined.filter(~same)["cell_id"])


def _equal(name: str) -> pl.Expr:
    """But for the last digits of a mean, which depend on the order in which rows are summed."""
    was, now = pl.col(name), pl.col(f"{name}_now")
    near = ((was - now).abs() <= 1e-9 * was.abs()).fill_null(False)
    return was.eq_missing(now) | near
