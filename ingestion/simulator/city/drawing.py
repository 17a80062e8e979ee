"""Rows of a feed, drawn from its contract, its declaration and the city's ground.

What neither a generator nor the declaration says is inferred from the contract: its codes,
references, identifiers, bounds, examples. Rows then keep every rule of the contract: fields that
may be empty are emptied where they break one, and rows that still break one are drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from civic.errors import CivicError
from ingestion.contracts import Contract
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.field_draws import Draw
from ingestion.simulator.city.ground import Ground
from ingestion.validation.rules import columns_of, evaluate_rule

ROUNDS = 15


@dataclass
class Feed:
    """A feed as it is drawn: contract, declaration (feeds/*.yml), and how many rows it has had."""

    contract: Contract
    declared: dict[str, Any]
    numbered: int = 0


def draw_rows(
    feed: Feed,
    desk: Desk,
    ground: Ground,
    month: int,
    count: int,
    rng: np.random.Generator,
    given: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """``count`` rows of the feed for a month, typed, with all fields of its contract.

    ``given``: fields that are known already, and may be more than the contract has; then there are
    as many rows as it has, less those that cannot be made to keep a rule. Raises CivicError where
    the declaration does not lead to enough rows that keep the rules.
    """
    if given is not None:
        return _ruled(feed.contract, _drawn(feed, desk, ground, month, len(given), rng, given))
    kept: list[pl.DataFrame] = []
    missing = count
    for _ in range(ROUNDS):
        rows = _ruled(feed.contract, _drawn(feed, desk, ground, month, missing, rng, None))
        kept.append(rows.head(missing))
        missing -= len(kept[-1])
        if missing <= 0:
            return pl.concat(kept)
    raise CivicError(
        f"Rows of {feed.contract.feed} do not keep the rules of its contract.",
        "Declare its fields in ingestion/simulator/city/feeds.",
    )


def _drawn(
    feed: Feed,
    desk: Desk,
    ground: Ground,
    month: int,
    count: int,
    rng: np.random.Generator,
    given: pl.DataFrame | None,
) -> pl.DataFrame:
    setting = ground.setting(count, desk.calendar, month, desk.town["requests"], rng)
    if given is not None:
        setting = setting.with_columns(given.get_columns())
    known = frozenset(given.columns) if given is not None else frozenset()
    declared = feed.declared.get("fields", {})
    draw = Draw(feed.contract, desk, ground, month, setting, rng, feed.numbered, declared, known)
    feed.numbered += count
    fields = [f for f in feed.contract.fields if f.protection != "refused"]
    return pl.DataFrame([draw.fill(f) for f in fields])


def _ruled(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that keep every rule, after emptying what may be empty; one row for one key."""
    optional = {f.name for f in contract.fields if not f.required and f.key_position is None}
    for _ in range(2):
        for rule in contract.rules:
            names = columns_of(rule.expression)
            if not names <= set(rows.columns):
                continue
            for name in sorted(names & optional, key=rows.columns.index, reverse=True):
                broken = ~evaluate_rule(rows, rule.expression)
                if not broken.any():
                    break
                emptied = rows.with_columns(pl.when(~broken).then(pl.col(name)).alias(name))
                healed = evaluate_rule(emptied, rule.expression) & broken
                rows = rows.with_columns(pl.when(~healed).then(pl.col(name)).alias(name))
    keep = pl.Series([True]).new_from_index(0, len(rows))
    for rule in contract.rules:
        if columns_of(rule.expression) <= set(rows.columns):
            keep = keep & evaluate_rule(rows, rule.expression)
    rows = rows.filter(keep)
    keys = [f.name for f in contract.key if f.name in rows.columns]
    return rows.unique(keys, keep="first", maintain_order=True) if keys else rows
