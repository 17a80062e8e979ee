"""What dbt makes of the town's rows is what the verification's own reading makes of them."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.reports.verification.centre_deliveries import DELIVERED
from analytics.reports.verification.centre_events import read_time_limits
from analytics.reports.verification.facts import all_in_force, facts_of
from analytics.reports.verification.in_force import DROP_SCHEMA
from civic.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt" / "seeds"
PATH = ("city_code", "district_code", "street_code", "community_code", "grid_code")

#: mart -> (its key, the bridge of its source rows, columns that figures come from)
FACTS = {
    "fct_event": (
        ("feed", "event_no"),
        "bridge_event_source.event_key",
        *("category", "source", "unit_name", "reported_at", "accepted_at", "closed_at", "due_at"),
        *("is_due", "is_in_time", "is_overdue", "has_impossible_times", "handling_hours", "as_of"),
    ),
    "fct_object": (
        ("feed", "object_no"),
        "bridge_object_source.object_key",
        *("kind", "state", "net", "has_net", "as_of"),
    ),
    "fct_net_coverage": (
        ("net", "place_code"),
        "bridge_net_coverage_source.net_coverage_key",
        *("register_date", "is_covered", "resource_count"),
    ),
    "fct_organisation_feedback": (
        ("feed", "organisation_no", "answered_by"),
        "bridge_organisation_feedback_source.feedback_key",
        *("category", "is_answered", "is_missing", "is_contradictory", "as_of"),
    ),
    "fct_work_item": (
        ("unit_code", "item_code", "period", "phase"),
        "bridge_work_item_source.work_item_key",
        *("item_label", "module", "unit_label", "unit_kind", "unit_level", "due_on"),
        *("is_expected", "is_told", "is_due", "is_done", "is_in_time", "is_late", "is_missing"),
    ),
    "fct_delivery": (
        ("unit", "feed", "period_start"),
        "bridge_delivery_source.delivery_key",
        *("unit_label", "module", "cadence", "period_end", "due_on", "delivered_on", "is_due"),
        *("is_received", "is_in_time", "is_late", "is_missing", "grids_due", "grids_received"),
    ),
}


@pytest.fixture(scope="module")
def facts(built, query):
    """The facts as the verification makes them, of the rows that lie in bronze."""
    feeds = [c for c in built.contracts.values() if not c.personal]
    rows, drops = {}, {}
    for contract in feeds:
        said = query(
            "select drop_id, unit, as_of, sha256 from bronze.drops "
            f"where feed = '{contract.feed}' and status = 'accepted'"
        )
        if not said:
            continue
        told = pl.DataFrame(said, schema=DROP_SCHEMA, orient="row")
        drops[contract.feed] = told.lazy()
        names = [f.bronze_name for f in contract.bronze_fields]
        types = {
            f.bronze_name: {
                "string": pl.String(),
                "integer": pl.Int64(),
                "number": pl.Float64(),
                "boolean": pl.Boolean(),
                "date": pl.Date(),
                "timestamp": pl.Datetime("us"),
            }[f.logical_type]
            for f in contract.bronze_fields
        }
        listed = ", ".join(f'"{n}"' for n in names)
        found = query(f'select _drop_id, _record, {listed} from bronze."{contract.feed}"')
        schema = {"_drop_id": pl.String(), "_record": pl.Int64(), **types}
        frame = pl.DataFrame(found, schema=schema, orient="row")
        rows[contract.feed] = frame.join(told, on="_drop_id").lazy()
    return facts_of(
        built.contracts,
        all_in_force(built.contracts, rows, drops),
        drops,
        read_time_limits(SEEDS),
        SEEDS,
        pl.DataFrame(
            query(f"select {', '.join(DELIVERED)} from bronze.drops"),
            schema=DELIVERED,
            orient="row",
        ),
    )


@pytest.mark.parametrize("mart", FACTS)
def test_both_readings_agree_on_every_row(mart, facts, query):
    key, bridge, *columns = FACTS[mart]
    table, bridge_key = bridge.split(".")
    names = [*key, *columns, *PATH]
    listed = ", ".join(f"fact.{n}" for n in names)
    expected = query(
        f"select {listed}, count(*) from marts.{mart} as fact "
        f"join marts.{table} as source using ({bridge_key}) group by all order by all"
    )
    assert expected
    found = facts[mart].select(*names, "_source_rows").collect().rows()
    assert sorted(found, key=_order) == sorted(expected, key=_order)


def _order(row):
    return tuple((value is None, str(value)) for value in row)
