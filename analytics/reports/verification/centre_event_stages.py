"""What feeds of stages tell of the matters of other feeds, in Polars.

Belongs here: the second reading of the rows that support ``fct_event``: one row per matter of which
stages are told. Does not belong here: the matters themselves (``centre_events``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.mapping import number_of, value_of
from ingestion.contracts import Contract

GONE = ("withdrawn", "void")
"""Side roads after which nobody has to handle the matter any more."""

COUNTED = ("returned", "extended", "suspended", "reopened", "void")
"""Side roads of which figures tell how often a matter took them."""


def stages_told(
    in_force: Mapping[str, pl.LazyFrame],
    drops: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    earliest: Mapping[str, str],
    latest: Mapping[str, str],
) -> pl.LazyFrame:
    """One row per ``feed`` (of the matter) and ``event_no``.

    ``earliest``, ``latest``: stage to the name of its column; the first or the last moment counts.
    Besides ``_reopened_at``, ``_gone`` (withdrawn or void), ``<road>_count`` (moments at which the
    matter took a side road), ``_known`` (how far is known) and ``_staged`` (source rows).
    """
    told = [
        _rows_of(contracts[feed], rows, drops[feed])
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "event_stage"
    ]
    empty = pl.LazyFrame(schema=_schema())
    stage, at = pl.col("_stage"), pl.col("_at")
    return (
        pl.concat([empty, *told], how="vertical")
        .group_by("feed", "event_no")
        .agg(
            *(at.filter(stage == s).min().alias(f"_told_{c}") for s, c in earliest.items()),
            *(at.filter(stage == s).max().alias(f"_told_{c}") for s, c in latest.items()),
            *(
                at.filter(stage == road).n_unique().cast(pl.Int64).alias(f"{road}_count")
                for road in COUNTED
            ),
            _reopened_at=at.filter(stage == "reopened").max(),
            _gone=stage.is_in(GONE).any(),
            _known=pl.col("_known").max(),
            _staged=pl.len().cast(pl.Int64),
        )
    )


def closes(contract: Contract, contracts: Mapping[str, Contract]) -> bool:
    """Whether matters of a feed can be closed by what a feed of stages tells."""
    return any(
        not codes or "closed" in codes
        for other in contracts.values()
        if other.centre.get("element") == "event_stage" and _event_feed(other) == contract.feed
        for codes in [_stage_codes(other)]
    )


def _rows_of(contract: Contract, rows: pl.LazyFrame, drops: pl.LazyFrame) -> pl.LazyFrame:
    heard = drops.group_by("_unit").agg(_known=pl.col("_as_of").max())
    at = contract.field(_name(contract.centre["at"])).bronze_name
    return rows.join(heard, on="_unit", how="left").select(
        feed=pl.lit(_event_feed(contract)),
        event_no=number_of(contract),
        _stage=value_of(contract, "stage"),
        _at=pl.col(str(at)).cast(pl.Datetime("us")),
        _known=pl.col("_known"),
    )


def _event_feed(contract: Contract) -> str:
    entry = contract.centre["event_feed"]
    return str(entry["constant"] if isinstance(entry, Mapping) else entry)


def _stage_codes(contract: Contract) -> set[str]:
    return {c.value for c in contract.field(_name(contract.centre["stage"])).codes}


def _name(entry: object) -> str:
    return str(entry["field"] if isinstance(entry, Mapping) else entry)


def _schema() -> dict[str, pl.DataType]:
    text, timestamp = pl.String(), pl.Datetime("us")
    return {"feed": text, "event_no": text, "_stage": text, "_at": timestamp, "_known": timestamp}
