"""Objections to scores: shown with the score until they are answered; an upheld one revises it.

Belongs here: whose score an objection is about, and which matters are set aside by the upheld ones.
Does not belong here: computing scores without them (``work``, ``scoring``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import duckdb
import polars as pl

from analytics.assessment.schemes import Scheme
from analytics.reports.periods import between, bounds, period_written
from civic.lake import LAKE

OBJECTIONS = pl.Schema(
    {
        "objection_no": pl.String(),
        "scheme": pl.String(),
        "period": pl.String(),
        "subject": pl.String(),
        "matter_no": pl.String(),
        "grounds": pl.String(),
        "raised_on": pl.Date(),
        "state": pl.String(),
        "answered_on": pl.Date(),
        "answered_by": pl.String(),
        "reply": pl.String(),
        "sets_aside": pl.Int64(),
    }
)
"""``scheme``: its name, or what was written where there is none of it. ``state``: 'open', 'upheld',
'rejected'. ``sets_aside``: matters that an upheld one takes out of the score."""

ASIDE = pl.Schema(dict.fromkeys(("scheme", "subject", "month", "fact_key"), pl.String()))
"""Matters that do not count in a scheme for a subject; once for each month of the period."""

REVISED = pl.Schema(
    {
        "scheme": pl.String(),
        "period": pl.String(),
        "subject": pl.String(),
        "score_before": pl.Float64(),
        "score": pl.Float64(),
        "rank_before": pl.Int64(),
        "rank": pl.Int64(),
        "objections": pl.List(pl.String()),
    }
)
"""Scores of subjects whose objections were upheld, with and without what they set aside; none
where there is too little work for a score either way."""


def objections_of(
    connection: duckdb.DuckDBPyConnection, schemes: Iterable[Scheme]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every objection (``OBJECTIONS``), and what the upheld ones set aside (``ASIDE``).

    ``connection``: with the lake attached. A matter is found by its number, of whatever feed. A
    lake of before there were objections has none.
    """
    try:
        told = connection.execute(
            "select o.objection_no, o.scheme, o.period, o.subject, o.matter_no, o.grounds, "
            "o.raised_on, coalesce(o.answer, 'open') as state, o.answered_on, "
            "coalesce(o.unit_name, o.unit_code) as answered_by, o.reply, "
            "list(e.event_key order by e.event_key) filter (where e.event_key is not null) as keys "
            f"from {LAKE}.marts.dim_objection as o "
            f"left join {LAKE}.marts.fct_event as e on e.event_no = o.matter_no "
            "group by all order by o.raised_on, o.objection_no"
        ).pl()
    except duckdb.CatalogException:
        return OBJECTIONS.to_frame(), ASIDE.to_frame()
    called = {
        name: scheme.name
        for scheme in schemes
        for name in (scheme.name, scheme.title.zh, scheme.title.en)
    }
    rows, aside = [], []
    for row in told.to_dicts():
        keys = row.pop("keys") or []
        row["scheme"] = called.get(row["scheme"], row["scheme"])
        row["period"] = period_written(row["period"]) or row["period"]
        known = row["state"] == "upheld" and period_written(row["period"]) is not None
        row["sets_aside"] = len(keys) if known else 0
        rows.append(row)
        if row["sets_aside"]:
            same = {"scheme": row["scheme"], "subject": row["subject"]}
            months = _months(row["period"])
            aside += [{**same, "month": m, "fact_key": key} for m in months for key in keys]
    return pl.DataFrame(rows, schema=OBJECTIONS), pl.DataFrame(aside, schema=ASIDE)


def revised(objections: pl.DataFrame, before: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """What upheld objections changed (``REVISED``). ``before``: scores without them."""
    upheld = objections.filter(pl.col("sets_aside") > 0)
    whose = ["scheme", "period", "subject"]
    named = upheld.group_by(whose, maintain_order=True).agg(objections="objection_no")
    return (
        named.join(before.select(*whose, score_before="score", rank_before="rank"), on=whose)
        .join(scores.select(*whose, "score", "rank"), on=whose)
        .filter(pl.col("score_before").is_not_null() | pl.col("score").is_not_null())
        .select(REVISED.names())
        .cast(REVISED)
        .sort(whose)
    )


def _months(period: str) -> list[str]:
    first, behind = bounds(period)
    return between(f"{first:%Y-%m}", f"{behind - timedelta(days=1):%Y-%m}")
