"""Every row in force as a record of its feed, in Polars: what a feed without an element counts by.

Belongs here: the second reading of ``fct_feed_record``. Does not belong here: feeds about
residents, which are never counted by their rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.centre_places import with_path
from analytics.reports.verification.mapping import place_of, stages_of
from ingestion.contracts import Contract


def feed_records(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
) -> pl.LazyFrame:
    """``fct_feed_record``: one row per row in force of every feed that is not about residents.

    ``feed, unit, place_code, occurred_on``, the place columns, ``_source_rows`` (always 1).
    """
    made = [
        _records_of(contracts[feed], rows)
        for feed, rows in in_force.items()
        if not contracts[feed].personal
    ]
    if not made:
        made = [pl.LazyFrame(schema=_schema())]
    return with_path(pl.concat(made, how="vertical"), current)


def _records_of(contract: Contract, rows: pl.LazyFrame) -> pl.LazyFrame:
    is_event = contract.centre.get("element") == "event"
    reported = stages_of(contract).get("reported") if is_event else None
    occurred = [pl.col(c).cast(pl.Date) for c in (reported, "_as_of") if c]
    return rows.select(
        feed=pl.lit(contract.feed),
        unit=pl.col("_unit"),
        place_code=place_of(contract),
        occurred_on=pl.coalesce(occurred),
        _source_rows=pl.lit(1, pl.Int64),
    )


def _schema() -> dict[str, pl.DataType]:
    text = pl.String()
    return {
        "feed": text,
        "unit": text,
        "place_code": text,
        "occurred_on": pl.Date(),
        "_source_rows": pl.Int64(),
    }
