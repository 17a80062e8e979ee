"""Work orders of the loop of plan, do, check and act: point to point, or level by level.

Belongs here: who deploys what to whom, and when each step is taken. Does not: the other fields of
a row (feeds/*.yml). An order that goes level by level waits at every level until it is passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground, hours_long

ITEMS = tuple(f"{module:02d}{item:02d}" for module in range(1, 20) for item in range(1, 8))
TRUTH = ("order_no", "parent_no", "issuer_code", "recipient_code", "deployed_at", "done_at")
_LOWEST = "community"


@dataclass
class Orders:
    """Steps still to come, because they lie after the month of the last drop; orders by number;
    ``made``: TRUTH of every order, ``done_at`` also where nobody has told of it yet."""

    waiting: list[pl.DataFrame] = field(default_factory=list)
    count: int = 0
    made: list[pl.DataFrame] = field(default_factory=list)


def work_orders(
    desk: Desk, ground: Ground, month: int, state: Orders, rng: np.random.Generator
) -> pl.DataFrame:
    """The steps that came about until the month's end, of its orders and of earlier ones.

    As the contract ``work_order`` has them.
    """
    orders = _timed(_drawn(desk, ground, month, state, rng), rng)
    steps = _steps(orders, rng)
    done = steps.filter(step="feedback", is_done=True)
    done = done.group_by("order_no", "recipient_code").agg(done_at=pl.col("step_at").min())
    told = orders.rename({"at": "deployed_at"})
    told = told.join(done, on=["order_no", "recipient_code"], how="left", maintain_order="left")
    state.made.append(told.select(TRUTH))
    state.waiting.append(steps)
    known = pl.concat(state.waiting)
    end = datetime.combine(desk.calendar.ends[month], time(23, 59, 59))
    state.waiting = [known.filter(pl.col("step_at") > end)]
    return known.filter(pl.col("step_at") <= end).sort("order_no", "recipient_code", "step_at")


def _drawn(
    desk: Desk, ground: Ground, month: int, state: Orders, rng: np.random.Generator
) -> pl.DataFrame:
    """A month's orders, those of one chain one after the other (``chain``, ``hop`` from 0).

    Half go level by level down to a community, the others straight to up to three units somewhere
    below.
    """
    level = dict(ground.units.select("unit_code", "level").iter_rows())
    below: dict[str, list[str]] = {}
    for unit, upper in ground.units.select("unit_code", "parent_code").iter_rows():
        if upper is not None:
            below.setdefault(upper, []).append(unit)
    by_level: dict[str, list[str]] = {}
    for unit in below:
        by_level.setdefault(level[unit], []).append(unit)
    first, rows = desk.calendar.first_day(month), []
    for chain in range(max(4, round(len(ground.units) * 0.25))):
        issuers = by_level[_one(list(by_level), rng)]
        issuer, item = _one(issuers, rng), _one(ITEMS, rng)
        at = datetime.combine(first + timedelta(days=int(rng.integers(0, 26))), time(9))
        deadline = at.date() + timedelta(days=25)
        way = _way_down(issuer, below, level, rng)
        direct = len(way) < 3 or rng.random() < 0.5
        pairs = [(issuer, u) for u in _some_below(issuer, below, rng)] if direct else pairwise(way)
        parent: str | None = None
        for hop, (giver, taker) in enumerate(pairs):
            if hop == 0 or not direct:
                state.count += 1
            number = f"BS{first:%Y%m}{state.count:05d}"
            rows.append((chain, 0 if direct else hop, number, None if direct else parent, giver,
                         level[giver], taker, level[taker], item, deadline, at))  # fmt: skip
            parent = number
    columns = ["chain", "hop", "order_no", "parent_no", "issuer_code", "issuer_level",
               "recipient_code", "recipient_level", "item_code", "deadline", "at"]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None).with_columns(
        pl.col("parent_no").cast(pl.String), pl.col("at").cast(pl.Datetime("us"))
    )


def _one(things: Sequence[str], rng: np.random.Generator) -> str:
    return things[int(rng.integers(0, len(things)))]


def _way_down(
    issuer: str, below: dict[str, list[str]], level: dict[str, str], rng: np.random.Generator
) -> list[str]:
    """From a unit to a community below it, one level after the other."""
    way = [issuer]
    while below.get(way[-1]):
        near = below[way[-1]]
        passing = [u for u in near if u in below or level[u] == _LOWEST]
        way.append(_one(passing or near, rng))
    return way


def _some_below(issuer: str, below: dict[str, list[str]], rng: np.random.Generator) -> list[str]:
    every, look = [], [issuer]
    while look:
        near = below.get(look.pop(), [])
        every += near
        look += near
    count = min(len(every), int(rng.integers(1, 4)))
    return [every[i] for i in sorted(rng.choice(len(every), count, replace=False))]


def _timed(orders: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """With ``received``, hours after the order's own deployment, which waits for those above it."""
    count = len(orders)
    received = 8 * rng.lognormal(0, 0.35, count)
    passed_on = received + 26 * rng.lognormal(0, 0.5, count)
    waits = pl.Series(passed_on).shift(1).fill_null(0.0)
    waits = pl.select(pl.when(orders["hop"] > 0).then(waits).otherwise(0.0)).to_series()
    ahead = orders.select("chain", wait=waits).select(pl.col("wait").cum_sum().over("chain"))
    late = hours_long(ahead["wait"].to_numpy())
    return orders.with_columns(
        at=(pl.col("at") + late).dt.truncate("1s"), received=pl.Series(received)
    )


def _steps(orders: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Every step of these orders, as the contract has them.

    Deployed and received; fed back, once in six times before it is done; supervised where it
    takes long; assessed, and after a poor assessment trained for or mended.
    """
    count = len(orders)
    received = orders["received"].to_numpy()
    worked = received + 24 * 8 * rng.lognormal(0, 0.55, count)
    more = 24 * 6 * rng.lognormal(0, 0.4, count)
    chance = {step: rng.random(count) for step in ("receipt", "never", "half", "assessed", "then")}
    comes = chance["receipt"] < 0.97
    answered = comes & (chance["never"] < 0.9)
    half = answered & (chance["half"] < 1 / 6)
    done = np.where(half, worked + more, worked)
    slow = comes & (worked > 24 * 16)
    assessed = answered & (chance["assessed"] < 0.6)
    judged = done + 24 * 7 * rng.lognormal(0, 0.3, count)
    score = (rng.normal(89, 6, count) - 8 * (done > 24 * 25)).clip(0, 100).round(1)
    poor = assessed & (score < 82)
    trained, mended = poor & (chance["then"] < 0.5), poor & (chance["then"] > 0.4)
    every = np.ones(count, dtype=bool)
    parts = [
        _step(orders, "deployment", np.zeros(count), every),
        _step(orders, "receipt", received, comes),
        _step(orders, "feedback", worked, half, is_done=False),
        _step(orders, "feedback", done, answered, is_done=True),
        _step(orders, "supervision", np.full(count, 24.0 * 14), slow | (comes & ~answered)),
        _step(orders, "assessment", judged, assessed, score=score),
        _step(orders, "training", judged + 24 * 5, trained),
        _step(orders, "process_change", judged + 24 * 9, mended),
    ]
    return pl.concat(parts).drop("chain", "hop", "at", "received")


def _step(
    orders: pl.DataFrame,
    step: str,
    hours: np.ndarray,
    happens: np.ndarray,
    *,
    is_done: bool | None = None,
    score: np.ndarray | None = None,
) -> pl.DataFrame:
    none = pl.lit(None, dtype=pl.Float64)
    return orders.with_columns(
        step=pl.lit(step),
        step_at=(pl.col("at") + hours_long(hours)).dt.truncate("1s"),
        is_done=pl.lit(is_done, dtype=pl.Boolean),
        score=none if score is None else pl.Series(score),
    ).filter(pl.Series(happens))
