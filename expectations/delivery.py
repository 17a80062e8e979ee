"""What deliveries promise: each due one is in time, late or missing; every drop is one; lineage."""

from __future__ import annotations

from expectations.checks import Suite, in_set, lineage, no_rows

DELIVERIES, SOURCES = "lake.marts.fct_delivery", "lake.marts.bridge_delivery_source"
DUTIES = "lake.intermediate.int_reporting_duty_current"
CADENCES = ("day", "week", "month", "quarter", "half_year", "year")


def delivery() -> Suite:
    """Checks of ``fct_delivery``."""
    return Suite(
        "delivery",
        (
            *lineage("fct_delivery", "delivery_key", "bridge_delivery_source"),
            in_set(DELIVERIES, "cadence", CADENCES),
            no_rows(
                DELIVERIES,
                f"select delivery_key from {DELIVERIES} where is_due and "
                "cast(is_in_time as integer) + cast(is_late as integer) "
                "+ cast(is_missing as integer) <> 1",
                "到期应报的必居其一：按时、迟报、未报",
                "what is due is in time, late or missing, and only one of them",
            ),
            no_rows(
                SOURCES,
                "select told.drop_id from lake.intermediate.int_delivery_told as told "
                f"anti join {SOURCES} as source on source.drop_id = told.drop_id",
                "每份按期报送的文件都计入其周期",
                "every drop of a feed that is sent by a period counts for one",
            ),
            no_rows(
                DUTIES,
                f"select duty.unit, duty.sent_feed from {DUTIES} as duty "
                "anti join lake.intermediate.int_service_level as level "
                "on level.feed = duty.sent_feed",
                "报送任务所列均为按期报送的数据",
                "every duty is about a feed that is sent by a period",
                severity="warning",
            ),
        ),
    )
