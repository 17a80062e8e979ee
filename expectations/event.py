"""What the matters promise: one row each, times that make sense or are called out, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, lineage, no_rows, not_null, unique

EVENTS = "lake.marts.fct_event"


def event() -> Suite:
    """Checks of ``fct_event``."""
    return Suite(
        "event",
        (
            *lineage("fct_event", "event_key", "bridge_event_source"),
            *not_null(EVENTS, "feed", "event_no", "is_due", "is_closed", "is_in_time"),
            unique(EVENTS, "feed", "event_no"),
            between(EVENTS, "handling_hours", 0, None),
            between(EVENTS, "longitude", -180, 180, "warning"),
            between(EVENTS, "latitude", -90, 90, "warning"),
            *not_null(EVENTS, "reported_at", severity="warning"),
            no_rows(
                EVENTS,
                f"select event_key from {EVENTS} "
                "where closed_at < reported_at and not has_impossible_times",
                "先结案后上报的事项均已标明",
                "matters closed before they were reported are called out",
            ),
            no_rows(
                EVENTS,
                f"select event_key from {EVENTS} where is_in_time and is_overdue",
                "按期与超期不并存",
                "no matter is both in time and overdue",
            ),
            no_rows(
                EVENTS,
                f"select event_key from {EVENTS} where is_in_time and not is_due",
                "按期办结的事项均计入应办",
                "what is in time is counted as due",
            ),
        ),
    )
