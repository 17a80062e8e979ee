"""A new feed is a new file and no code: a tester's contracts flow into the centre."""


def test_an_own_feed_of_events_flows_into_the_events(query):
    rows = query(
        "select event_no, category, source, reported_at::varchar, time_limit_hours, "
        "community_code from marts.fct_event where feed = 'road_work' order by event_no"
    )
    assert rows == [
        ("w1", "first", "grid_worker", "2026-01-01 00:00:00", 360.0, None),
        ("w2", "only", "grid_worker", "2026-01-02 00:00:00", 360.0, "990102001003"),
    ]


def test_an_own_feed_of_organisations_flows_into_the_organisations(query):
    rows = query(
        "select organisation_key, kind, city_code, district_code from marts.fct_organisation "
        "where feed = 'shop' and organisation_no = 'S1'"
    )
    assert rows == [("shop:S1", "shop", "990100000000", None)]


def test_an_own_feed_without_centre_flows_into_the_records(query):
    rows = query(
        "select unit, record, line, occurred_on::varchar, grid_code from marts.fct_feed_record "
        "where feed = 'camera' order by unit"
    )
    assert rows == [
        ("north", 1, 2, "2026-01-01", "990102001001001"),
        ("south", 1, 2, "2026-01-01", "990102001001001"),
    ]


def test_residents_are_no_records(query):
    feeds = {row[0] for row in query("select distinct feed from marts.fct_feed_record")}
    assert not feeds & {"resident", "dwelling"}
    assert {"division", "school", "unit", "staff", "citizen_message", "road_work"} <= feeds


def test_a_record_speaks_of_the_day_on_which_it_was_reported(query):
    rows = query(
        "select distinct occurred_on::varchar from marts.fct_feed_record "
        "where feed = 'citizen_message' order by 1"
    )
    assert rows == [("2026-01-03",), ("2026-01-04",)]


def test_an_organisation_is_placed_by_name_only_where_one_place_bears_it(query):
    rows = query(
        "select organisation_no, organisation_name, city_code, district_code, source_rows "
        "from marts.fct_organisation where feed = 'school' order by 1"
    )
    assert rows == [
        ("1", "甲大学", "990100000000", None, 2),
        # Two districts of that name are in force: neither is taken.
        ("2", "乙大学", None, None, 1),
        ("3", "丙大学", None, None, 1),
    ]


def test_an_organisation_is_what_the_latest_row_says(query):
    rows = query(
        "select b.drop_id = f._drop_id, is_anchor from marts.bridge_organisation_source as b "
        "join marts.fct_organisation as f using (organisation_key) "
        "where organisation_key = 'school:1' order by is_anchor"
    )
    assert rows == [(False, False), (True, True)]


def test_the_calendar_covers_every_year_of_the_data(query):
    assert query(
        "select min(date_day)::varchar, max(date_day)::varchar, count(*) from marts.dim_date"
    ) == [("2021-01-01", "2026-12-31", 2191)]
    assert query(
        "select iso_year_no, iso_week_no, weekday_no, quarter_no from marts.dim_date "
        "where date_day = date '2021-01-03'"
    ) == [(2020, 53, 7, 1)]
