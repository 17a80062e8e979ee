"""What the answers of units promise: asked, answered or missing, and only one of the two."""

from __future__ import annotations

from expectations.checks import Suite, lineage, no_rows, not_null, unique

ASKED, ANSWERS = "lake.marts.fct_organisation_feedback", "lake.marts.bridge_organisation_feedback"
RECORDS = "lake.marts.dim_organisation_full_record"


def feedback() -> Suite:
    """Checks of ``fct_organisation_feedback`` and ``dim_organisation_full_record``."""
    return Suite(
        "feedback",
        (
            *lineage(
                "fct_organisation_feedback", "feedback_key", "bridge_organisation_feedback_source"
            ),
            *not_null(ASKED, "organisation_key", "answered_by", "is_answered", "is_missing"),
            no_rows(
                ASKED,
                f"select feedback_key from {ASKED} where is_answered = is_missing",
                "要么已答复，要么未答复",
                "an answer is there or missing",
            ),
            unique(RECORDS, "organisation_key"),
            no_rows(
                RECORDS,
                f"select organisation_key from {RECORDS} "
                "where units_asked <> units_answered + units_missing",
                "应答复 = 已答复 + 未答复",
                "asked = answered + missing",
            ),
            no_rows(
                ANSWERS,
                f"select answered_by, count(*) as answers from {ANSWERS} where not is_known "
                "group by answered_by",
                "答复的组织均在名单上",
                "answers are about organisations of the list",
                severity="warning",
            ),
        ),
    )
