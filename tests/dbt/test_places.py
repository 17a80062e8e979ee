"""A place has versions; a figure can be placed in those of today."""


def versions(query, code):
    return query(
        "select place_name, valid_from::varchar, valid_to::varchar, is_current "
        f"from marts.dim_place where place_code = '{code}' order by valid_from"
    )


def test_an_unchanged_place_is_one_version_over_all_registers(query):
    assert versions(query, "990102001001") == [("湖滨社区", "2021-10-31", None, True)]


def test_a_renamed_place_is_a_new_version(query):
    assert versions(query, "990102001002") == [
        ("湖心社区", "2021-10-31", "2022-10-31", False),
        ("湖心亭社区", "2022-10-31", None, True),
    ]


def test_a_place_that_vanishes_ends_and_may_come_back(query):
    for code in ("990102002000", "990102002001"):
        assert [row[1:] for row in versions(query, code)] == [
            ("2021-10-31", "2022-10-31", False),
            ("2023-10-31", None, True),
        ]


def test_a_new_place_begins_with_its_register(query):
    assert versions(query, "990102001003") == [("湖东社区", "2022-10-31", None, True)]


def test_each_city_has_registers_of_its_own(query):
    assert versions(query, "990200000000") == [("另一市", "2022-10-31", None, True)]


def test_a_version_bears_the_codes_of_its_ancestors_and_its_own(query):
    rows = query(
        "select level, parent_code, city_code, district_code, street_code, community_code, "
        "grid_code from marts.dim_place where is_current and place_code in "
        "('990100000000', '990102001000', '990102001001002') order by place_code"
    )
    above = ("990100000000", "990102000000", "990102001000")
    assert rows == [
        ("city", None, "990100000000", None, None, None, None),
        ("street", "990102000000", *above, None, None),
        ("grid", "990102001001", *above, "990102001001", "990102001001002"),
    ]


def test_a_later_class_of_area_does_not_make_a_version(query):
    rows = query(
        "select urban_rural_code from marts.dim_place where place_code = '990102001001' "
        "union all select urban_rural_code from marts.fct_place_registered "
        "where place_code = '990102001001' order by 1 nulls last"
    )
    assert rows == [("111",), ("112",), (None,), (None,)]


def test_each_register_counts_its_places_once(query):
    rows = query(
        "select register_date::varchar, level, count(*) from marts.fct_place_registered "
        "where city_code = '990100000000' and level in ('street', 'community', 'grid') "
        "group by all order by all"
    )
    assert rows == [
        ("2021-10-31", "community", 3),
        ("2021-10-31", "street", 2),
        ("2022-10-31", "community", 3),
        ("2022-10-31", "street", 1),
        ("2023-10-31", "community", 4),
        ("2023-10-31", "grid", 2),
        ("2023-10-31", "street", 2),
    ]


def test_all_rows_that_name_a_place_are_its_sources_and_the_first_its_anchor(query):
    rows = query(
        "select record, is_anchor from marts.bridge_place_source "
        "where place_registered_key = '990102001001@2023-10-31@990100000000' order by record"
    )
    assert rows == [(1, True), (2, False)]
    city = query(
        "select count(*) from marts.bridge_place_source "
        "where place_registered_key = '990100000000@2023-10-31@990100000000'"
    )
    assert city == [(5,)]
