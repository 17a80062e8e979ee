"""The fields of feeds that a metric is made of, and what each is for.

Belongs here: what a metric reads of its fact, and the names of fields. Does not belong here:
following columns through models (``columns``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl
from sqlglot import exp, parse_one

from analytics.lineage.columns import DIALECT, OF_THE_RECORD, Column, ColumnLineage
from analytics.reports.metrics import Label, Metric
from analytics.reports.rows import PLACE_COLUMNS
from ingestion.contracts import Contract

USES: Mapping[str, Label] = {
    "counts": Label("计什么", "counts"),
    "where": Label("条件", "where"),
    "dated": Label("时间", "dated by"),
    "placed": Label("地区", "placed by"),
}
"""What a metric reads a column of its fact for."""

EACH_ROW = "*"

SCHEMA = dict.fromkeys(("use", "fact_column", "feed", "field", "label"), pl.String)


def fields_of(
    metric: Metric, lineage: ColumnLineage, contracts: Mapping[str, Contract]
) -> pl.DataFrame:
    """Every field that the metric is made of (SCHEMA), by use, column of the fact, feed and field.

    ``feed`` is that, or a seed; ``field`` is ``*`` where every row of the feed counts. Of which day
    a drop speaks is left out.
    """
    relation = relation_of(metric)
    rows = [
        (use, column, *field)
        for use, column in columns_read(metric, lineage.known[relation])
        for field in fields_behind(Column(relation, column), lineage, contracts)
    ]
    made = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    order = {use: at for at, use in enumerate(USES)}
    return made.sort(
        pl.col("use").replace_strict(order, return_dtype=pl.Int64), *SCHEMA, nulls_last=True
    )


def fields_behind(
    column: Column, lineage: ColumnLineage, contracts: Mapping[str, Contract]
) -> list[tuple[str, str, str]]:
    """Feed or seed, field and heading of every field that a column is made of, in order."""
    found = (named(origin, contracts) for origin in lineage.origins(column))
    return sorted({one for one in found if one is not None})


def columns_read(metric: Metric, there: Collection[str]) -> list[tuple[str, str]]:
    """The columns of the fact that a metric reads, each with its use (USES), once each.

    ``there``: those that the fact has. A metric that counts rows counts the keys of its fact. The
    place that a row bears decides about the places above it.
    """
    read: dict[tuple[str, str], None] = {}
    for aggregate in metric.aggregates:
        counted = list(_columns(aggregate.expression)) or [metric.fact.key]
        where = [c for one in aggregate.filters for c in _columns(one.sql)]
        groups = aggregate.snapshot.groups if aggregate.snapshot else ()
        where += [c for one in groups for c in _columns(one)]
        dated = _columns(aggregate.time.expression)
        for use, columns in (("counts", counted), ("where", where), ("dated", dated)):
            read |= {(use, column): None for column in columns}
    places = ("place_code", *PLACE_COLUMNS.values())
    read |= {("placed", column): None for column in places if column in there}
    return sorted(read, key=lambda pair: list(USES).index(pair[0]))


def _columns(expression: str) -> Iterator[str]:
    for column in parse_one(expression, dialect=DIALECT).find_all(exp.Column):
        yield column.name


def relation_of(metric: Metric) -> str:
    """The metric's mart without the lake's name."""
    return metric.fact.mart.partition(".")[2]


def named(origin: Column, contracts: Mapping[str, Contract]) -> tuple[str, str, str] | None:
    """Feed or seed, field and heading of a column of a source; None for what is not of a field.

    Where every row of a feed counts, the field is ``*``.
    """
    schema, _, table = origin.relation.partition(".")
    if schema != "bronze":
        return table, origin.name, ""
    contract = contracts.get(table)
    if contract is None:
        return None
    if origin.name in OF_THE_RECORD:
        return (contract.feed, EACH_ROW, "") if origin.name == "_record" else None
    field = next(f for f in contract.bronze_fields if f.bronze_name == origin.name)
    return contract.feed, field.name, field.label_zh
