"""What a person is given a part of: a place or a unit that there is, by its code or its name."""

from __future__ import annotations

import duckdb

from civic.errors import CivicError
from civic.settings import Settings
from publishing.shelf import find_publication
from superset_assets.declared import load_audiences


def part_named(settings: Settings, role: str, what: str) -> str:
    """The code of a place, or a unit as records name it, in the current publication.

    Raises CivicError for a role or a part that there is not, and for a name that several share.
    """
    roles = load_audiences()["roles"]
    if role not in roles:
        raise CivicError(
            f"There is no role {role}; there are {', '.join(roles)}.",
            zh=f"没有角色 {role}；可用的有 {'、'.join(roles)}。",
        )
    column = roles[role].get("by")
    if not column:
        raise CivicError(
            f"{role} sees everything; it takes no part.",
            "Leave --part out.",
            zh=f"{role} 可见全部，不需要范围。",
            remedy_zh="请去掉 --part。",
        )
    if column == "unit":
        return _unit(settings, what)
    return _place(settings, column.removesuffix("_code"), what)


def _place(settings: Settings, level: str, what: str) -> str:
    file = find_publication(settings).figures_file
    with duckdb.connect(str(file), read_only=True) as figures:
        found = figures.execute(
            "select place_code, place_zh from places where level = ? "
            "and place_code not like '%/unplaced' and (place_code = ? or place_zh = ?) "
            "order by 1",
            [level, what, what],
        ).fetchall()
    if not found:
        raise CivicError(
            f"There is no {level} {what}.",
            "Give its 12-digit code or its full name.",
            zh=f"没有这个地区：{what}。",
            remedy_zh="请写 12 位区划代码或全称。",
        )
    if len(found) > 1:
        codes = ", ".join(code for code, _ in found[:5])
        raise CivicError(
            f"Several places are called {what}: {codes}.",
            "Give the code.",
            zh=f"有几个地区都叫 {what}：{codes}。",
            remedy_zh="请写区划代码。",
        )
    return str(found[0][0])


def _unit(settings: Settings, what: str) -> str:
    publication = find_publication(settings)
    with duckdb.connect(str(publication.serving_file), read_only=True) as work:
        known = {unit for (unit,) in work.execute("select distinct unit from drops").fetchall()}
        known |= {u for (u,) in work.execute("select unit from screens.subjects").fetchall()}
    with duckdb.connect(str(publication.figures_file), read_only=True) as figures:
        named = figures.execute("select distinct unit from slices where unit is not null")
        known |= {unit for (unit,) in named.fetchall()}
    if what not in known:
        alike = sorted(str(u) for u in known if u and what and what[:3] in str(u))[:5]
        hint = f"There are {', '.join(alike)}." if alike else "civic drop due names units."
        raise CivicError(f"No record names a unit {what}.", hint, zh=f"没有单位 {what}。")
    return what
