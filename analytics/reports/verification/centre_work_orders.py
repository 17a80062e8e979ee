"""Work orders, each with every unit that it was for, in Polars.

Belongs here: the second reading of ``fct_work_order``: hops and their hours, what is stuck, what
was passed on level by level. Does not belong here: which source rows are in force, places.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.centre_places import with_path
from analytics.reports.verification.mapping import (
    place_of,
    typed_value_of,
    value_of,
)
from ingestion.contracts import Contract

HOPS: Mapping[str, tuple[str, str]] = {
    "hours_to_receipt": ("deployed_at", "received_at"),
    "hours_to_feedback": ("received_at", "first_feedback_at"),
    "hours_to_done": ("deployed_at", "done_at"),
    "hours_from_first_deployment": ("first_deployed_at", "done_at"),
    "hours_to_assessment": ("done_at", "assessed_at"),
}
LEVELS_ABOVE = 3
"""How many times an order is followed to the one that it passes on."""

_KEY = ("feed", "order_no", "recipient")
_TEXTS = ("feed", "order_no", "parent_no", "issuer", "recipient", "step", "place_code")
_MOMENT = pl.Datetime("us")
_COUNTED = {
    "supervisions": "supervision",
    "trainings": "training",
    "process_changes": "process_change",
}


def work_orders(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    units: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per feed, order and recipient, with ``_source_rows``. ``units``: ``units_of``."""
    steps = _steps(in_force, contracts).collect()
    known = steps["_as_of"].max()
    orders = _with_chains(_summed(steps))
    named = units.collect().select(
        "unit_code",
        label=pl.concat_str("unit_code", pl.lit(" "), pl.col("unit_name").fill_null("")),
        level="level",
        home="place_code",
    )
    for role in ("issuer", "recipient"):
        own = named.rename({"label": f"_{role}", "level": f"{role}_level", "home": f"_{role}_home"})
        orders = orders.join(own, left_on=role, right_on="unit_code", how="left").with_columns(
            pl.coalesce(f"_{role}", role).alias(f"{role}_label")
        )
    judged = _judged(orders, pl.lit(known, _MOMENT).dt.date())
    placed = judged.with_columns(place_code=pl.coalesce("place_code", "_recipient_home"))
    return with_path(placed.lazy(), current)


def _steps(in_force: Mapping[str, pl.LazyFrame], contracts: Mapping[str, Contract]) -> pl.LazyFrame:
    made = [
        rows.select(
            "_as_of",
            "_drop_id",
            "_record",
            feed=pl.lit(feed),
            order_no=value_of(contracts[feed], "number"),
            parent_no=value_of(contracts[feed], "parent"),
            issuer=value_of(contracts[feed], "issuer"),
            recipient=value_of(contracts[feed], "recipient"),
            step=value_of(contracts[feed], "step"),
            place_code=place_of(contracts[feed]),
            at=typed_value_of(contracts[feed], "at", _MOMENT),
            deadline=typed_value_of(contracts[feed], "deadline", _MOMENT),
            score=typed_value_of(contracts[feed], "score", pl.Float64()),
            is_done=typed_value_of(contracts[feed], "done", pl.Boolean()),
        )
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "work_order"
    ]
    schema = {
        **{"_as_of": _MOMENT, "_drop_id": pl.String(), "_record": pl.Int64()},
        **dict.fromkeys(_TEXTS, pl.String()),
        **{"at": _MOMENT, "deadline": _MOMENT, "score": pl.Float64(), "is_done": pl.Boolean()},
    }
    return pl.concat([pl.LazyFrame(schema=schema), *(m.select(*schema) for m in made)])


def _summed(steps: pl.DataFrame) -> pl.DataFrame:
    """Each order with each recipient; what its deployment says, else its first step, stands."""
    is_deployment, at = pl.col("step") == "deployment", pl.col("at")

    def moments(step: str) -> pl.Expr:
        return at.filter(pl.col("step") == step)

    first = steps.sort(~is_deployment, at, "_drop_id", "_record", nulls_last=True)
    # An order without a number or a recipient is one with all others of its feed that lack it.
    keyed = first.with_columns(
        _number=pl.col("order_no").fill_null(""), _to=pl.col("recipient").fill_null("")
    )
    is_scored = (pl.col("step") == "assessment") & pl.col("score").is_not_null()
    return keyed.group_by("feed", "_number", "_to", maintain_order=True).agg(
        pl.col("order_no", "parent_no", "issuer", "recipient", "place_code").first(),
        deadline=pl.col("deadline").max(),
        deployed_at=moments("deployment").min(),
        received_at=moments("receipt").min(),
        first_feedback_at=moments("feedback").min(),
        done_at=at.filter((pl.col("step") == "feedback") & pl.col("is_done")).min(),
        assessed_at=moments("assessment").max(),
        score=pl.col("score")
        .sort_by("at", "_drop_id", "_record", descending=True, nulls_last=[True, False, False])
        .filter(
            is_scored.sort_by(
                "at", "_drop_id", "_record", descending=True, nulls_last=[True, False, False]
            )
        )
        .first(),
        **{n: (pl.col("step") == step).sum().cast(pl.Int64) for n, step in _COUNTED.items()},
        _source_rows=pl.len().cast(pl.Int64),
    )


def _with_chains(orders: pl.DataFrame) -> pl.DataFrame:
    """With ``route`` and ``first_deployed_at``, following what an order passes on."""
    passed_on = orders.filter(pl.col("parent_no").is_not_null()).select(
        "feed", order_no="parent_no", recipient="issuer", _passed_on=pl.lit(True)
    )
    found = orders.join(passed_on.unique(), on=_KEY, how="left").with_columns(
        route=pl.when(pl.col("parent_no").is_not_null() | pl.col("_passed_on"))
        .then(pl.lit("level_by_level"))
        .otherwise(pl.lit("point_to_point")),
        first_deployed_at="deployed_at",
        _up_no="parent_no",
        _up_to="issuer",
    )
    above = orders.select(
        "feed",
        _up_no="order_no",
        _up_to="recipient",
        _deployed="deployed_at",
        _next_no="parent_no",
        _next_to="issuer",
    )
    for _ in range(LEVELS_ABOVE):
        found = found.join(above, on=["feed", "_up_no", "_up_to"], how="left").with_columns(
            first_deployed_at=pl.coalesce("_deployed", "first_deployed_at"),
            _up_no="_next_no",
            _up_to="_next_to",
        )
        found = found.drop("_deployed", "_next_no", "_next_to")
    return found


def _judged(orders: pl.DataFrame, known: pl.Expr) -> pl.DataFrame:
    due = (pl.col("deadline").dt.date() < known).fill_null(False)
    in_time = pl.col("done_at").dt.date() <= pl.col("deadline").dt.date()
    missing = pl.col("done_at").is_null()
    backwards = [pl.col(start) > pl.col(finish) for start, finish in HOPS.values()]
    return orders.with_columns(
        standing=pl.when(~missing)
        .then(pl.lit("done"))
        .when(pl.col("first_feedback_at").is_not_null())
        .then(pl.lit("fed_back"))
        .when(pl.col("received_at").is_not_null())
        .then(pl.lit("received"))
        .when(pl.col("deployed_at").is_not_null())
        .then(pl.lit("deployed"))
        .otherwise(pl.lit("unknown")),
        is_received=pl.col("received_at").is_not_null(),
        is_open=missing,
        is_due=due,
        is_in_time=due & in_time.fill_null(False),
        is_stuck=due & missing,
        has_impossible_times=pl.any_horizontal(one.fill_null(False) for one in backwards),
        **{name: _hours(*hop) for name, hop in HOPS.items()},
    )


def _hours(start: str, finish: str) -> pl.Expr:
    passed = (pl.col(finish) - pl.col(start)).dt.total_microseconds()
    return pl.when(passed >= 0).then(passed / 3_600_000_000)
