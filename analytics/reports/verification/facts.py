"""The facts of the marts, made a second time from rows in force.

Belongs here: putting the elements together under the marts' names. Does not belong here: what each
is made of (``centre_*``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from analytics.reports.verification.centre_deliveries import deliveries
from analytics.reports.verification.centre_events import TimeLimits, events
from analytics.reports.verification.centre_feedback import organisation_feedback
from analytics.reports.verification.centre_objects import net_coverage, objects
from analytics.reports.verification.centre_organisations import organisations
from analytics.reports.verification.centre_places import (
    REGISTER_SCHEMA,
    current_places,
    places_registered,
)
from analytics.reports.verification.centre_records import feed_records
from analytics.reports.verification.centre_single_records import activities, sentiments
from analytics.reports.verification.centre_work_items import units_of, work_items
from analytics.reports.verification.centre_work_orders import work_orders
from analytics.reports.verification.in_force import rows_in_force
from ingestion.contracts import Contract


def all_in_force(
    contracts: Mapping[str, Contract],
    rows: Mapping[str, pl.LazyFrame],
    drops: Mapping[str, pl.LazyFrame],
) -> dict[str, pl.LazyFrame]:
    """Rows in force by feed; ``rows``, ``drops`` as ``SourceRows`` has them."""
    return {
        feed: rows_in_force(contracts[feed], accepted, drops[feed])
        for feed, accepted in rows.items()
    }


def registered_places(
    in_force: Mapping[str, pl.LazyFrame], contracts: Mapping[str, Contract]
) -> pl.DataFrame:
    """Every place of every register (``places_registered``)."""
    register = [r for f, r in in_force.items() if contracts[f].centre.get("element") == "place"]
    return places_registered(
        pl.concat([pl.LazyFrame(schema=REGISTER_SCHEMA), *register], how="diagonal")
    ).collect()


def facts_of(
    contracts: Mapping[str, Contract],
    in_force: Mapping[str, pl.LazyFrame],
    drops: Mapping[str, pl.LazyFrame],
    limits: TimeLimits,
    seeds: Path,
    delivered: pl.DataFrame,
) -> dict[str, pl.LazyFrame]:
    """Facts by the mart's name, each with the place columns and ``_source_rows``.

    ``in_force``: as ``all_in_force`` gives them. ``drops``: by feed, as ``SourceRows`` has them.
    ``seeds``: the folder of what dbt is seeded with. ``delivered``: every drop, as ``SourceRows``
    has them.
    """
    registered = registered_places(in_force, contracts)
    current = current_places(registered.lazy()).collect().lazy()
    listed = organisations(in_force, contracts, current)
    found = objects(in_force, contracts, current)
    units = units_of(in_force, contracts)
    return {
        "fct_place_registered": registered.lazy(),
        "fct_activity": activities(in_force, contracts, current, units),
        "fct_sentiment": sentiments(in_force, contracts, current, limits),
        "fct_delivery": deliveries(delivered, in_force, contracts, current),
        "fct_event": events(in_force, drops, contracts, current, limits),
        "fct_net_coverage": net_coverage(found, current, seeds),
        "fct_object": found,
        "fct_organisation": listed,
        "fct_organisation_feedback": organisation_feedback(in_force, contracts, listed),
        "fct_feed_record": feed_records(in_force, contracts, current),
        "fct_work_item": work_items(in_force, contracts, current, seeds),
        "fct_work_order": work_orders(in_force, contracts, current, units),
    }
