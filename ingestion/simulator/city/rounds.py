"""Feeds that go round: work orders step by step, questions of a survey.

Belongs here: which rows belong together. Does not: their other fields (feeds/*.yml).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground, hours_long

STEPS = ("deployment", "receipt", "feedback", "supervision", "assessment")
HOURS = (0, 8, 24 * 9, 24 * 14, 24 * 25)
SHARES = (1.0, 0.97, 0.85, 0.12, 0.6)
QUESTIONS = (
    ("safety", 86), ("night_safety", 79), ("order_satisfaction", 82),
    ("grid_satisfaction", 84), ("mediation_satisfaction", 80),
)  # fmt: skip
ITEMS = tuple(f"{module:02d}{item:02d}" for module in range(1, 20) for item in range(1, 8))


def work_orders(
    desk: Desk, ground: Ground, month: int, first: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Orders from a unit to those below it, one row for each step and recipient."""
    below = ground.units.filter(pl.col("parent_code").is_not_null())
    count = max(3, round(len(below) * 0.15))
    to = below[np.sort(rng.integers(0, len(below), count))]
    begin = desk.calendar.first_day(month)
    day = rng.integers(0, 5, count)
    at = pl.Series([datetime.combine(begin, time(9))]).new_from_index(0, count) + hours_long(
        day * 24
    )
    numbers = (pl.Series(np.arange(count)) + first + 10**5 + 1).cast(pl.String).str.tail(5)
    orders = to.select(
        order_no=pl.format("BS{}{}", pl.lit(f"{begin:%Y%m}"), numbers),
        recipient_code="unit_code",
        issuer_code="parent_code",
        issuer_level=pl.lit("street"),
        recipient_level="level",
        at=at,
        item_code=pl.Series(rng.choice(ITEMS, count)),
        parent_no=pl.lit(None, dtype=pl.String),
        deadline=at.cast(pl.Date) + timedelta(days=25),
    )
    parts = []
    for step, hours, share in zip(STEPS, HOURS, SHARES, strict=True):
        wait = hours_long(hours * rng.lognormal(0, 0.2, count))
        done = pl.Series(rng.random(count) < 0.9)
        parts.append(
            orders.with_columns(
                step=pl.lit(step),
                step_at=(pl.col("at") + wait).dt.truncate("1s"),
                is_done=done if step == "feedback" else pl.lit(None, dtype=pl.Boolean),
                score=pl.Series(rng.normal(88, 6, count).clip(0, 100).round(1))
                if step == "assessment"
                else pl.lit(None, dtype=pl.Float64),
            ).filter(pl.Series(rng.random(count) < share))
        )
    told = pl.concat(parts).filter(pl.col("step_at").dt.date() <= desk.calendar.ends[month])
    return told.drop("at").sort("order_no", "step_at")


def survey_answers(
    desk: Desk, ground: Ground, month: int, first: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Everybody asked answers every question; districts differ a little, and so do people."""
    count = max(30, round(ground.residents / 1000))
    setting = ground.setting(count, desk.calendar, month, desk.town["requests"], rng)
    end = desk.calendar.ends[month]
    quarter = f"{end.year}Q{(end.month + 2) // 3}"
    mood = rng.normal(0, 6, count)
    numbers = (pl.Series(np.arange(count)) + first + 10**6 + 1).cast(pl.String).str.tail(6)
    one = setting.select(
        pl.lit(f"AQG{quarter}").alias("survey_no"),
        numbers.alias("answer_no"),
        pl.lit(quarter).alias("period"),
        pl.lit(end).alias("answered_on"),
        pl.col("community_code").alias("place_code"),
        pl.Series("weight", rng.uniform(0.6, 1.6, count).round(3)),
        pl.Series("method", rng.choice(["phone", "home", "online"], count)),
    )
    return pl.concat(
        one.with_columns(
            question=pl.lit(question),
            score=pl.Series(np.clip(rng.normal(mean, 10, count) + mood, 0, 100).round()),
        )
        for question, mean in QUESTIONS
    ).sort("answer_no", "question")
