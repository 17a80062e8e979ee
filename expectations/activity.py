"""What activities and readings promise: when and what, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, lineage, no_rows, not_null

ACTIVITIES, READINGS = "lake.marts.fct_activity", "lake.marts.fct_reading"


def activity() -> Suite:
    """Checks of ``fct_activity``."""
    return Suite(
        "activity",
        (
            *lineage("fct_activity", "activity_key", "bridge_activity_source"),
            *not_null(ACTIVITIES, "feed", "kind"),
            *not_null(ACTIVITIES, "occurred_at", severity="warning"),
            between(ACTIVITIES, "amount", 0, None, "warning"),
        ),
    )


def reading() -> Suite:
    """Checks of ``fct_reading``."""
    return Suite(
        "reading",
        (
            *lineage("fct_reading", "reading_key", "bridge_reading_source"),
            *not_null(READINGS, "feed"),
            *not_null(READINGS, "read_at", "value", severity="warning"),
            no_rows(
                READINGS,
                f"select count(*) as readings from {READINGS} where not is_object_known "
                "having count(*) > 0",
                "读数的物品在册",
                "every reading is of an object that is listed",
                severity="warning",
            ),
        ),
    )
