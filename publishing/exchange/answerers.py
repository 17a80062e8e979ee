"""Which unit is to answer about which organisations.

A unit answers a feed when it has delivered it before, or when a folder ``drops/<unit>/<feed>``
waits for it. Where several units answer one feed, the register of units (``dim_unit``) says whose
area an organisation lies in; the unit of the smaller area goes before that of the larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from civic.settings import Settings
from publishing.exchange.asked import LEVELS, Question
from publishing.opening import OpenPublication


def answering_units(
    opened: OpenPublication, settings: Settings, question: Question
) -> tuple[list[str], bool]:
    """The units that answer a feed, in order of their names, and whether any is known.

    Where none is, the list goes to a folder under the name by which the contract calls whoever
    answers (``answered_by``), so that a first list can be handed over at all.
    """
    delivered = {
        str(drop["unit"])
        for drop in opened.manifest["drops"]
        if drop["feed"] == question.feed and drop.get("status", "accepted") == "accepted"
    }
    waiting = {
        path.parent.name
        for path in settings.drops.glob(f"*/{question.feed}")
        if path.is_dir() and not path.parent.name.startswith(".")
    }
    units = sorted(delivered | waiting)
    return units or [question.answered_by], bool(units)


def areas_of(opened: OpenPublication, units: Sequence[str]) -> dict[str, str]:
    """Unit to the code of its area, for the units that the register knows by code or name."""
    if len(units) < 2:
        return {}
    rows = opened.connection.execute(
        "select unit_code, unit_name, place_code from marts.dim_unit where place_code is not null"
    ).fetchall()
    by_code = {str(code): str(place) for code, _, place in rows}
    by_name: dict[str, set[str]] = {}
    for _, name, place in rows:
        by_name.setdefault(str(name), set()).add(str(place))
    # A name that two units share says nothing about an area.
    by_name_alone = {n: next(iter(places)) for n, places in by_name.items() if len(places) == 1}
    known = {unit: by_code.get(unit) or by_name_alone.get(unit) for unit in units}
    return {unit: place for unit, place in known.items() if place}


def shares(
    asked: pl.DataFrame, units: Sequence[str], areas: Mapping[str, str]
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """The organisations of each unit, and those that are nobody's.

    ``asked`` as ``organisations_asked`` gives it. One unit alone has all. Of several, a unit with
    an area has what lies in it and in no smaller one; the units without an area share the rest:
    each those that it answered itself last, all of them those that nobody answered.
    """
    if len(units) == 1:
        return {units[0]: asked}, asked.clear()
    places = sorted(set(areas.values()))
    smallest_first = [
        pl.when(pl.col(level).is_in(places)).then(pl.col(level).cast(pl.String)) for level in LEVELS
    ]
    placed = asked.with_columns(pl.coalesce(*smallest_first).alias("area"))
    anywhere = [unit for unit in units if unit not in areas]
    is_shared = pl.col("area").is_null()
    by_others = pl.col("answered_in").is_in(anywhere).fill_null(False)
    made = {}
    for unit in units:
        if unit in areas:
            mine = pl.col("area") == areas[unit]
        else:
            mine = is_shared & ((pl.col("answered_in") == unit).fill_null(False) | ~by_others)
        made[unit] = placed.filter(mine).drop("area")
    nobodys = asked.clear() if anywhere else placed.filter(is_shared).drop("area")
    return made, nobodys
