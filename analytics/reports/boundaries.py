"""Figures under the boundaries of any date: the place columns of facts restated.

Belongs here: following places from register to register (``bridge_place_succession``) to the one
in force on a date, and facts with their places there. Does not belong here: how succession is
known (dbt) or how cells are computed (``cells``).

A code stands for the place that bore it last before that date, or first after it, and is followed
from there. Where a place was split up or nobody knows what became of it, its figures stand at the
nearest ancestor that is known, unplaced below: so parts still add up to the whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import polars as pl

from analytics.reports.cells import cells_of_catalog
from analytics.reports.coordinates import LEVELS, quoted
from analytics.reports.declarations import Report
from analytics.reports.metrics import Fact
from analytics.reports.rows import PLACE_COLUMNS
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError
from civic.lake import LAKE

MARTS = f"{LAKE}.marts"
SUCCESSION = f"{MARTS}.bridge_place_succession"
PATH = tuple(PLACE_COLUMNS.values())
#: Digits that a code has at the levels above it: community, street, district, city.
ANCESTOR_DIGITS = (12, 9, 6, 4)
CODE_LENGTH = 12
_IDENTIFIER = re.compile(r"(?P<report>\w+)/c[0-9a-f]{12}@(?P<on>\d{4}-\d{2}-\d{2})")


def date_of(text: str) -> date:
    """A date as the reader typed it. Raises CivicError for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CivicError(f"{text!r} is no date.", "Write it as 2021-10-31.") from error


def cells_within(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, report: Report, on: date
) -> pl.DataFrame:
    """The cells of a report under the boundaries of a date, computed from the marts.

    ``connection`` has the lake of a publication attached as ``lake``. Columns as ``build_cells``.
    These figures are not published: their identifiers name the report and the date as well,
    ``events/c1a2b3c4d5e6@2021-10-31``, and ``cell_within`` computes such a one again.
    """
    restated = restate_report(connection, catalog, report, on)
    cells = cells_of_catalog(connection, restated, {report.name: report})
    named = pl.format("{}/{}@{}", pl.lit(report.name), "cell_id", pl.lit(on.isoformat()))
    return cells.with_columns(cell_id=named)


def is_within(cell_id: str) -> bool:
    """Whether an identifier is that of a figure under the boundaries of a date."""
    return _IDENTIFIER.fullmatch(cell_id) is not None


def cell_within(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    reports: Mapping[str, Report],
    cell_id: str,
) -> tuple[dict[str, Any], Catalog]:
    """A figure under the boundaries of a date, and the catalog by which it is traced.

    Raises CivicError where there is no such figure.
    """
    match = _IDENTIFIER.fullmatch(cell_id)
    report = reports.get(match["report"]) if match else None
    if match is None or report is None:
        raise _no_such(cell_id)
    on = date_of(match["on"])
    found = cells_within(connection, catalog, report, on).filter(cell_id=cell_id)
    if found.is_empty():
        raise _no_such(cell_id)
    return found.row(0, named=True), restate_report(connection, catalog, report, on)


def _no_such(cell_id: str) -> CivicError:
    return CivicError(
        f"There is no figure {cell_id}.",
        "civic report show REPORT --boundaries DATE --ids gives identifiers.",
        zh=f"没有数字 {cell_id}。",
        remedy_zh="civic report show 报表 --boundaries 日期 --ids 列出编号。",
    )


def restate_report(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, report: Report, on: date
) -> Catalog:
    """The catalog with the facts of a report where they lie under the boundaries of a date."""
    names = {catalog.metric(name).fact.name for name in report.metrics}
    return restate(connection, catalog, on, names)


def restate(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, on: date, names: Collection[str]
) -> Catalog:
    """The catalog with the named facts where they lie under the boundaries of a date.

    Makes temporary tables and views on the connection, one view for each fact. Raises CivicError
    where the publication does not know what became of places.
    """
    follow_places(connection, on)
    facts = [catalog.facts[name] for name in sorted(names)]
    _place_codes_borne(connection, facts)
    return replace(catalog, relations={f.name: _restated(connection, f) for f in facts})


def follow_places(connection: duckdb.DuckDBPyConnection, on: date) -> None:
    """Make the temporary table ``place_as_of``: every place code ever registered, and where it is.

    ``place_code``; ``as_of_code``, the place in force on the date at which its figures stand; the
    codes of that place's path. A city without a register so old has the boundaries of its first.
    """
    _check_marts(connection)
    path = ", ".join(f"standing.{column}" for column in PATH)
    _walk_to_the_date(connection, on)
    connection.execute(f"""
create or replace temp table place_as_of as
select walk.place_code, walk.at_code as as_of_code, {path}
from place_walk as walk
join {MARTS}.fct_place_registered as standing
  on standing.city_code = walk.register_city_code
  and standing.register_date = walk.target
  and standing.place_code = walk.at_code
where walk.at_date = walk.target
qualify row_number() over (
  partition by walk.place_code order by walk.target desc, walk.register_city_code
) = 1
""")


def _walk_to_the_date(connection: duckdb.DuckDBPyConnection, on: date) -> None:
    """Make ``place_walk``: every code goes from register to register to the one that is wanted.

    Step by step and not as a recursive query: with two threads DuckDB 1.5.5 now and then lost rows
    of the recursion that this was (25 of 29 codes, in 25 of 40 runs over the same tables).
    """
    connection.execute(f"""
create or replace temp table place_walk as
with targets as (
{_targets_sql(on)}
)
select
  0 as step, registered.place_code, registered.city_code as register_city_code, targets.target,
  coalesce(
    max(register_date) filter (where register_date <= target), min(register_date)
  ) as at_date,
  registered.place_code as at_code
from {MARTS}.fct_place_registered as registered
join targets on targets.register_city_code = registered.city_code
group by registered.place_code, registered.city_code, targets.target
""")
    step, went_on = 0, True
    while went_on:
        (count,) = connection.execute(
            f"""
insert into place_walk
select distinct
  walk.step + 1, walk.place_code, walk.register_city_code, walk.target,
  next.to_date, next.stands_at_code
from place_walk as walk
join {SUCCESSION} as next
  on next.register_city_code = walk.register_city_code
  and next.place_code = walk.at_code
  and next.from_date = walk.at_date
  and next.is_forward = (walk.target > walk.at_date)
where walk.step = ? and walk.at_date <> walk.target
""",
            [step],
        ).fetchone() or (0,)
        step, went_on = step + 1, bool(count)


def places_within(connection: duckdb.DuckDBPyConnection, on: date) -> pl.DataFrame:
    """The places in force on a date; columns as ``asking.known_places``."""
    _check_marts(connection)
    path = ", ".join(f"places.{column}" for column in PATH)
    return connection.execute(f"""
with targets as (
{_targets_sql(on)}
)
select places.place_code, places.level, places.place_name, places.parent_code, {path}
from {MARTS}.dim_place as places
join targets on targets.register_city_code = places.city_code
where places.valid_from <= targets.target
  and (places.valid_to is null or places.valid_to > targets.target)
qualify row_number() over (
  partition by places.place_code order by targets.target desc, places.city_code
) = 1
order by places.place_code
""").pl()


def _targets_sql(on: date) -> str:
    """The register of each city that was in force on the date, or its first."""
    day = f"date {quoted(on.isoformat())}"
    return f"""
  select
    city_code as register_city_code,
    coalesce(
      max(register_date) filter (where register_date <= {day}), min(register_date)
    ) as target
  from {MARTS}.fct_place_registered
  group by city_code"""


def _check_marts(connection: duckdb.DuckDBPyConnection) -> None:
    schema, table = SUCCESSION.split(".")[1:]
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = ? "
        "and table_name = ?",
        [LAKE, schema, table],
    ).fetchone()
    if found is None:
        raise CivicError(
            "This publication does not say what became of places.",
            "Leave out --boundaries, or publish anew: civic run",
        )


def _place_codes_borne(connection: duckdb.DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """Make the temporary table ``place_restated``: codes that facts bear, and their paths.

    A code that no register ever had stands for the nearest ancestor that its digits name.
    """
    borne = " union ".join(
        f"select {column} as place_code from {fact.relation} where {column} is not null"
        for fact in facts
        for column in _place_columns(connection, fact)
    )
    full = f"rpad(place_code, greatest(length(place_code), {CODE_LENGTH})::integer, '0')"
    candidates = [full, *(f"rpad({full}[:{n}], {CODE_LENGTH}, '0')" for n in ANCESTOR_DIGITS)]
    path = ", ".join(f"place_as_of.{column}" for column in PATH)
    connection.execute(f"""
create or replace temp table place_restated as
select stated.place_code, {path}
from (
  select
    place_code,
    unnest([{", ".join(candidates)}]) as candidate,
    unnest(range({len(candidates)})) as steps_up
  from ({borne})
) as stated
join place_as_of on place_as_of.place_code = stated.candidate
qualify row_number() over (partition by stated.place_code order by steps_up) = 1
""")


def _restated(connection: duckdb.DuckDBPyConnection, fact: Fact) -> str:
    """Make a temporary view of the fact under the other boundaries; its name.

    The code that a row bears decides; where it bears none or one that leads nowhere, its place
    within the current boundaries does.
    """
    view = f"restated_{fact.name}"
    columns = _place_columns(connection, fact)
    finest = "coalesce(" + ", ".join(f"fact.{c}" for c in columns if c != "place_code") + ")"
    stated = "fact.place_code" if "place_code" in columns else "null"
    path = ", ".join(
        f"case when stated.place_code is not null then stated.{c} else placed.{c} end as {c}"
        for c in PATH
    )
    connection.execute(f"""
create or replace temp view {view} as
select fact.* replace ({path})
from {fact.relation} as fact
left join temp.main.place_restated as stated on stated.place_code = {stated}
left join temp.main.place_restated as placed on placed.place_code = {finest}
""")
    return f"temp.main.{view}"


def _place_columns(connection: duckdb.DuckDBPyConnection, fact: Fact) -> list[str]:
    """The columns of a fact that hold place codes: what the row bears, then the finest first."""
    described = connection.execute(f"describe {fact.relation}").fetchall()
    there: Mapping[str, None] = dict.fromkeys(row[0] for row in described)
    wanted = ("place_code", *(PLACE_COLUMNS[level] for level in reversed(LEVELS[1:])))
    return [column for column in wanted if column in there]
