"""What units were to send and what came, in Polars.

Belongs here: the second reading of ``fct_delivery``. Does not belong here: periods and states
(``ingestion.intake.punctuality``, which dbt's models know nothing of), places.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from analytics.reports.verification.centre_places import PATH, with_path
from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import place_of, typed_value_of, value_of
from ingestion.contracts import Contract
from ingestion.intake.duties import DUTIES, ELEMENT
from ingestion.intake.punctuality import counted, deliveries_of

DELIVERED = {
    "unit": pl.String(),
    "feed": pl.String(),
    "as_of": pl.Datetime("us"),
    "as_of_source": pl.String(),
    "received_at": pl.Datetime("us"),
    "status": pl.String(),
}
"""What is read of each drop."""


def deliveries(
    drops: pl.DataFrame,
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per unit, feed and period that was sent or is due, with ``_source_rows``.

    ``drops``: every drop of the publication (``DELIVERED``). ``in_force``: rows by feed, of which
    lists of duties are read. ``current``: the places in force.
    """
    known = counted(drops)["as_of"].dt.date().max()
    on = known + timedelta(days=1) if isinstance(known, date) else date.min
    modules = pl.LazyFrame(
        [(feed, c.module, c.service_level.cadence) for feed, c in contracts.items()],
        schema=dict.fromkeys(("feed", "module", "cadence"), pl.String()),
        orient="row",
    )
    duties = _duties(in_force, contracts)
    found = deliveries_of(drops, contracts, on, duties=duties).lazy()
    listed = found.join(modules, on="feed", how="left").join(
        duties.lazy(), on=["unit", "feed"], how="left"
    )
    lying = pl.coalesce(*reversed(PATH))
    placed = with_path(listed, current).join(
        _grids(current), left_on=lying, right_on="lying_in", how="left"
    )
    return placed.with_columns(
        *_judged(known),
        unit_label=pl.concat_str("unit", pl.lit(" ") + pl.col("unit_name"), ignore_nulls=True),
        _source_rows=_sources(),
    )


def _duties(
    in_force: Mapping[str, pl.LazyFrame], contracts: Mapping[str, Contract]
) -> pl.DataFrame:
    """``DUTIES`` with ``unit_name`` and ``place_code``, as the latest row of each says."""
    made = [
        rows.select(
            *PRECEDENCE,
            unit=value_of(contracts[feed], "sender"),
            feed=value_of(contracts[feed], "sent"),
            since=typed_value_of(contracts[feed], "since", pl.Date()),
            until=typed_value_of(contracts[feed], "until", pl.Date()),
            unit_name=value_of(contracts[feed], "name"),
            place_code=place_of(contracts[feed]),
        )
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == ELEMENT
    ]
    schema = pl.Schema({**DUTIES, "unit_name": pl.String(), "place_code": pl.String()})
    if not made:
        return pl.DataFrame(schema=schema)
    latest = pl.concat(made).sort(PRECEDENCE).unique(["unit", "feed"], keep="last")
    return latest.select(schema.names()).collect()


def _sources() -> pl.Expr:
    """The drops of the period, else the one before it; and the line of the list."""
    first = pl.col("delivered_on").is_not_null().cum_max().over("unit", "feed", order_by="due_on")
    drops = pl.when(pl.col("drops") > 0).then("drops").otherwise(first.cast(pl.Int64))
    return (drops + pl.col("since").is_not_null().cast(pl.Int64)).cast(pl.Int64)


def _grids(current: pl.LazyFrame) -> pl.LazyFrame:
    """How many grids lie in each place."""
    grids = current.filter(pl.col("level") == "grid").select(lying_in=pl.concat_list(PATH))
    lying = grids.explode("lying_in").drop_nulls()
    return lying.group_by("lying_in").agg(grids=pl.len().cast(pl.Int64))


def _judged(known: object) -> list[pl.Expr]:
    owed = pl.col("period_start") <= pl.col("until").fill_null(date.max)
    due = ((pl.col("due_on") <= pl.lit(known, pl.Date)) & owed).fill_null(False)
    sent, state = pl.col("delivered_on").is_not_null(), pl.col("state")
    grids = pl.col("grids").fill_null(0)
    return [
        due.alias("is_due"),
        sent.alias("is_delivered"),
        (due & sent).alias("is_received"),
        (due & (state == "on_time")).alias("is_in_time"),
        (due & (state == "late")).alias("is_late"),
        (due & (state == "missing")).alias("is_missing"),
        pl.when(due).then(grids).otherwise(0).alias("grids_due"),
        pl.when(due & sent).then(grids).otherwise(0).alias("grids_received"),
    ]
