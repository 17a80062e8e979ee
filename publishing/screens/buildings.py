"""Buildings for screens: where they stand, and each as a grid of floors and doors with counts.

How many people a dwelling has is said in three classes: nobody, one to four, five or more. Belongs
here: those classes, which grids show none, and the views. Does not belong here: counts of residents
by place (``analytics.residents``).

Nobody can be told a number from one to four by it, whoever adds and subtracts: a grid shows its
dwellings only where it shows how many live in it, and where those of one to four leave room for
each of them to be any of the four (ADR 0027).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from analytics.reports.coordinates import UNPLACED
from civic.lake import LAKE
from ingestion.contracts import Contract
from publishing.residence_chain import SMALLEST_SHOWN
from publishing.screens.places import opening
from publishing.screens.words import CODES

MOST = SMALLEST_SHOWN - 1
_PATH = ", ".join(CODES)

BUILDINGS = f"""
select building_code, coalesce(building_name, building_code) as building_name, {_PATH},
  case
    when city_code is null then 'all{UNPLACED}'
    else coalesce(grid_code, community_code, street_code, district_code, city_code)
  end as place_code,
  case
    when grid_code is not null then 'grid'
    when community_code is not null then 'community'
    when street_code is not null then 'street'
    when district_code is not null then 'district'
    else 'city'
  end as level,
  use, floors, area, entrance_count::bigint as entrance_count,
  dwelling_count::bigint as dwelling_count, is_registered, longitude, latitude
from {LAKE}.marts.dim_building
order by building_code
"""

DWELLINGS = f"""
with counted as (
  select d.building_code, d.grid_code, coalesce(d.entrance, '') as entrance, d.floor, d.room_no,
    d.use, count(p.person_key) as persons
  from {LAKE}.marts.dim_dwelling as d
  left join {LAKE}.marts.dim_person as p using (dwelling_code)
  group by d.dwelling_code, d.building_code, d.grid_code, d.entrance, d.floor, d.room_no, d.use
),
told as (
  select place_code as grid_code
  from residents
  where dimension = 'total' and level = 'grid' and not is_hidden
),
grids as (
  select grid_code,
    count(*) filter (where persons between 1 and {MOST}) as few,
    coalesce(sum(persons) filter (where persons between 1 and {MOST}), 0) as their_persons
  from counted
  group by grid_code
),
shown as (
  select grid_code
  from grids
  join told using (grid_code)
  where few = 0
    or (few - 1 + {MOST} <= their_persons and their_persons <= {MOST} * (few - 1) + 1)
)
select c.building_code, c.entrance, c.floor, c.room_no, c.use,
  case
    when s.grid_code is null then 'hidden'
    when c.persons = 0 then 'none'
    when c.persons <= {MOST} then 'few'
    else 'many'
  end as persons
from counted as c
left join shown as s using (grid_code)
order by all
"""
"""Needs the serving table ``residents`` in the schema that is searched."""

_CLASSES = {"none": "0", "few": f"1–{MOST}", "many": f"{SMALLEST_SHOWN}+", "hidden": "—"}
_PERSONS = {"zh": " 人", "en": " people"}
_ENTRANCE = "case when d.entrance = '' then '' else replace(d.entrance, '单元', '') || '-' end"
_COLOURS = {
    "none": "background:#ffffff;color:#595959",
    "few": "background:#cfe3f3;color:#1f1f1f",
    "many": "background:#1b6ca8;color:#ffffff",
    "hidden": "background:#e8e8e8;color:#595959",
}


def tables(
    lake: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], residents: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """``buildings``, ``building_uses`` and ``dwellings``.

    ``lake`` has the lake attached; ``residents``: the serving table of counts of residents.
    """
    lake.register("residents", residents)
    try:
        return {
            "buildings": lake.execute(BUILDINGS).pl(),
            "building_uses": _uses(contracts),
            "dwellings": lake.execute(DWELLINGS).pl(),
        }
    finally:
        lake.unregister("residents")


def views(language: str, schema: str) -> dict[str, str]:
    """View, without its language, to SQL over the tables and ``places`` of a schema."""
    named = f"""
        select b.*, p.place_{language} as lies_in,
          p.place_{language} || ' ' || b.building_name || case
            when count(*) over (partition by p.place_code, b.building_name) > 1
              then ' (' || b.building_code || ')' else '' end as building
        from {schema}.buildings as b
        join {schema}.places as p using (level, place_code)
        """
    counts = ", ".join(
        f"count(*) filter (where persons = '{one}') as dwellings_{one}"
        for one in ("none", "few", "many", "hidden")
    )
    return {
        "buildings": f"""
            with named as ({named}),
            counted as (
              select building_code, {counts} from {schema}.dwellings group by building_code
            ),
            upwards as (
              select *, unnest(['all', {_PATH}]) as upper from named
            )
            select w.place, n.building, {opening("building", "building", "n.building")}
                as building_link,
              n.building_code, n.lies_in, {", ".join(f"n.{code}" for code in CODES)},
              coalesce(t.use_{language}, n.use) as use, n.floors, n.area,
              n.entrance_count, n.dwelling_count, n.is_registered, n.longitude, n.latitude,
              coalesce(c.dwellings_none, 0) as dwellings_none,
              coalesce(c.dwellings_few, 0) as dwellings_few,
              coalesce(c.dwellings_many, 0) as dwellings_many,
              coalesce(c.dwellings_hidden, 0) as dwellings_hidden,
              {_square("n")} as area_on_map
            from upwards as n
            join (select distinct place_code, place_{language} as place from {schema}.places) as w
              on w.place_code = n.upper
            left join counted as c using (building_code)
            left join {schema}.building_uses as t using (use)
            """,
        "floors": f"""
            with named as ({named})
            select n.building, n.building_code, {", ".join(f"n.{code}" for code in CODES)},
              d.floor, string_agg({_door(language)}, '' order by d.entrance, d.room_no) as doors,
              count(*) as dwelling_count
            from named as n
            join {schema}.dwellings as d using (building_code)
            group by all
            """,
    }


def _door(language: str) -> str:
    """SQL: a dwelling as a box with its number and the class of its count."""
    colours = " ".join(f"when '{one}' then '{style}'" for one, style in _COLOURS.items())
    classes = " ".join(f"when '{one}' then '{said}'" for one, said in _CLASSES.items())
    return (
        "'<span style=\"display:inline-block;width:86px;margin:1px 3px;padding:1px 4px;"
        "border:1px solid #8c8c8c;font-size:12px;line-height:1.35;' || case d.persons "
        f"{colours} end || '\">' || {_ENTRANCE} || coalesce(d.room_no, '?') || '<br>' "
        f"|| case d.persons {classes} end || '{_PERSONS[language]}</span>'"
    )


def _square(alias: str) -> str:
    """SQL: a building on the map: a square of some twenty metres about its coordinates."""
    half = 0.0001
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    east, north = f"{alias}.longitude", f"{alias}.latitude"
    spelt = " || ',' || ".join(
        f"'[' || round({east} + {x}, 6) || ',' || round({north} + {y}, 6) || ']'"
        for x, y in corners
    )
    return f"case when {east} is not null then '[' || {spelt} || ']' end"


def _uses(contracts: Mapping[str, Contract]) -> pl.DataFrame:
    codes = [
        (code.value, code.label_zh, code.label_en)
        for field in contracts["building"].fields
        if field.name == "use"
        for code in field.codes
    ]
    return pl.DataFrame(codes, schema=["use", "use_zh", "use_en"], orient="row")
