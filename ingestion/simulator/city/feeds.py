"""All feeds that stand on the ground of the city: which rows, in whose file, in what order.

Belongs here: a feed's drops month after month. Does not: its rows (``drawing``, generators), the
city's people and homes (``streets``), its matters by district (``matters``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from ingestion.contracts import Contract
from ingestion.simulator.city import handling, new_organisations, objections, orders, survey
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.drawing import Feed, draw_rows
from ingestion.simulator.city.files import FileTruth, GrowingFile
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.exporting import rng_of

GROUND = {"staff", "unit", "building", "dwelling", "new_organisation", "division", "resident"}
DEFAULT_ROWS: dict[str, dict[str, Any]] = {
    "snapshot": {"per": "community", "each": 1},
    "upsert": {"per": "thousand", "each": 0.3},
}
DISTRICT = pl.col("_district")


@dataclass
class FeedsResult:
    """What stands in the files; ``feedback``: unit, credit_code, answered_on, contradicts;
    ``work_items``: what was told late or not at all; ``work_orders``: orders.TRUTH; ``sign_offs``:
    which reports stand signed; ``objections``: those that are answered."""

    files: list[FileTruth] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    feedback: list[pl.DataFrame] = field(default_factory=list)
    work_items: list[pl.DataFrame] = field(default_factory=list)
    work_orders: list[pl.DataFrame] = field(default_factory=list)
    sign_offs: list[pl.DataFrame] = field(default_factory=list)
    objections: list[pl.DataFrame] = field(default_factory=list)


EVERY_MONTH = ("new_organisations", "grid_event_stages", "objections")
"""Generators that are asked every month, whatever the feed's cadence."""


@cache
def declarations() -> dict[str, dict[str, Any]]:
    """What feeds/*.yml say, by feed."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(files(__package__).joinpath("feeds").iterdir(), key=lambda p: p.name):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def components(contracts: Mapping[str, Contract]) -> list[list[str]]:
    """The feeds, those together that refer to one another, each after the ones it refers to."""
    declared = declarations()
    own = [f for f in contracts if not declared.get(f, {}).get("skip")]
    needs = {f: {feed for feed in _needed(contracts[f]) if feed in own and feed != f} for f in own}
    groups: list[set[str]] = []
    for feed in own:
        together = {feed} | needs[feed]
        touching = [g for g in groups if g & together]
        groups = [g for g in groups if not g & together]
        groups.append(together.union(*touching))
    return sorted((_in_order(group, needs) for group in groups), key=lambda g: (-len(g), g))


def _needed(contract: Contract) -> set[str]:
    needed = {f.reference[0] for f in contract.fields if f.reference} - GROUND
    if contract.centre.get("element") == "event_stage":
        needed.add(contract.centre["event_feed"])
    return needed


def _in_order(group: set[str], needs: dict[str, set[str]]) -> list[str]:
    done: list[str] = []
    while len(done) < len(group):
        ready = [f for f in sorted(group - set(done)) if needs[f] <= set(done)]
        done.append(ready[0] if ready else min(group - set(done)))
    return done


def write_feeds(desk: Desk, ground: Ground, names: list[str]) -> FeedsResult:
    """Write all drops of these feeds, in the order of their names."""
    made, state = FeedsResult(), _GoingOn()
    declared = declarations()
    for name in names:
        _write_feed(desk, ground, Feed(desk.contracts[name], declared.get(name, {})), made, state)
    made.work_orders += state.orders.made
    made.objections += state.objections.truth
    return made


@dataclass
class _GoingOn:
    """What goes on from month to month: events of the grid, for the feed of their stages, by month;
    stages and steps that are still to come."""

    by_month: dict[int, pl.DataFrame] = field(default_factory=dict)
    handling: handling.Handling = field(default_factory=handling.Handling)
    orders: orders.Orders = field(default_factory=orders.Orders)
    objections: objections.Objections = field(default_factory=objections.Objections)


def _write_feed(desk: Desk, ground: Ground, feed: Feed, made: FeedsResult, state: _GoingOn) -> None:
    contract = feed.contract
    months = desk.calendar.months_of(contract.service_level.cadence)
    if feed.declared.get("generator") in EVERY_MONTH:
        months = list(range(len(desk.calendar.ends)))
    for month, rows in _drops(desk, ground, feed, months, state):
        if "contradicts" in rows.columns:
            unit = pl.lit(feed.declared["unit"]).alias("unit")
            told = rows.select(unit, "credit_code", "answered_on", "contradicts")
            made.feedback.append(told)
        keys = [f.name for f in contract.key if f.name in rows.columns]
        ground.remember(contract.feed, month, rows, keys)
        _leave(desk, feed, month, rows, made)


def _drops(
    desk: Desk, ground: Ground, feed: Feed, months: list[int], state: _GoingOn
) -> Iterator[tuple[int, pl.DataFrame]]:
    contract = feed.contract
    if contract.relation.mode == "snapshot" and "generator" not in feed.declared:
        rng = rng_of(desk.seed, contract.feed)
        rows = draw_rows(feed, desk, ground, 0, _count(feed, ground), rng)
        for nth, month in enumerate(months):
            grown = 1 if len(months) == 1 else 0.94 + 0.06 * nth / (len(months) - 1)
            yield month, rows.head(max(1, round(len(rows) * grown)))
        return
    for month in months:
        rng = rng_of(desk.seed, contract.feed, str(month))
        generator = feed.declared.get("generator")
        if generator is None:
            yield month, draw_rows(feed, desk, ground, month, _count(feed, ground), rng)
            continue
        given = _given(desk, ground, feed, month, rng, state)
        if len(given):
            rows = draw_rows(feed, desk, ground, month, len(given), rng, given)
            given = _with_contradictions(rows, given)
        yield month, given


def _given(
    desk: Desk, ground: Ground, feed: Feed, month: int, rng: np.random.Generator, state: _GoingOn
) -> pl.DataFrame:
    """What the feed's generator knows of a month's rows."""
    match feed.declared["generator"]:
        case "grid_events":
            own = handling.grid_events(desk, ground, month, feed.numbered, rng)
            state.by_month[month] = own
            objections.choose(desk, own, month, state.objections)
            return own
        case "objections":
            return objections.told(desk, month, state.objections)
        case "grid_event_stages":
            own = state.by_month.pop(month)
            return handling.grid_event_stages(desk, own, month, state.handling, rng)
        case "new_organisations":
            return new_organisations.listed_in(ground.organisations, month)
        case "feedback":
            always = rng_of(desk.seed, feed.contract.feed, "plan")
            return new_organisations.answers(desk, ground, feed.contract.feed, always, month)
        case "work_orders":
            return orders.work_orders(desk, ground, month, state.orders, rng)
        case "survey_answers":
            return survey.survey_answers(desk, ground, month, feed.numbered, rng)
        case unknown:
            raise ValueError(f"feeds/*.yml names an unknown generator: {unknown}")


def _with_contradictions(rows: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    if "contradicts" not in given.columns:
        return rows
    told = given.select("credit_code", "contradicts")
    return rows.join(told, on="credit_code", how="left", maintain_order="left")


def _count(feed: Feed, ground: Ground) -> int:
    """How many rows a drop has: so many for each of what is counted, at least three."""
    rows = feed.declared.get("rows") or DEFAULT_ROWS.get(
        feed.contract.relation.mode, DEFAULT_ROWS["upsert"]
    )
    return max(3, round(ground.numbers()[rows["per"]] * rows["each"]))


def _leave(desk: Desk, feed: Feed, month: int, rows: pl.DataFrame, made: FeedsResult) -> None:
    contract, declared = feed.contract, feed.declared
    places = [f.name for f in contract.fields if f.semantic == "division_code"]
    by_district = declared.get("by") == "district" and places
    parts: list[tuple[str, pl.DataFrame]] = [
        (declared.get("unit", f"{contract.module}_office"), rows)
    ]
    if by_district:
        district = rows[places[0]].str.head(6).alias("_district")
        parts = [
            (f"{parts[0][0]}_{code}", part.drop("_district"))
            for (code,), part in rows.with_columns(district).group_by(DISTRICT, maintain_order=True)
        ]
    for unit, part in parts:
        title = contract.title_zh
        if desk.is_missing(unit, contract.feed, month, title, made.missing):
            continue
        file = desk.open(unit, contract.feed, month, title, declared)
        _append(file, desk.calendar.coded_then(part, month, *places))
        if (truth := file.close()) is not None:
            made.files.append(truth)
        elif contract.service_level.cadence:
            made.missing.append(file.drop.untold)


def _append(file: GrowingFile, rows: pl.DataFrame) -> None:
    file.append(rows.drop("contradicts", strict=False))
