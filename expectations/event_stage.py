"""What the stages of matters promise: in order, of matters that are known, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, lineage, no_rows, not_null, unique

STAGES, EVENTS = "lake.marts.fct_event_stage", "lake.marts.fct_event"


def event_stage() -> Suite:
    """Checks of ``fct_event_stage``."""
    return Suite(
        "event_stage",
        (
            *lineage("fct_event_stage", "stage_key", "bridge_event_stage_source"),
            *not_null(STAGES, "event_feed", "event_no", "stage"),
            unique(STAGES, "event_feed", "event_no", "step_no"),
            between(STAGES, "hours_since_previous", 0, None),
            no_rows(
                STAGES,
                f"select stages.event_feed, count(*) as stages from {STAGES} as stages "
                f"anti join {EVENTS} as events on events.event_key = stages.event_key "
                "group by stages.event_feed",
                "环节所属的事项存在",
                "every stage is of a matter that is known",
                severity="warning",
            ),
        ),
    )
