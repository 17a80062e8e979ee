"""Workers object to their score of a quarter in the month after it, and are answered in the next.

Belongs here: who objects about which matter, and the answer. Does not belong here: what an upheld
objection changes (``analytics.assessment.objections``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.exporting import rng_of

FEED = "objection"
SCHEME = "网格员"
GROUNDS = (
    "该事项由施工单位负责，网格内无法处置。",
    "系统重复派单，同一问题已另案办结。",
    "处置期间道路封闭，无法到场。",
)
REPLIES = {
    "upheld": "经核实情况属实，该事项不计入。",
    "rejected": "经核实应由网格处置，维持原结果。",
}


@dataclass
class Objections:
    """``raised``: by the month in which they are raised, still without an answer; ``truth``: each
    with its answer, empty where the last drop comes before it."""

    raised: dict[int, pl.DataFrame] = field(default_factory=dict)
    truth: list[pl.DataFrame] = field(default_factory=list)


def choose(desk: Desk, events: pl.DataFrame, month: int, going_on: Objections) -> None:
    """A few events of a quarter's last month that their workers will object about."""
    end = desk.calendar.ends[month]
    raised = month + 1
    if end.month % 3 or raised >= len(desk.calendar.ends):
        return
    rng = rng_of(desk.seed, FEED, str(month))
    own = events.filter(pl.col("staff_no").is_not_null())
    each = min(int(desk.city["objections"]["each"]), len(own))
    at = sorted(rng.choice(len(own), size=each, replace=False).tolist())
    first = desk.calendar.first_day(raised)
    going_on.raised[raised] = own[at].select(
        objection_no=pl.format("YY{}-{}", pl.lit(f"{first:%Y%m}"), pl.int_range(1, each + 1)),
        scheme=pl.lit(SCHEME),
        period=pl.lit(f"{end.year}Q{end.month // 3}"),
        subject="staff_no",
        matter_no="event_no",
        grounds=pl.Series(rng.choice(GROUNDS, each)),
        raised_on=pl.lit(first + timedelta(days=7)),
        answer=pl.lit(None, pl.String),
        answered_on=pl.lit(None, pl.Date),
        unit_code=pl.format("{}-001", pl.col("grid_code").str.head(6)),
        reply=pl.lit(None, pl.String),
    )


def told(desk: Desk, month: int, going_on: Objections) -> pl.DataFrame:
    """A month's objections: the new ones, and the answers to those of the month before."""
    new, old = going_on.raised.get(month), going_on.raised.pop(month - 1, None)
    rows = [] if new is None else [new]
    if old is not None:
        rng = rng_of(desk.seed, FEED, "answers", str(month))
        upheld = rng.random(len(old)) < desk.city["objections"]["upheld"]
        answered = desk.calendar.first_day(month) + timedelta(days=4)
        rows.append(
            old.with_columns(
                answer=pl.Series(np.where(upheld, "upheld", "rejected")),
                answered_on=pl.lit(answered),
            ).with_columns(reply=pl.col("answer").replace_strict(REPLIES))
        )
        going_on.truth.append(rows[-1].drop("grounds", "reply"))
    if new is not None and month == len(desk.calendar.ends) - 1:
        going_on.truth.append(new.drop("grounds", "reply"))
    return pl.concat(rows) if rows else pl.DataFrame()
