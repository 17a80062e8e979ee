"""The facts of the marts, made a second time from rows in force.

Belongs here: putting the elements together under the marts' names. Does not belong here: what each
is made of (``centre_*``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.centre_events import TimeLimits, events
from analytics.reports.verification.centre_organisations import organisations
from analytics.reports.verification.centre_places import (
    REGISTER_SCHEMA,
    current_places,
    places_registered,
)
from analytics.reports.verification.centre_records import feed_records
from analytics.reports.verification.in_force import rows_in_force
from ingestion.contracts import Contract


def facts_of(
    contracts: Mapping[str, Contract],
    rows: Mapping[str, pl.LazyFrame],
    drops: Mapping[str, pl.LazyFrame],
    limits: TimeLimits,
) -> dict[str, pl.LazyFrame]:
    """Facts by the mart's name, each with the place columns and ``_source_rows``.

    ``rows``, ``drops``: by feed, as ``SourceRows`` has them.
    """
    in_force = {
        feed: rows_in_force(contracts[feed], accepted, drops[feed])
        for feed, accepted in rows.items()
    }
    register = [r for f, r in in_force.items() if contracts[f].centre.get("element") == "place"]
    registered = places_registered(
        pl.concat([pl.LazyFrame(schema=REGISTER_SCHEMA), *register], how="diagonal")
    ).collect()
    current = current_places(registered.lazy()).collect().lazy()
    return {
        "fct_place_registered": registered.lazy(),
        "fct_event": events(in_force, drops, contracts, current, limits),
        "fct_organisation": organisations(in_force, contracts, current),
        "fct_feed_record": feed_records(in_force, contracts, current),
    }
