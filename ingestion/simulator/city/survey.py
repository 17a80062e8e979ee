"""The survey of the sense of safety: everybody asked answers every question.

Belongs here: which rows belong together. Does not: their other fields (feeds/*.yml).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground

QUESTIONS = (
    ("safety", 86), ("night_safety", 79), ("order_satisfaction", 82),
    ("grid_satisfaction", 84), ("mediation_satisfaction", 80),
)  # fmt: skip


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
