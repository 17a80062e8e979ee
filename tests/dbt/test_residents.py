"""Person to dwelling, dwelling into building, building onto the map; and what was before."""

from tests.dbt.town_residents import BLOCK_1, BLOCK_2, BLOCK_3, GRID, HOME, NEW_HOME


def versions(query, person):
    return query(
        "select resident_kind, education, dwelling_code, valid_from::varchar, valid_to::varchar, "
        f"is_current from marts.dim_person_history where person_key = '{person}' "
        "order by valid_from"
    )


def test_each_change_of_a_person_makes_a_version_in_the_order_of_what_it_speaks_of(query):
    assert versions(query, "mover") == [
        ("registered", None, HOME, "2026-01-01", "2026-01-15", False),
        ("registered", "3", HOME, "2026-01-15", "2026-02-10", False),
        ("registered", None, NEW_HOME, "2026-02-10", "2026-02-20", False),
        ("floating", None, NEW_HOME, "2026-02-20", None, True),
    ]


def test_being_told_of_again_makes_no_version_and_the_last_telling_is_kept(query):
    assert versions(query, "steady") == [
        ("registered", None, HOME, "2026-01-01", None, True),
    ]
    assert query(
        "select registered_on::varchar, as_of::date::varchar from marts.dim_person "
        "where person_key = 'steady'"
    ) == [("2026-02-01", "2026-02-10")]


def test_everyone_has_one_current_version_and_it_is_what_dim_person_says(query):
    assert query(
        "select count(*), count(distinct person_key), count(*) filter (where is_current) "
        "from marts.dim_person_history"
    ) == [(12, 8, 8)]
    shared = "person_key, resident_kind, dwelling_code, household_key, as_of, valid_from"
    assert query(f"select {shared} from marts.dim_person order by 1") == query(
        f"select {shared} from marts.dim_person_history where is_current order by 1"
    )


def test_a_stay_lasts_as_long_as_the_dwelling_and_the_household_are_the_same(query):
    rows = query(
        "select dwelling_code, household_key, is_known_dwelling, valid_from::varchar, "
        "valid_to::varchar from marts.bridge_person_dwelling where person_key = 'mover' "
        "order by valid_from"
    )
    assert rows == [
        (HOME, f"{HOME}|7", True, "2026-01-01", "2026-02-10"),
        (NEW_HOME, f"{NEW_HOME}|8", True, "2026-02-10", None),
    ]


def test_who_has_no_dwelling_has_no_stay_and_an_unlisted_one_says_so(query):
    assert query(
        "select person_key, is_known_dwelling from marts.bridge_person_dwelling "
        "where person_key in ('no_home', 'unlisted')"
    ) == [("unlisted", False)]


def test_a_household_counts_those_who_live_in_it_now(query):
    assert query(
        "select household_key, member_count from marts.dim_household order by household_key"
    ) == [(f"{HOME}|7", 1), (f"{NEW_HOME}|8", 1)]


def test_a_building_is_what_its_feed_says_and_where_that_is_silent_its_dwellings(query):
    rows = query(
        "select building_code, building_name, floors, longitude, dwelling_count, entrance_count, "
        "is_registered, has_coordinates, has_known_grid, community_code "
        "from marts.dim_building order by building_code"
    )
    community = "990102001001"
    assert rows == [
        (BLOCK_1, "一号楼", 6, 121.5, 2, 2, True, True, True, community),
        (BLOCK_2, "二号楼", None, None, 1, 1, True, False, True, community),
        (BLOCK_3, None, None, None, 1, 1, False, False, False, community),
    ]


def test_an_entrance_lies_in_its_building(query):
    assert query(
        "select entrance_key, building_code, dwelling_count from marts.dim_entrance order by 1"
    ) == [
        (f"{BLOCK_1}|1", BLOCK_1, 1),
        (f"{BLOCK_1}|2", BLOCK_1, 1),
        (f"{BLOCK_2}|1", BLOCK_2, 1),
        (f"{BLOCK_3}|2", BLOCK_3, 1),
    ]


def test_the_breaks_of_the_chain_are_counted_link_by_link(query):
    rows = query(
        "select link, sum(thing_count), sum(broken_count) from marts.rpt_residence_chain "
        "where community_code = '990102001001' group by link order by link"
    )
    assert rows == [
        ("building_grid_is_known", 3, 1),
        ("building_has_coordinates", 3, 2),
        ("dwelling_has_building", 4, 1),
        ("person_dwelling_is_known", 7, 1),
        ("person_has_dwelling_code", 8, 1),
    ]


def test_residents_are_counted_by_place_kind_sex_and_age(query):
    assert query("select sum(person_count) from marts.rpt_resident_count") == [(8,)]
    assert query(
        "select resident_kind, age_band, grid_code, person_count from marts.rpt_resident_count "
        "where age_band <> '35-59' order by grid_code, resident_kind"
    ) == [("registered", "15-17", "990102001001002", 1)]
    assert query(
        f"select sum(person_count) from marts.rpt_resident_count where grid_code = '{GRID}' "
        "and resident_kind = 'foreign'"
    ) == [(2,)]


def test_marts_of_counts_hold_no_key_of_a_person(query):
    columns = query(
        "select column_name from information_schema.columns where table_schema = 'marts' "
        "and table_name in ('rpt_resident_count', 'rpt_residence_chain', 'dim_household', "
        "'dim_building', 'dim_entrance')"
    )
    assert columns
    assert not [name for (name,) in columns if "person_key" in name or "pseudonym" in name]
