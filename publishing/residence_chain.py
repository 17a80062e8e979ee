"""The breaks of the chain person, dwelling, building, map: what may be shown of them.

Belongs here: which counts are hidden. Does not belong here: counting (``rpt_residence_chain``).

Counts of 1 to 4 are hidden, of what is broken, of what is not, and of both together. A hidden
count must not come back by subtraction from its city: so districts are hidden, the smallest
first, until two or more are and their sum is no small count either; where that cannot be, the
city is hidden too. Links about the same things are hidden together, since one is a part of the
other.
"""

from __future__ import annotations

SMALLEST_SHOWN = 5

_COUNTS = ("thing_count", "broken_count", "thing_count - broken_count")
_SO_FAR = ("things_so_far", "broken_so_far", "things_so_far - broken_so_far")


NOWHERE = "select null::varchar as place_code where false"


def residence_chain_sql(source: str = "marts.rpt_residence_chain", hidden: str = NOWHERE) -> str:
    """SQL of the serving table ``residence_chain``.

    ``hidden``: SQL of the ``place_code`` of places whose persons are not counted elsewhere either.

    One row per link and place: ``link, level ('city' | 'district'), city_code, place_code,
    thing_count, broken_count, is_hidden``; both counts are null where hidden. What has no district
    stands under ``<city>/unplaced``, what has no city under ``all/unplaced``.
    """
    return f"""
with districts as (
  select
    link,
    coalesce(city_code, 'all/unplaced') as city_code,
    case
      when city_code is null then 'all/unplaced'
      else coalesce(district_code, city_code || '/unplaced')
    end as place_code,
    sum(thing_count)::bigint as thing_count,
    sum(broken_count)::bigint as broken_count
  from {source}
  group by all
),
districts_judged as (
  select
    *,
    split_part(link, '_', 1) as subject,
    bool_or({_small(_COUNTS)}) over (
      partition by split_part(link, '_', 1), city_code, place_code
    ) as is_small
  from districts
),
districts_summed as (
  select
    *,
    count(*) filter (where is_small) over city as small_places,
    row_number() over smallest_first as place_no,
    sum(thing_count) over smallest_first as things_so_far,
    sum(broken_count) over smallest_first as broken_so_far
  from districts_judged
  window
    city as (partition by link, city_code),
    smallest_first as (
      partition by link, city_code order by is_small desc, thing_count, place_code
      rows between unbounded preceding and current row
    )
),
districts_cut as (
  select
    *,
    min(place_no) filter (
      where place_no >= greatest(2, small_places) and not ({_small(_SO_FAR)})
    ) over (partition by link, city_code) as last_hidden
  from districts_summed
),
cities as (
  select
    link,
    subject,
    city_code,
    sum(thing_count)::bigint as thing_count,
    sum(broken_count)::bigint as broken_count,
    bool_or(small_places > 0 and last_hidden is null) as is_laid_open
  from districts_cut
  group by all
),
places as (
  select
    link, subject, 'district' as level, city_code, place_code, thing_count, broken_count,
    small_places > 0 and (last_hidden is null or place_no <= last_hidden) as is_hidden
  from districts_cut
  where city_code <> 'all/unplaced'
  union all
  select
    link, subject, 'city', city_code, city_code, thing_count, broken_count,
    is_laid_open or ({_small(_COUNTS)})
  from cities
),
places_together as (
  select
    * exclude (is_hidden),
    bool_or(is_hidden or (subject = 'person' and place_code in ({hidden})))
      over (partition by subject, level, place_code) as is_hidden
  from places
)
select
  link, level, city_code, place_code,
  case when not is_hidden then thing_count end as thing_count,
  case when not is_hidden then broken_count end as broken_count,
  is_hidden
from places_together
order by link, level, place_code
"""


def _small(counts: tuple[str, ...]) -> str:
    return " or ".join(f"({c}) between 1 and {SMALLEST_SHOWN - 1}" for c in counts)
