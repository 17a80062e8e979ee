"""Events of the grid and how they are handled, stage by stage.

A worker's hidden ability decides how fast an event of the grid is handled and how likely a report
is valid; the grid's workload how many there are. Belongs here: events and stages. Does not: their
export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground, drawn_by, hours_long

SOURCES = {"grid_worker": 62, "resident": 14, "hotline": 10, "video": 7, "sensor": 3, "superior": 4}
LEVELS = {"04": 86, "03": 11, "02": 2.5, "01": 0.5}
NOTES = {
    "returned": "现场未处置到位，退回重办。",
    "void": "经核实不属实，作废。",
    "transferred": "非本单位职责，移交。",
    "extended": "需协调施工，申请延期。",
    "suspended": "条件暂不具备，挂账。",
}


@dataclass
class Handling:
    """Stages that are still to come, because they lie after the month of the last drop."""

    waiting: list[pl.DataFrame] = field(default_factory=list)


def grid_events(
    desk: Desk, ground: Ground, month: int, first: int, rng: np.random.Generator
) -> pl.DataFrame:
    """A month's events, as the contract ``grid_event`` has them, and ``ability``, ``hours``."""
    count = rng.poisson(desk.city["matters"]["grid_events"] * ground.residents)
    setting = ground.setting(count, desk.calendar, month, desk.town["requests"], rng)
    kinds = desk.city["grid_event_kinds"]
    season = desk.calendar.ends[month].month - 1
    weights = np.array([k["share"] * k.get("months", [1] * 12)[season] for k in kinds])
    kind = drawn_by(weights.astype(float), count, rng)
    number = (pl.Series(np.arange(count)) + first + 10**7 + 1).cast(pl.String).str.tail(7)
    ability = setting["ability"].to_numpy()
    valid = rng.random(count) < np.clip(0.9 + 0.12 * np.log(ability), 0.4, 0.995)
    level = _words(LEVELS, count, rng)
    self_handled = pl.Series(rng.random(count) < 0.3) & level.is_in(["03", "04"])
    source = _words(SOURCES, count, rng)
    before = hours_long(rng.exponential(0.7, count))
    return setting.with_columns(
        event_no=pl.format("SJ{}{}", setting["at"].dt.strftime("%Y%m%d"), number),
        source=source,
        category=pl.Series([k["category"] for k in kinds]).gather(kind),
        subcategory=pl.Series([k["what"] for k in kinds]).gather(kind),
        level=level,
        occurred_at=(setting["at"] - before).dt.truncate("1s"),
        reported_at=setting["at"],
        reporter_no=pl.when(pl.lit(source) == "grid_worker").then("staff_no"),
        description=pl.format(
            "{}{}。", "community_name", pl.Series([k["what"] for k in kinds]).gather(kind)
        ),
        limit_class=pl.Series([k["limit"] for k in kinds]).gather(kind),
        is_valid=pl.Series(valid),
        is_self_handled=self_handled,
        hours=pl.Series(np.array([float(k["hours"]) for k in kinds])[kind]),
    )


def grid_event_stages(
    desk: Desk, events: pl.DataFrame, month: int, state: Handling, rng: np.random.Generator
) -> pl.DataFrame:
    """The stages that came about until the month's end, of these events and of earlier ones."""
    state.waiting.append(stages_of(events, rng))
    known = pl.concat(state.waiting)
    end = datetime.combine(desk.calendar.ends[month], time(23, 59, 59))
    state.waiting = [known.filter(pl.col("stage_at") > end)]
    return known.filter(pl.col("stage_at") <= end).sort("event_no", "stage_at", "stage")


def stages_of(events: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """All stages of the events, as the contract ``grid_event_stage`` has them.

    reported, accepted, then void, or dispatched, handled, verified, closed and perhaps rated; some
    are transferred, extended, suspended, or returned once and handled again.
    """
    count = len(events)
    wait = events["hours"].to_numpy() / events["ability"].to_numpy()
    own = events["is_self_handled"].to_numpy()
    valid = events["is_valid"].to_numpy()
    hours = {
        "accepted": rng.lognormal(-1.5, 0.8, count),
        "transferred": rng.lognormal(0, 0.6, count),
        "dispatched": np.where(own, 0.05, rng.lognormal(0, 0.9, count)),
        "handled": wait * rng.lognormal(0, 0.7, count),
        "verified": rng.lognormal(1.5, 0.7, count),
        "closed": rng.lognormal(0, 0.7, count),
        "rated": rng.lognormal(3, 0.5, count),
    }
    chance = {name: rng.random(count) for name in ("transferred", "extended", "returned", "rated")}
    moved, late = valid & (chance["transferred"] < 0.03), valid & (chance["extended"] < 0.05)
    back = valid & (chance["returned"] < 0.08)
    at = {"reported": np.zeros(count), "accepted": hours["accepted"]}
    at["void"] = at["accepted"] + hours["dispatched"]
    at["transferred"] = at["accepted"] + hours["transferred"]
    at["dispatched"] = np.where(moved, at["transferred"], at["accepted"]) + hours["dispatched"]
    at["handled"] = at["dispatched"] + hours["handled"] * np.where(late, 3, 1)
    at["extended"] = at["dispatched"] + hours["handled"] * 0.8
    at["suspended"] = at["dispatched"] + hours["handled"] * 0.9
    at["returned"] = at["handled"] + hours["verified"]
    again = at["returned"] + hours["handled"] * 0.6
    at["verified"] = np.where(back, again, at["handled"]) + hours["verified"] + 0.01
    at["closed"] = at["verified"] + hours["closed"] + 0.01
    at["rated"] = at["closed"] + hours["rated"]
    happens = {
        **dict.fromkeys(("reported", "accepted"), np.ones(count, dtype=bool)),
        **dict.fromkeys(("handled", "verified", "closed"), valid),
        **{"void": ~valid, "transferred": moved, "dispatched": valid & ~own},
        **{"extended": late, "suspended": late & (chance["rated"] < 0.2), "returned": back},
        "rated": valid & (chance["rated"] < 0.5),
    }
    parts = [_stage(events, stage, at[stage], happens[stage], at) for stage in happens]
    parts.append(_stage(events, "handled", again, back, at))
    return pl.concat(parts)


def _stage(
    events: pl.DataFrame, stage: str, hours: np.ndarray, happens: np.ndarray, at: dict[str, Any]
) -> pl.DataFrame:
    seconds, promised = hours_long(hours), hours_long(at["handled"] + 24)
    frame = events.select(
        "event_no",
        pl.lit(stage).alias("stage"),
        (pl.col("reported_at") + seconds).dt.truncate("1s").alias("stage_at"),
        "unit_code",
        "staff_no",
        pl.lit(NOTES.get(stage), dtype=pl.String).alias("note"),
        pl.lit(True if stage == "verified" else None, dtype=pl.Boolean).alias("is_passed"),
        (pl.col("reported_at") + promised).alias("extended_until"),
    )
    if stage != "extended":
        frame = frame.with_columns(extended_until=pl.lit(None, dtype=pl.Datetime("us")))
    return frame.filter(pl.Series(happens))


def _words(weights: Mapping[str, float], count: int, rng: np.random.Generator) -> pl.Series:
    chosen = drawn_by(np.array(list(weights.values()), dtype=float), count, rng)
    return pl.Series(list(weights)).gather(chosen)
