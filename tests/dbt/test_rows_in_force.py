"""Which of two drops wins is decided by what they speak of, never by when they came."""

import random

from civic.lake import open_lake
from tests.dbt.conftest import fill, make_settings, run_compiled
from tests.dbt.town import DROPS

MARTS = (
    "dim_building",
    "dim_date",
    "dim_dwelling",
    "dim_entrance",
    "dim_household",
    "dim_organisation",
    "dim_person",
    "dim_person_history",
    "dim_place",
    "dim_staff",
    "dim_unit",
    "fct_event",
    "fct_feed_record",
    "fct_organisation",
    "fct_place_registered",
    "bridge_event_source",
    "bridge_feed_record_source",
    "bridge_organisation_source",
    "bridge_person_dwelling",
    "bridge_place_source",
    "bridge_place_succession",
    "rpt_residence_chain",
    "rpt_resident_count",
    *("bridge_event_organisation", "bridge_person_organisation", "bridge_staff_post"),
    *("dim_post", "fct_service", "rpt_service_chain"),
)


def test_upsert_the_latest_to_bring_a_key_wins_though_it_came_first(query):
    rows = query(
        "select request_no, cast(_as_of as date)::varchar, closed_at is not null "
        "from staging.stg_grid_information__service_request where request_no = 'updated'"
    )
    assert rows == [("updated", "2026-02-03", True)]


def test_append_the_earliest_to_bring_a_key_keeps_it_though_it_came_last(query):
    rows = query(
        'select work_no, "order" from staging.stg_line_protection__road_work order by work_no'
    )
    assert rows == [("w1", "first"), ("w2", "only")]


def test_append_without_a_key_takes_all_rows_even_of_equal_bytes(query):
    rows = query("select _unit, camera_no from staging.stg_public_order__camera order by _unit")
    assert rows == [("north", "c"), ("south", "c")]


def test_snapshot_the_latest_drop_of_each_unit_stays(query):
    rows = query(
        "select _unit, school_code from staging.stg_campus_safety__school order by _unit, 2"
    )
    assert rows == [("education", "1"), ("education", "2"), ("education", "3"), ("province", "1")]


def test_history_one_drop_stays_for_each_scope_and_date(query):
    rows = query(
        "select city_code, cast(_as_of as date)::varchar, count(distinct _drop_id), count(*), "
        "min(_sha256) = repeat('b', 64) from staging.stg_grid_information__division "
        "group by 1, 2 order by 1, 2"
    )
    assert rows == [
        ("990100000000", "2021-10-31", 1, 3, False),
        ("990100000000", "2022-10-31", 1, 3, True),
        ("990100000000", "2023-10-31", 1, 5, False),
        ("990200000000", "2022-10-31", 1, 1, False),
    ]


def test_a_refused_drop_counts_for_nothing(query):
    assert query("select count(*) from staging.stg_bookkeeping__drops where feed = 'division'") == [
        (6,)
    ]


def test_a_person_known_by_passport_alone_stays_one_person(query):
    rows = query(
        "select person_key, resident_kind from marts.dim_person "
        "where person_key in ('p1', 'x1', 'x2') order by person_key"
    )
    assert rows == [("p1", "floating"), ("x1", "foreign"), ("x2", "foreign")]


def test_drops_in_any_order_give_the_same_marts(built, query, tmp_path):
    shuffled = list(DROPS)
    random.Random(20260101).shuffle(shuffled)
    with open_lake(make_settings(tmp_path)) as connection:
        fill(connection, built, shuffled)
        run_compiled(connection, built)
        for mart in MARTS:
            sql = f"select * from marts.{mart} order by all"
            assert connection.execute(sql).fetchall() == query(sql), mart
