"""Write the drops of a made-up city, and beside them the truth about it.

The one door of this room: ``write_city``. Districts are made first, in processes of their own where
the city is large; what they tell of buildings, people, units and staff is the ground on which
all other feeds stand.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.contracts import load_contracts
from ingestion.simulator.city.astray import in_wrong_folder, repeated
from ingestion.simulator.city.calendar import Calendar, Desk
from ingestion.simulator.city.duties import write_duties
from ingestion.simulator.city.feeds import FeedsResult, components, write_feeds
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.city.matters import (
    write_dispatches,
    write_messages,
    write_registers,
    write_requests,
)
from ingestion.simulator.city.new_organisations import make_organisations
from ingestion.simulator.city.places import make_places
from ingestion.simulator.city.register import read_register
from ingestion.simulator.city.sign_offs import write_sign_offs
from ingestion.simulator.city.streets import DistrictResult, write_district
from ingestion.simulator.city.truth import keep_truth
from ingestion.simulator.city.work_items import write_work_items
from ingestion.simulator.events import month_ends
from ingestion.simulator.exporting import rng_of
from ingestion.simulator.organisations import make_upper_units
from ingestion.simulator.town import CONTRACTS, Truth, check_wishes, declared

LARGE = 40_000
"""From so many residents on, work is shared out to processes."""


def write_city(
    out: Path,
    residents: int,
    months: int,
    seed: int = 1,
    until: date = date(2026, 10, 31),
    *,
    register: Path | None = None,
    city: str | None = None,
    truth: Path | None = None,
    processes: int | None = None,
) -> Truth:
    """Write ``out/<unit>/<feed>/<file>`` and the truth into ``truth`` (default: beside ``out``).

    ``register``: a file of the feed ``division`` whose divisions the city gets; ``city``: the first
    four digits of the city in it. ``processes``: default two for a large city, else none of their
    own. The same arguments give the same bytes, whatever ``processes`` is. Raises CivicError as
    ``write_town`` does, and where the register does not fit.
    """
    check_wishes(out, residents, months)
    contracts = load_contracts([CONTRACTS])
    habits = declared("city/city.yml")
    known = read_register(register, contracts["division"], city) if register else None
    grids = make_places(habits, residents, seed, known)
    desk = Desk(
        out=out,
        contracts=contracts,
        calendar=_calendar(grids, month_ends(until, months)),
        seed=seed,
        town=declared("town.yml"),
        city=habits,
        first_district=grids["district_code"][0][:6],
    )
    workers = processes if processes is not None else (2 if residents >= LARGE else 0)
    districts = list(_each(_district, _district_tasks(desk, grids), workers))
    ground = _ground(desk, grids, districts, residents)
    tasks = [(desk, ground, name, group) for name, group in _rest(desk)]
    results = [*districts, *_each(_feeds, tasks, workers)]
    files = [file for result in results for file in result.files]
    again = repeated(desk, files, "hotline_12345", "service_request")
    files += [again] if again else []
    missing = [file for result in results for file in result.missing]
    duties = write_duties(desk, grids, files, missing)
    files += [duties] if duties else []
    files.append(in_wrong_folder(desk, f"centre_{desk.first_district}", "resident"))
    hidden = _hidden(ground, districts, results[len(districts) :])
    return keep_truth(truth or out.parent / "truth", files, missing, hidden)


def _ground(
    desk: Desk, grids: pl.DataFrame, districts: list[DistrictResult], residents: int
) -> Ground:
    def of(name: str) -> pl.DataFrame:
        return pl.concat([part for district in districts for part in getattr(district, name)])

    ground = Ground(
        grids=grids,
        buildings=of("buildings").sort("grid_code", maintain_order=True),
        people=of("people"),
        units=_whole_tree(desk, grids, of("units")),
        staff=of("staff"),
        organisations=pl.DataFrame(),
        residents=residents,
    )
    rng = rng_of(desk.seed, "organisations")
    return replace(ground, organisations=make_organisations(desk, ground, rng))


def _whole_tree(desk: Desk, grids: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Units of the streets below those of their districts, these below the city's."""
    above = make_upper_units(desk.town, desk.city["city"], grids, rng_of(desk.seed, "upper units"))
    district = pl.format("{}-001", pl.col("place_code").str.head(6))
    below = units.with_columns(parent_code=pl.coalesce("parent_code", district))
    return pl.concat([above, below], how="diagonal")


def _rest(desk: Desk) -> list[tuple[str, list[str]]]:
    """What is written after the districts, the longest first; no task needs another."""
    groups = components(desk.contracts)
    return [*((name, []) for name in MATTERS), *(("feeds", group) for group in groups)]


def _feeds(task: tuple[Desk, Ground, str, list[str]]) -> FeedsResult:
    desk, ground, name, group = task
    ground = replace(ground, keys={})
    return write_feeds(desk, ground, group) if name == "feeds" else MATTERS[name](desk, ground)


MATTERS: dict[str, Callable[[Desk, Ground], FeedsResult]] = {
    "work_items": write_work_items,
    "requests": write_requests,
    "dispatches": write_dispatches,
    "messages": write_messages,
    "registers": write_registers,
    "sign_offs": write_sign_offs,
}


def _hidden(
    ground: Ground, districts: list[DistrictResult], feeds: list[FeedsResult]
) -> dict[str, pl.DataFrame]:
    grids = ground.grids
    feedback = [told for result in feeds for told in result.feedback]
    work_items = [told for result in feeds for told in result.work_items]
    orders = [made for result in feeds for made in result.work_orders]
    signed = [told for result in feeds for told in result.sign_offs]
    objected = [told for result in feeds for told in result.objections]
    moves = [moves for district in districts for moves in district.moves]
    return {
        "grids": grids.select("grid_code", "residents", "workload"),
        "reorganisation": _reorganisation(grids),
        "staff": ground.staff.select("staff_no", "post", "unit_code", "grids_in_charge", "ability"),
        "organisations": ground.organisations.select("credit_code", "grid_code", "listed_on"),
        "feedback": pl.concat(feedback) if feedback else pl.DataFrame(),
        "work_items": pl.concat(work_items) if work_items else pl.DataFrame(),
        "work_orders": pl.concat(orders) if orders else pl.DataFrame(),
        "sign_offs": pl.concat(signed) if signed else pl.DataFrame(),
        "objections": pl.concat(objected) if objected else pl.DataFrame(),
        "moves": pl.concat(moves) if moves else pl.DataFrame(),
    }


def _reorganisation(grids: pl.DataFrame) -> pl.DataFrame:
    now, then = pl.col("community_name", "grid_code"), pl.col("old_community_name", "old_grid_code")
    changed = (pl.col("grid_code") != pl.col("old_grid_code")) | (
        pl.col("community_name") != pl.col("old_community_name")
    )
    return grids.filter(changed).select(now, then)


def _calendar(grids: pl.DataFrame, ends: list[date]) -> Calendar:
    changed = grids.filter(pl.col("grid_code") != pl.col("old_grid_code"))
    communities = grids.filter(pl.col("community_code") != pl.col("old_community_code"))
    old = dict(changed.select("grid_code", "old_grid_code").iter_rows())
    # A community that swallowed another kept its code; one that was split off had its neighbour's.
    split = communities.group_by("community_code").agg(pl.col("old_community_code").unique())
    whole = grids["community_code"].value_counts(name="n")
    split = split.join(whole, on="community_code").join(
        communities["community_code"].value_counts(name="changed"), on="community_code"
    )
    gone = split.filter(pl.col("n") == pl.col("changed"))
    old |= {code: names[0] for code, names in gone.select(gone.columns[:2]).iter_rows()}
    return Calendar(ends, max(1, len(ends) // 2), old)


def _district_tasks(desk: Desk, grids: pl.DataFrame) -> list[tuple[Any, ...]]:
    tasks, number = [], 0
    for _, own in grids.group_by("district_code", maintain_order=True):
        tasks.append((desk, own, number))
        number += own["subdistrict_code"].n_unique()
    return tasks


def _district(task: tuple[Any, ...]) -> DistrictResult:
    return write_district(*task)


def _each(work: Callable[[Any], Any], tasks: Sequence[Any], workers: int) -> Iterator[Any]:
    """The results in order of the tasks; the largest task is begun as it stands in the list."""
    if not workers:
        yield from map(work, tasks)
        return
    threads = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            yield from pool.map(work, tasks)
    finally:
        os.environ.pop("POLARS_MAX_THREADS")
        if threads is not None:
            os.environ["POLARS_MAX_THREADS"] = threads
