"""What a reader asks of a report, checked against the places, levels and periods that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import polars as pl

from analytics.reports.coordinates import ALL, LEVELS, UNPLACED, parse_slices
from analytics.reports.periods import GRAIN_NAMES, grain_of
from civic.errors import CivicError
from civic.lake import LAKE


@dataclass(frozen=True)
class Asked:
    """What the reader asks for.

    ``level``: lines are the places of that level below ``place``. ``period``: a period, or a grain
    ('month') for lines that are periods. ``by``: lines are the values of these dimensions;
    ``fixed``: only this value of a dimension. At most one of them names the lines; where none
    does, the report's declaration decides.
    """

    place: str = ALL
    level: str | None = None
    period: str = ALL
    by: tuple[str, ...] = ()
    fixed: Mapping[str, str | None] = field(default_factory=dict)


def asked_for(
    places: pl.DataFrame,
    place: str | None = None,
    level: str | None = None,
    period: str | None = None,
    slices: str | None = None,
) -> Asked:
    """What a person typed, checked: a place's code or name, ``category`` or ``category=value``.

    Raises CivicError saying what may be given.
    """
    if level is not None and level not in LEVELS[1:]:
        there = ", ".join(LEVELS[1:])
        raise CivicError(
            f"There is no level {level}; there are {there}.",
            zh=f"没有层级 {level}；可用的有 {there}。",
        )
    if period and period not in GRAIN_NAMES:
        grain_of(period)
    parts = [p for p in (slices or "").split(";") if p]
    by = tuple(sorted(p for p in parts if "=" not in p))
    fixed = parse_slices(";".join(p for p in parts if "=" in p))
    if sum([level is not None, period in GRAIN_NAMES, bool(by)]) > 1:
        raise CivicError(
            "Level, kind of period and slice each name the lines; only one of them can.",
            "Fix the others: --period 2019-02, --slice category=value.",
            zh="层级、期间种类、分类都决定行，只能用其中一个。",
            remedy_zh="其余的请取定值：--period 2019-02、--slice category=值。",
        )
    return Asked(_place_code(places, place), level, period or ALL, by, fixed)


def known_places(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every place that a register ever named, as it was named last, with the codes above it.

    ``place_code, level, place_name, parent_code`` and the code of each level; one row per place.
    """
    path = ", ".join(f"{level}_code" for level in LEVELS[1:])
    return connection.execute(
        f"select place_code, level, place_name, parent_code, {path} from {LAKE}.marts.dim_place "
        "qualify row_number() over (partition by place_code order by valid_from desc) = 1 "
        "order by place_code"
    ).pl()


def place_names(places: pl.DataFrame) -> dict[str, str]:
    """Names by place code."""
    return dict(places.select("place_code", "place_name").iter_rows())


def _place_code(places: pl.DataFrame, place: str | None) -> str:
    if not place or place == ALL:
        return ALL
    bare = place.removesuffix(UNPLACED)
    if bare in (ALL, *places["place_code"]):
        return place
    if (whole := _whole_code(bare)) in places["place_code"]:
        return whole + place[len(bare) :]
    named = places.filter(pl.col("place_name") == bare)
    match named.height:
        case 1:
            return str(named.item(0, "place_code")) + place[len(bare) :]
        case 0:
            raise CivicError(
                f"There is no place {place}.",
                "Give its code or its full name.",
                zh=f"没有地区 {place}。",
                remedy_zh="请写区划代码或全称。",
            )
        case _:
            codes = ", ".join(named["place_code"].head(5))
            raise CivicError(
                f"Several places are called {place}: {codes}.",
                "Give the code.",
                zh=f"有几个地区都叫 {place}：{codes}。",
                remedy_zh="请写区划代码。",
            )


def _whole_code(code: str) -> str:
    """A code of 4, 6 or 9 digits, as GB/T 2260 and GB/T 10114 write it, in its 12 digits."""
    return code.ljust(12, "0") if code.isdigit() and len(code) in (4, 6, 9) else code
