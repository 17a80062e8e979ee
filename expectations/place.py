"""What the places promise: versions that do not overlap, parents that exist, lineage."""

from __future__ import annotations

from expectations.checks import Suite, in_set, lineage, no_rows, not_null, unique

PLACES, REGISTERED = "lake.marts.dim_place", "lake.marts.fct_place_registered"
SUCCESSION = "lake.marts.bridge_place_succession"
LEVELS = ("city", "district", "street", "community", "grid")


def place() -> Suite:
    """Checks of ``dim_place`` and ``fct_place_registered``."""
    return Suite(
        "place",
        (
            *not_null(PLACES, "place_version_key", "place_code", "level", "valid_from"),
            unique(PLACES, "place_version_key"),
            in_set(PLACES, "level", LEVELS),
            no_rows(
                PLACES,
                f"select place_code, valid_from, valid_to from {PLACES} "
                "where valid_to < valid_from",
                "版本的起讫不颠倒",
                "no version ends before it begins",
            ),
            no_rows(
                PLACES,
                "select place_code, valid_from, next_from from (select place_code, valid_from, "
                "valid_to, lead(valid_from) over (partition by place_code order by valid_from) "
                f"as next_from from {PLACES}) "
                "where next_from is not null and (valid_to is null or valid_to > next_from)",
                "同一区划的版本不重叠",
                "versions of one place do not overlap",
            ),
            no_rows(
                PLACES,
                f"select place_code, count(*) as versions from {PLACES} where is_current "
                "group by place_code having count(*) > 1",
                "同一区划至多一个现行版本",
                "a place has at most one current version",
            ),
            no_rows(
                PLACES,
                f"select below.place_code, below.parent_code from {PLACES} as below "
                f"anti join {PLACES} as above on above.place_code = below.parent_code "
                "where below.level <> 'city'",
                "上级区划存在",
                "every place below a city has a parent that is known",
                severity="warning",
            ),
            no_rows(
                SUCCESSION,
                "select distinct succession.place_code, succession.to_date "
                f"from {SUCCESSION} as succession anti join {REGISTERED} as registered "
                "on registered.place_code = succession.stands_at_code "
                "and registered.register_date = succession.to_date",
                "沿革均通往另一登记册中的地方",
                "every place leads to a place of the other register",
            ),
            *lineage("fct_place_registered", "place_registered_key", "bridge_place_source"),
        ),
    )
