"""Signs that work may have been recorded for the score: to be looked at, never scored.

Each sign is a property of single records. A subject is shown where more of their records have it
than those of others with the same kinds of records would make likely (Poisson, with Benjamini and
Hochberg's correction for how many were looked at). Most have good reasons: a person looks, with the
records at hand. Belongs here: the signs and the comparison. Does not belong here: scores, which
never see them.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import polars as pl
from scipy.stats import false_discovery_control, poisson

from analytics.assessment.schemes import Scheme
from analytics.assessment.subjects import Subjects, subjects_of
from analytics.reports.metrics import Label
from analytics.reports.periods import between, bounds
from civic.lake import LAKE
from ingestion.contracts import Contract

SIGNS: Mapping[str, Label] = {
    "split": Label("一事拆成多件", "one matter told as several"),
    "reopened": Label("结案后重开", "closed and opened again"),
    "impossible": Label("时间矛盾", "times that cannot be"),
    "deadline": Label("踩着时限结案", "closed in the last minutes"),
    "burst": Label("集中补录", "a month's entries on one day"),
    "copied": Label("文字雷同", "the same text again and again"),
}
FOUND = pl.Schema(
    {
        "period": pl.String(),
        "subject": pl.String(),
        "sign": pl.String(),
        "records": pl.Int64(),
        "of": pl.Int64(),
        "expected": pl.Float64(),
        "p": pl.Float64(),
        "examples": pl.List(pl.String()),
    }
)
"""``records`` of a subject's ``of`` have the sign, where peers make ``expected`` likely; ``p``: how
likely so many or more are by chance, corrected. ``examples``: keys of at most ten of them."""
RATE = 0.01
EXAMPLES, LEAST = 10, 3
MINUTES = 10
BURST_SHARE, BURST_LEAST = 0.5, 10
COPIES_SHARE, COPIES_LEAST, LETTERS_LEAST = 0.5, 5, 6
ENTERED = ("residents_log", "visit")
"""Kinds of what residents say that workers enter."""
_NOT_LETTERS = r"[\s\d\p{P}\p{S}]+"


def texts_of(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Of each feed of entries its column of free text, where it has one."""
    return {
        feed: field.bronze_name
        for feed, contract in contracts.items()
        if contract.centre.get("element") == "sentiment"
        and contract.centre.get("kind") in [{"constant": kind} for kind in ENTERED]
        for field in contract.fields[::-1]
        if field.protection == "scrub" and field.bronze_name
    }


def signs_of(
    connection: duckdb.DuckDBPyConnection,
    scheme: Scheme,
    period: str,
    texts: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """The signs of a scheme's subjects in a period (``FOUND``), the least likely first.

    ``connection``: with the lake attached. ``texts``: feeds of entries with their column of text
    (``texts_of``); without, copied ones are not looked for. At least ``LEAST`` records make a sign;
    of those shown one in a hundred is to be expected by chance.
    """
    first, behind = bounds(period)
    months = between(f"{first:%Y-%m}", f"{behind.replace(day=1):%Y-%m}")[:-1]
    subjects = subjects_of(connection, scheme, months or [f"{first:%Y-%m}"])
    key = subjects.dimension
    marked = [
        *_of_events(connection, key, subjects),
        *_of_entries(connection, key, subjects),
        *_of_texts(connection, key, subjects, texts or {}),
    ]
    found = [pl.DataFrame(schema=FOUND), *(_compared(rows, sign) for sign, rows in marked)]
    every = pl.concat(found).with_columns(period=pl.lit(period))
    if every.is_empty():
        return every
    p = false_discovery_control(np.clip(every["p"].to_numpy(), 0, 1))
    corrected = every.with_columns(p=pl.Series(p))
    return corrected.filter(pl.col("p") < RATE, pl.col("records") >= LEAST).sort(
        "p", "subject", "sign"
    )


def _of_events(
    connection: duckdb.DuckDBPyConnection, key: str, subjects: Subjects
) -> list[tuple[str, pl.DataFrame]]:
    """Per sign the matters of the subjects, with ``has``: whether they have it."""
    rows = connection.execute(
        f"""
        select event_key as record, {key} as key, strftime(reported_at, '%Y-%m') as month,
          feed as stratum, category, reported_at as at, coalesce(reopened_count, 0) > 0 as reopened,
          coalesce(has_impossible_times, false) as impossible,
          closed_at is not null and due_at is not null as is_closed,
          coalesce(closed_at <= due_at and closed_at > due_at - interval {MINUTES} minute, false)
            as deadline
        from {LAKE}.marts.fct_event
        where {key} is not null and reported_at is not null
        order by event_key
        """
    ).pl()
    own = rows.join(subjects.charge, on=["key", "month"], how="inner", maintain_order="left")
    return [
        ("split", _split(own)),
        ("reopened", own.with_columns(has="reopened")),
        ("impossible", own.with_columns(has="impossible")),
        ("deadline", own.filter("is_closed").with_columns(has="deadline")),
    ]


def _split(rows: pl.DataFrame) -> pl.DataFrame:
    """Three or more of one category in one place, each within minutes of the one before."""
    group = ["subject", "key", "category"]
    near = pl.col("at").diff().over(group) <= pl.duration(minutes=MINUTES)
    ordered = rows.sort(*group, "at", "record")
    runs = ordered.with_columns(run=(~near.fill_null(False)).cast(pl.Int64).cum_sum())
    return runs.with_columns(has=pl.len().over("run") >= 3)


def _of_entries(
    connection: duckdb.DuckDBPyConnection, key: str, subjects: Subjects
) -> list[tuple[str, pl.DataFrame]]:
    """Log entries and visits; has: on a day on which half of the subject's month was entered."""
    rows = connection.execute(
        f"""
        select sentiment_key as record, {key} as key, strftime(occurred_at, '%Y-%m') as month,
          kind as stratum, cast(occurred_at as date) as day
        from {LAKE}.marts.fct_sentiment
        where {key} is not null and occurred_at is not null and kind in {ENTERED}
        order by sentiment_key
        """
    ).pl()
    own = rows.join(subjects.charge, on=["key", "month"], how="inner", maintain_order="left")
    of_day = pl.len().over("subject", "stratum", "day")
    of_month = pl.len().over("subject", "stratum", "month")
    has = (of_month >= BURST_LEAST) & (of_day >= BURST_SHARE * of_month)
    return [("burst", own.with_columns(has=has))]


def _of_texts(
    connection: duckdb.DuckDBPyConnection,
    key: str,
    subjects: Subjects,
    texts: Mapping[str, str],
) -> list[tuple[str, pl.DataFrame]]:
    """Entries with a text; has: it is that of half of the subject's entries.

    Texts are the same that differ in figures, spaces and punctuation only; few words ("all well")
    are nobody's own and are left out.
    """
    found = [
        connection.execute(
            f"""
            select s.sentiment_key as record, s.{key} as key,
              strftime(s.occurred_at, '%Y-%m') as month, s.kind as stratum, t."{column}" as text
            from {LAKE}.marts.fct_sentiment as s
            join {LAKE}.bronze."{feed}" as t on t._drop_id = s._drop_id and t._record = s._record
            where s.feed = ? and s.{key} is not null and s.occurred_at is not null
            order by 1
            """,
            [feed],
        ).pl()
        for feed, column in sorted(texts.items())
    ]
    if not found:
        return []
    letters = pl.col("text").str.replace_all(_NOT_LETTERS, "")
    rows = pl.concat(found).with_columns(text=letters)
    told = rows.filter(pl.col("text").str.len_chars() >= LETTERS_LEAST)
    own = told.join(subjects.charge, on=["key", "month"], how="inner", maintain_order="left")
    same, all_of = pl.len().over("subject", "stratum", "text"), pl.len().over("subject", "stratum")
    has = (same >= COPIES_LEAST) & (same >= COPIES_SHARE * all_of)
    return [("copied", own.with_columns(has=has))]


def _compared(rows: pl.DataFrame, sign: str) -> pl.DataFrame:
    """Each subject with a sign against all others with the same kinds of records."""
    has, of = pl.col("has").sum().cast(pl.Int64), pl.len().cast(pl.Int64)
    own = rows.group_by("subject", "stratum").agg(has=has, of=of)
    whole = rows.group_by("stratum").agg(all_has=has, all_of=of)
    # Where no other has it, half a record among the others: never is no rate that can be told.
    rate = (pl.col("all_has") - pl.col("has") + 0.5) / (pl.col("all_of") - pl.col("of") + 1)
    expected = own.join(whole, on="stratum").with_columns(expected=rate * pl.col("of"))
    summed = expected.group_by("subject").agg(pl.col("expected").sum())
    examples = pl.col("record").filter("has").sort().head(EXAMPLES)
    counted = (
        rows.group_by("subject")
        .agg(records=has, of=of, examples=examples)
        .filter(pl.col("records") > 0)
        .join(summed, on="subject")
        .sort("subject")
    )
    p = poisson.sf(counted["records"].to_numpy() - 1, counted["expected"].to_numpy())
    return counted.with_columns(
        period=pl.lit(""), sign=pl.lit(sign), p=pl.Series(p, dtype=pl.Float64)
    ).select(FOUND.names())
