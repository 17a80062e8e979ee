"""What the records of residents' voices promise: when they spoke, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, lineage, no_rows, not_null

SENTIMENT = "lake.marts.fct_sentiment"


def sentiment() -> Suite:
    """Checks of ``fct_sentiment``."""
    return Suite(
        "sentiment",
        (
            *lineage("fct_sentiment", "sentiment_key", "bridge_sentiment_source"),
            *not_null(SENTIMENT, "feed", "kind"),
            *not_null(SENTIMENT, "occurred_at", severity="warning"),
            between(SENTIMENT, "weight", 0, None),
            no_rows(
                SENTIMENT,
                f"select feed, count(*) as records from {SENTIMENT} "
                "where resolved_at < first_contact_at group by feed",
                "先联系后解决",
                "what was resolved had been taken up before",
                severity="warning",
            ),
        ),
    )
