"""What residents say, and what was done about safety: one row of a fact for each row in force.

Belongs here: the second reading of ``fct_sentiment`` and ``fct_activity``. Does not belong here:
which source rows are in force, the register (``centre_places``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.centre_events import TimeLimits
from analytics.reports.verification.centre_places import with_path
from analytics.reports.verification.mapping import (
    number_of,
    place_of,
    typed_value_of,
    value_of,
)
from ingestion.contracts import Contract

FIRST_CONTACT = "first_contact"
_TEXT, _MOMENT, _NUMBER = pl.String(), pl.Datetime("us"), pl.Float64()
_SHARED: Mapping[str, pl.DataType] = {
    "feed": _TEXT,
    "number": _TEXT,
    "kind": _TEXT,
    "category": _TEXT,
    "unit_name": _TEXT,
    "staff_no": _TEXT,
    "place_code": _TEXT,
    "occurred_at": _MOMENT,
    "_source_rows": pl.Int64(),
}
_SENTIMENT: Mapping[str, tuple[str, pl.DataType]] = {
    "score": ("score", _NUMBER),
    "weight": ("weight", _NUMBER),
    "first_contact_at": ("first_contact_at", _MOMENT),
    "resolved_at": ("resolved_at", _MOMENT),
    "is_resolved": ("resolved", pl.Boolean()),
    "is_satisfied": ("satisfied", pl.Boolean()),
}
_ACTIVITY: Mapping[str, tuple[str, pl.DataType]] = {"amount": ("amount", _NUMBER)}


def sentiments(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    limits: TimeLimits,
) -> pl.LazyFrame:
    """``fct_sentiment``: log, visits, calls, call-backs and answers, with ``_source_rows``."""
    hours = limits.classes.filter(pl.col("time_limit_class") == FIRST_CONTACT).select(
        _limit=pl.col("hours").cast(pl.Float64)
    )
    rows = _records(in_force, contracts, "sentiment", _SENTIMENT)
    waited = (pl.col("first_contact_at") - pl.col("occurred_at")).dt.total_microseconds()
    in_time = (waited >= 0) & (waited <= pl.col("_limit") * 3_600_000_000)
    judged = rows.join(hours, how="cross").with_columns(
        is_first_contact_in_time=in_time.fill_null(False)
    )
    return with_path(judged.drop("_limit"), current)


def activities(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    units: pl.LazyFrame,
) -> pl.LazyFrame:
    """``fct_activity``: patrols, training, campaigns, volunteers, with ``_source_rows``.

    ``units``: ``unit_code, place_code``; an activity without a place of its own is its unit's.
    """
    rows = _records(in_force, contracts, "activity", _ACTIVITY)
    homes = units.select(unit_name="unit_code", _home="place_code")
    placed = rows.join(homes, on="unit_name", how="left").with_columns(
        place_code=pl.coalesce("place_code", "_home")
    )
    return with_path(placed.drop("_home"), current)


def _records(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    element: str,
    own: Mapping[str, tuple[str, pl.DataType]],
) -> pl.LazyFrame:
    schema = {**_SHARED, **{name: kind for name, (_, kind) in own.items()}}
    made = [
        rows.select(
            feed=pl.lit(feed),
            number=number_of(contracts[feed]),
            kind=value_of(contracts[feed], "kind"),
            category=value_of(contracts[feed], "category"),
            unit_name=value_of(contracts[feed], "unit"),
            staff_no=value_of(contracts[feed], "staff"),
            place_code=place_of(contracts[feed]),
            occurred_at=typed_value_of(contracts[feed], "at", _MOMENT),
            _source_rows=pl.lit(1, pl.Int64),
            **{n: typed_value_of(contracts[feed], role, kind) for n, (role, kind) in own.items()},
        )
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == element
    ]
    return pl.concat([pl.LazyFrame(schema=schema), *made], how="vertical")
