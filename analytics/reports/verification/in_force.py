"""Which of all accepted rows are in force, by the contract's relation, in Polars.

Belongs here: the four relations of docs/architecture.md. Does not belong here: what the rows mean.
This is the second, independent reading of the rule that dbt's staging models apply in SQL.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from ingestion.contracts import Contract

PRECEDENCE = ("_as_of", "_sha256", "_record", "_drop_id")
"""Which of two rows comes first. ``_drop_id`` tells two units apart that drop the same bytes."""

DROP_SCHEMA = {
    "_drop_id": pl.String(),
    "_unit": pl.String(),
    "_as_of": pl.Datetime("us"),
    "_sha256": pl.String(),
}
"""What rows know about their drop."""

_DROP_PRECEDENCE = ("_as_of", "_sha256", "_drop_id")


def rows_in_force(contract: Contract, rows: pl.LazyFrame, drops: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of one feed that count.

    ``rows``: every accepted row of every drop, bronze columns and ``_drop_id, _record, _as_of,
    _sha256, _unit``; the columns stay as they are. ``drops``: every accepted drop of the feed
    (``DROP_SCHEMA``), also those without a row: a unit's empty snapshot says that it has nothing.
    """
    relation = contract.relation
    if relation.mode == "snapshot":
        scope = _bronze(contract, relation.scope) or ["_unit"]
        said = rows if relation.scope else drops
        return _rows_of_latest_drop(rows, said, scope, relation.history)
    key = [f.bronze_name for f in contract.key if f.bronze_name]
    if not key:
        return rows
    # A row whose key is empty altogether is like no other and stands for itself.
    keyed = pl.any_horizontal(pl.col(k).is_not_null() for k in key)
    keep: Literal["first", "last"] = "first" if relation.mode == "append" else "last"
    once = rows.filter(keyed).sort(PRECEDENCE).unique(key, keep=keep, maintain_order=True)
    return pl.concat([once, rows.filter(~keyed)], how="vertical")


def _rows_of_latest_drop(
    rows: pl.LazyFrame, said: pl.LazyFrame, scope: list[str], history: bool
) -> pl.LazyFrame:
    """Of the drops that say something about a scope value only the latest keeps its rows there.

    With history the latest of each ``_as_of`` does.
    """
    within = [*scope, "_as_of"] if history else scope
    latest = (
        said.select({*within, *_DROP_PRECEDENCE})
        .unique()
        .sort(_DROP_PRECEDENCE)
        .unique(subset=within, keep="last", maintain_order=True)
        .select({*scope, "_drop_id"})
    )
    return rows.join(latest, on=[*scope, "_drop_id"], how="semi", nulls_equal=True)


def _bronze(contract: Contract, fields: tuple[str, ...]) -> list[str]:
    names = (contract.field(f).bronze_name for f in fields)
    return [name for name in names if name]
