"""Places for screens: which lies in which, where its parts are drawn, and the links between them.

Belongs here: views of places and addresses that choose one. Does not belong here: their words
(``words``), their areas (``shapes``).
"""

from __future__ import annotations

from publishing.screens.words import CODES


def part_places_view(language: str) -> str:
    """SQL: each place as a part: under which place it is shown, and the link that opens it.

    Where there is one city, everything is divided into its parts at once: the city alone would be
    nearly the whole.
    """
    return f"""
    create view part_places_{language} as
    with only_city as (
      select min(place_code) as code from places
      where level = 'city' and place_code not like '%/unplaced'
      having count(*) = 1
    ),
    above as (
      select level, place_code, place_{language} as part, parent_code as upper_code from places
      where parent_code is not null
        and not (level = 'city' and place_code in (select code from only_city))
      union all
      select level, place_code, place_{language}, 'all' from places
      where parent_code in (select code from only_city)
    )
    select
      a.level,
      a.place_code,
      u.place_{language} as place,
      a.part,
      {opening("place", "place", "a.part")} as part_link
    from above as a
    join (select distinct place_code, place_{language} from places) as u
      on u.place_code = a.upper_code
    """


def areas_view(language: str) -> str:
    """SQL: the parts of a place with where they lie."""
    return f"""
    create view areas_{language} as
    select p.*, s.area
    from parts_{language} as p
    join shapes as s using (level, place_code)
    """


def within_view(language: str) -> str:
    """SQL: each place with itself and with every place that it lies in, ``all`` among them."""
    return f"""
    create view within_{language} as
    with upwards as (
      select level, place_code, place_{language} as name,
        unnest(['all', {", ".join(CODES)}]) as upper
      from places
      where place_code not like '%/unplaced'
    )
    select w.level, w.place_code, w.name, u.place_{language} as place
    from upwards as w
    join (select distinct place_code, place_{language} from places) as u on u.place_code = w.upper
    """


def opening(filter_key: str, column: str, value: str) -> str:
    """SQL: a value as a link that opens the page for it, by one of the dashboard's filters."""
    chosen = _chosen(filter_key, column, value)
    return f"""'<a href="./?native_filters=' || {chosen} || '">' || {value} || '</a>'"""


def _chosen(filter_key: str, column: str, value: str) -> str:
    """SQL: a dashboard's filter set to a value, as an address states it (Rison)."""
    text = f"url_encode(replace(replace({value}, '!', '!!'), '''', '!'''))"
    return (
        f"'(NATIVE_FILTER-{filter_key}:(__cache:(label:''' || "
        f"{text} || ''',value:!(''' || {text} || ''')),"
        f"extraFormData:(filters:!((col:{column},op:IN,"
        f"val:!(''' || {text} || ''')))),filterState:(label:''' || {text} || "
        f"''',value:!(''' || {text} || ''')),id:NATIVE_FILTER-{filter_key},ownState:()))'"
    )
