"""Matters with their stages and time limits, put together from every event feed, in Polars.

Belongs here: the second reading of ``fct_event``: merging source rows into one matter, its stages,
its limit and what follows from them. Does not belong here: which source rows are in force, how
a matter's place is found in the register (``centre_places``), figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.reports.verification.centre_event_stages import COUNTED, closes, stages_told
from analytics.reports.verification.centre_places import with_path
from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import number_of, place_of, stages_of, value_of
from ingestion.contracts import Contract

STAGES = (
    "reported",
    "accepted",
    "dispatched",
    "responded",
    "arrived",
    "handled",
    "verified",
    "closed",
    "rated",
)
"""In their order; a contract's ``centre.stages`` maps fields to them."""

LATEST_COUNTS = ("closed", "rated")
"""A matter is closed when the last of those sent is done; other stages begin with the first."""

UNCATEGORISED = "未分类"
_COUNTS = tuple(f"{road}_count" for road in COUNTED)
_MICROSECONDS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True)
class TimeLimits:
    """``classes``: ``time_limit_class, hours``. ``categories``: ``feed, category,
    time_limit_class``."""

    classes: pl.LazyFrame
    categories: pl.LazyFrame


def read_time_limits(seeds: Path) -> TimeLimits:
    """The limits that dbt is seeded with; they are data, the same for both ways."""
    classes = pl.read_csv(seeds / "time_limits.csv", infer_schema=False)
    categories = pl.read_csv(seeds / "category_time_limits.csv", infer_schema=False)
    return TimeLimits(classes.lazy(), categories.lazy())


def events(
    in_force: Mapping[str, pl.LazyFrame],
    drops: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    limits: TimeLimits,
) -> pl.LazyFrame:
    """``fct_event``: one row per (feed, number), with ``_source_rows``.

    ``in_force``: rows in force by feed; ``drops``: accepted drops by feed. A record's own class of
    limit goes before its category's, that before the contract's.
    """
    matters = [
        _matters(contracts[feed], rows, drops[feed], closes(contracts[feed], contracts))
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "event"
    ]
    if not matters:
        matters = [pl.LazyFrame(schema=_schema())]
    earliest = {s: at for s, at in _stage_columns().items() if s not in LATEST_COUNTS}
    latest = {s: f"{s}_at" for s in LATEST_COUNTS}
    told = stages_told(in_force, drops, contracts, earliest, latest)
    merged = _with_stages(pl.concat(matters, how="vertical"), told)
    limited = _with_limits(merged, limits)
    return with_path(_with_judgement(limited), current)


def _with_stages(matters: pl.LazyFrame, told: pl.LazyFrame) -> pl.LazyFrame:
    """What a feed of stages tells is laid over a matter; reopened after its closing it is open."""
    merged = matters.join(told, on=["feed", "event_no"], how="left").with_columns(
        *(
            (pl.max_horizontal if stage in LATEST_COUNTS else pl.min_horizontal)(at, f"_told_{at}")
            for stage, at in _stage_columns().items()
        ),
        *(pl.col(count).fill_null(0) for count in _COUNTS),
        as_of=pl.max_horizontal("as_of", "_known"),
        _source_rows=pl.col("_source_rows") + pl.col("_staged").fill_null(0),
        _gone=pl.col("_gone").fill_null(False),
    )
    open_again = (pl.col("_reopened_at") > pl.col("closed_at")).fill_null(False)
    return merged.with_columns(closed_at=pl.when(~open_again).then("closed_at")).select(
        *_schema(), *_COUNTS, "_gone"
    )


def _matters(
    contract: Contract, rows: pl.LazyFrame, drops: pl.LazyFrame, closed_by_stages: bool
) -> pl.LazyFrame:
    """Source rows of one feed become matters.

    How things stand is known up to the latest drop of the feed from the unit that told of a matter.
    """
    heard = drops.group_by("_unit").agg(known_as_of=pl.col("_as_of").max())
    mapped = _mapped(contract, rows.join(heard, on="_unit", how="left"), closed_by_stages)
    stages = [
        (pl.col(at).max() if stage in LATEST_COUNTS else pl.col(at).min())
        for stage, at in _stage_columns().items()
    ]
    merged = mapped.group_by("event_no").agg(
        *stages, as_of=pl.col("known_as_of").max(), _source_rows=pl.len().cast(pl.Int64)
    )
    anchors = (
        mapped.sort(PRECEDENCE)
        .unique(subset="event_no", keep="first", maintain_order=True)
        .drop(*PRECEDENCE, "known_as_of", *_stage_columns().values())
    )
    return anchors.join(merged, on="event_no", nulls_equal=True).select(*_schema())


def _mapped(contract: Contract, rows: pl.LazyFrame, closed_by_stages: bool) -> pl.LazyFrame:
    stages = stages_of(contract)
    timestamp = pl.Datetime("us")
    return rows.select(
        *PRECEDENCE,
        "known_as_of",
        *(
            (pl.col(stages[stage]) if stage in stages else pl.lit(None)).cast(timestamp).alias(at)
            for stage, at in _stage_columns().items()
        ),
        feed=pl.lit(contract.feed),
        event_no=number_of(contract),
        category=value_of(contract, "category").fill_null(UNCATEGORISED),
        source=value_of(contract, "source"),
        unit_name=value_of(contract, "unit"),
        area_name=value_of(contract, "area"),
        event_level=value_of(contract, "level"),
        event_scale=value_of(contract, "scale"),
        outcome=value_of(contract, "outcome"),
        place_code=place_of(contract),
        contract_limit=pl.lit(contract.centre.get("time_limit"), pl.String),
        _own_limit=value_of(contract, "limit_class"),
        _own_due=_own_due(contract),
        _may_close=pl.lit("closed" in stages or closed_by_stages),
    )


def _own_due(contract: Contract) -> pl.Expr:
    """The record's own deadline; a mere date ends with its last second."""
    if "due" not in contract.centre:
        return pl.lit(None, pl.Datetime("us"))
    field = contract.field(contract.centre["due"])
    due = pl.col(str(field.bronze_name)).cast(pl.Datetime("us"))
    return due + pl.duration(days=1, seconds=-1) if field.logical_type == "date" else due


def _with_limits(matters: pl.LazyFrame, limits: TimeLimits) -> pl.LazyFrame:
    own = limits.categories.select("feed", "category", _own_class=pl.col("time_limit_class"))
    hours = limits.classes.select(
        "time_limit_class", time_limit_hours=pl.col("hours").cast(pl.Float64)
    )
    return (
        matters.join(own, on=["feed", "category"], how="left")
        .with_columns(time_limit_class=pl.coalesce("_own_limit", "_own_class", "contract_limit"))
        .join(hours, on="time_limit_class", how="left")
        .drop("_own_class", "_own_limit", "contract_limit")
    )


def _with_judgement(matters: pl.LazyFrame) -> pl.LazyFrame:
    """What follows from stages and limit: due, in time, overdue, impossible, hours taken."""
    reported, closed = pl.col("reported_at"), pl.col("closed_at")
    limit = pl.duration(
        microseconds=(pl.col("time_limit_hours") * _MICROSECONDS_PER_HOUR).round().cast(pl.Int64)
    )
    before_reported = [
        (pl.col(at) < reported).fill_null(False) for at in list(_stage_columns().values())[1:]
    ]
    hours = (closed - reported).dt.total_microseconds() / _MICROSECONDS_PER_HOUR
    possible = ~pl.col("has_impossible_times")
    return (
        matters.with_columns(
            event_key=pl.concat_str("feed", pl.lit(":"), "event_no"),
            due_at=pl.when("_may_close").then(pl.coalesce("_own_due", reported + limit)),
            is_closed=closed.is_not_null(),
            has_impossible_times=pl.any_horizontal(before_reported),
            reported_weekday=reported.dt.weekday().cast(pl.String),
            # A matter of which only the day is told begins with its first moment.
            reported_hour=pl.when(reported.dt.truncate("1s") != reported.dt.truncate("1d")).then(
                reported.dt.to_string("%H")
            ),
        )
        .with_columns(
            is_due=(pl.col("due_at") <= pl.col("as_of")).fill_null(False)
            & (closed.is_not_null() | ~pl.col("_gone"))
        )
        .with_columns(
            is_in_time=pl.col("is_due") & possible & (closed <= pl.col("due_at")).fill_null(False),
            is_overdue=pl.col("is_due")
            & (closed.is_null() | (closed > pl.col("due_at"))).fill_null(False),
            handling_hours=pl.when(possible).then(hours),
        )
        .drop("_may_close", "_own_due", "_gone")
    )


def _stage_columns() -> dict[str, str]:
    return {stage: f"{stage}_at" for stage in STAGES}


def _schema() -> dict[str, pl.DataType]:
    text, timestamp = pl.String(), pl.Datetime("us")
    return {
        "feed": text,
        "event_no": text,
        "category": text,
        "source": text,
        "unit_name": text,
        "area_name": text,
        "event_level": text,
        "event_scale": text,
        "outcome": text,
        "place_code": text,
        "contract_limit": text,
        "_own_limit": text,
        "_own_due": timestamp,
        "_may_close": pl.Boolean(),
        **dict.fromkeys(_stage_columns().values(), timestamp),
        "as_of": timestamp,
        "_source_rows": pl.Int64(),
    }
