"""One delivery as the bytes of its file, with what was planted in it and where.

Belongs here: putting rendering, dirt and writing together for one file. Does not: the calendar
(``deliveries``), the folder (``town``).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from ingestion.contracts import Contract
from ingestion.simulator.deliveries import Delivery, Extract
from ingestion.simulator.dirt import DEFECT_SCHEMA, Dirty, plant
from ingestion.simulator.rendering import render
from ingestion.simulator.writing import Table, row_lines, write_document, write_file

PLACED_SCHEMA = {
    "sheet": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "heading": pl.String,
    "code": pl.String,
    "outcome": pl.String,
    "rule": pl.String,
}


@dataclass(frozen=True)
class Written:
    """A file as left by its unit.

    ``records``: rows that are records, right or wrong. ``defects``: as ``PLACED_SCHEMA``.
    ``rejected``: the true values behind the rows that must be rejected.
    """

    delivery: Delivery
    data: bytes
    records: int
    defects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACED_SCHEMA))
    rejected: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def counts(self) -> dict[str, Any]:
        """What intake is expected to count in this file."""
        status = self.delivery.status
        by_outcome = {
            outcome: self.defects.filter(pl.col("outcome") == outcome, pl.col("line") > 0).height
            for outcome in ("accepted", "rejected", "repeated", "left_out")
        }
        records = 0 if status == "refused" else self.records
        repeated = records if status == "repeated" else by_outcome["repeated"]
        return {
            "status": status,
            "refusal": self.delivery.refusal,
            "records": records,
            "accepted": records - by_outcome["rejected"] - repeated,
            "rejected": by_outcome["rejected"],
            "repeated": repeated,
            "left_out": by_outcome["left_out"],
            "warned": by_outcome["accepted"],
        }


def export(
    delivery: Delivery,
    exports: Mapping[str, Any],
    contract: Contract,
    earlier: Mapping[str, Written],
    seed: int,
) -> Written:
    """Make one file. ``earlier``: the unit's files that it copies or corrects, by name."""
    if delivery.copy_of is not None:
        made = earlier[delivery.copy_of]
        return Written(delivery, made.data, made.records)
    if delivery.document is not None:
        leaves = _leaves(delivery.document)
        return Written(delivery, write_document(delivery.document, "gb18030"), leaves)
    extracts = delivery.extracts
    if delivery.corrects:
        again = pl.concat([earlier[file].rejected for file in delivery.corrects])
        extracts = tuple(Extract(e.export, again, e.name) for e in extracts)
    return _written(delivery, extracts, exports, contract, seed)


def _written(
    delivery: Delivery,
    extracts: tuple[Extract, ...],
    exports: Mapping[str, Any],
    contract: Contract,
    seed: int,
) -> Written:
    layout = exports[extracts[0].export]["layout"]
    tables, found, rejected, records = [], [], [], 0
    for extract in extracts:
        declared = exports[extract.export]
        rng = rng_of(seed, delivery.unit, delivery.feed, delivery.file, extract.name or "")
        dirty = _dirtied(extract, declared, contract, delivery, rng)
        table = _table(extract, declared, dirty, delivery)
        tables.append(table)
        if delivery.status == "accepted":
            found.append(placed(dirty, table, declared)[0])
        rejected.append(extract.truth[dirty.rejected])
        left_out = dirty.defects.filter(pl.col("outcome") == "left_out").height
        records += len(dirty.rows) - left_out
    defects = pl.concat(found) if found else pl.DataFrame(schema=PLACED_SCHEMA)
    return Written(delivery, write_file(tables, layout), records, defects, pl.concat(rejected))


def _dirtied(
    extract: Extract,
    declared: dict[str, Any],
    contract: Contract,
    delivery: Delivery,
    rng: np.random.Generator,
) -> Dirty:
    rows = render(extract.truth, contract, declared, rng)
    if delivery.clean:
        return Dirty(rows, pl.DataFrame(schema=DEFECT_SCHEMA), [])
    return plant(rows, extract.truth, declared, rng)


def _table(extract: Extract, declared: dict[str, Any], dirty: Dirty, delivery: Delivery) -> Table:
    day = f"{delivery.delivered:%Y年%m月%d日}"
    return Table(
        name=extract.name or declared.get("sheet"),
        headings=declared["headings"],
        rows=dirty.rows,
        titles=tuple(title.format(day=day) for title in declared.get("titles", ())),
        cells=tuple(declared.get("cells", ())),
    )


def placed(
    dirty: Dirty,
    table: Table,
    declared: dict[str, Any],
    start: int = 0,
    *,
    with_headings: bool = True,
) -> tuple[pl.DataFrame, int]:
    """The defects with sheet, line and heading, and how many lines stand in the file after them.

    Titles and refused columns are among them. ``start``: lines of the file that stand before the
    part; ``with_headings``: whether the part begins with titles and headings.
    """
    lines, end = row_lines(table, declared["layout"], start, with_headings=with_headings)
    found = dirty.defects.select(
        line=lines[dirty.defects["row"]],
        column="column",
        heading=pl.col("column").replace_strict(table.headings, default=None),
        code="code",
        outcome="outcome",
        rule="rule",
    )
    others: list[tuple[Any, ...]] = []
    if with_headings:
        others += [(n, None, None, "left_out_title", "left_out", None) for n in _title_lines(table)]
        others += [
            (None, name, table.headings[name], "refused_attribute", "accepted", None)
            for name in [declared.get("refused_attribute")]
            if name
        ]
    above = pl.DataFrame(others, schema=found.schema, orient="row")
    named = pl.concat([above, found]).select(pl.lit(table.name).alias("sheet"), pl.all())
    return named.cast({"sheet": pl.String}), end


def _title_lines(table: Table) -> range:
    return range(1, len(table.titles) + 1)


def _leaves(document: Any) -> int:
    """Records of a nested document: the objects that hold no list."""
    if isinstance(document, list):
        return sum(_leaves(item) for item in document)
    lists = [value for value in document.values() if isinstance(value, list)]
    return sum(_leaves(value) for value in lists) if lists else 1


def rng_of(seed: int, *purpose: str) -> np.random.Generator:
    """A generator for one purpose: adding another purpose does not change what this one draws."""
    return np.random.default_rng([seed, zlib.crc32("/".join(purpose).encode())])
