"""From a line of a file to the published figures that it feeds, or the reason why it feeds none.

Belongs here: the way back of a trace. Does not belong here: finding the record (``records``) or
computing cells (``compilation``, whose passes are run here over the record's own facts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from analytics.reports.bronze_rows import Contracts, Row, bronze_rows
from analytics.reports.cells import SCHEMA, all_passes
from analytics.reports.compilation import cells_sql
from analytics.reports.coordinates import quoted
from analytics.reports.declarations import Report
from analytics.reports.metrics import Fact, Label, Metric
from analytics.reports.reasons import reason_labels, reason_sql
from analytics.reports.records import Record, find_drops, record_at
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.superseding import Superseder, superseder_of


@dataclass(frozen=True)
class MadeFact:
    """A row of a fact that the record made (``is_anchor``) or helped to make."""

    fact: str
    key: str
    is_anchor: bool


@dataclass(frozen=True)
class NotCounted:
    """A metric in which a fact's row does not count, and why."""

    metric: Metric
    key: str
    reason: Label


@dataclass(frozen=True)
class Why:
    """What became of a line.

    ``row``: the record in bronze, identifiers masked. ``feeds``: the cells that its facts count in
    (columns of cells; the figures are what these facts alone make). Where the record is not an
    anchor, it supports them and contributes 0. ``superseded_by``: the record that is in force in
    its place.
    """

    record: Record
    row: Row | None
    facts: tuple[MadeFact, ...]
    feeds: pl.DataFrame
    not_counted: tuple[NotCounted, ...]
    superseded_by: Superseder | None


def why(
    connection: duckdb.DuckDBPyConnection,
    what: str,
    line: int,
    catalog: Catalog,
    reports: Mapping[str, Report],
    *,
    sheet: str | None = None,
    contracts: Contracts | None = None,
) -> list[Why]:
    """What became of a line of a file, once for each drop that brought the file.

    ``what``: a path, a SHA-256, a drop's identifier or a file's name. ``line``: physical line,
    sheet row, or number of the record in a file without lines. ``connection`` has the lake
    attached as ``lake``. Raises CivicError where no drop is meant.
    """
    drops = find_drops(connection, what)
    records = [record_at(connection, drop, line, sheet) for drop in drops]
    return [_why(connection, r, catalog, reports, contracts or {}) for r in records]


def why_data(one: Why) -> dict[str, Any]:
    """What became of a line as plain data, for programs."""
    record = one.record
    return {
        "drop": dict(record.drop),
        "outcome": record.outcome,
        "record": record.record,
        "line": record.line,
        "sheet": record.sheet,
        "code": record.code,
        "detail": record.detail,
        "findings": [dict(f) for f in record.findings],
        "row": one.row,
        "facts": [vars(f) for f in one.facts],
        "feeds": one.feeds.to_dicts(),
        "not_counted": [
            {"metric": n.metric.name, "key": n.key, "reason": vars(n.reason)}
            for n in one.not_counted
        ],
        "superseded_by": vars(one.superseded_by) if one.superseded_by else None,
    }


def _why(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    catalog: Catalog,
    reports: Mapping[str, Report],
    contracts: Contracts,
) -> Why:
    nothing = pl.DataFrame(schema=SCHEMA)
    if record.outcome != "accepted":
        return Why(record, None, (), nothing, (), None)
    name = {k: [record.drop[k]] for k in ("feed", "drop_id")}
    rows = bronze_rows(connection, pl.DataFrame({**name, "record": [record.record]}), contracts)
    facts = tuple(
        made for fact in catalog.facts.values() for made in _made(connection, fact, record)
    )
    contract = contracts.get(record.drop["feed"])
    replaced = None if facts or contract is None else superseder_of(connection, record, contract)
    return Why(
        record=record,
        row=next(iter(rows.values()), None),
        facts=facts,
        feeds=fed_by(connection, facts, catalog, reports),
        not_counted=_not_counted(connection, facts, catalog, reports),
        superseded_by=replaced,
    )


def _made(connection: duckdb.DuckDBPyConnection, fact: Fact, record: Record) -> list[MadeFact]:
    rows = connection.execute(
        f"select {fact.key}, is_anchor from {fact.lineage} "
        f"where feed = ? and drop_id = ? and record = ? order by {fact.key}",
        [record.drop["feed"], record.drop["drop_id"], record.record],
    ).fetchall()
    return [MadeFact(fact.name, key, anchor) for key, anchor in rows]


def fed_by(
    connection: duckdb.DuckDBPyConnection,
    facts: tuple[MadeFact, ...],
    catalog: Catalog,
    reports: Mapping[str, Report],
) -> pl.DataFrame:
    """The cells in which rows of facts count; the figures are what these rows alone make."""
    frames = [pl.DataFrame(schema=SCHEMA)]
    for one in all_passes(catalog, reports):
        if keys := _keys(facts, one.metrics[0].fact):
            frames.append(connection.execute(cells_sql(one, keys)).pl().cast(SCHEMA))
    return pl.concat(frames).sort("report", "metric", "slices", "level", "period")


def _not_counted(
    connection: duckdb.DuckDBPyConnection,
    facts: tuple[MadeFact, ...],
    catalog: Catalog,
    reports: Mapping[str, Report],
) -> tuple[NotCounted, ...]:
    found = []
    for name in dict.fromkeys(m for report in reports.values() for m in report.metrics):
        metric = catalog.metric(name)
        keys = _keys(facts, metric.fact)
        if not keys:
            continue
        labels = reason_labels(metric)
        rows = connection.execute(
            f"select {metric.fact.key}, {reason_sql(metric, 'all')} as reason "
            f"from {metric.fact.relation} where {metric.fact.key} in ({keys}) order by 1"
        ).fetchall()
        found += [NotCounted(metric, k, labels[n]) for k, n in rows if n is not None]
    return tuple(found)


def _keys(facts: tuple[MadeFact, ...], fact: Fact) -> str:
    """The keys of the fact's rows as SQL; empty where there are none."""
    return ", ".join(quoted(f.key) for f in facts if f.fact == fact.name)
