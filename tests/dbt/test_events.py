"""A matter is one row, however many rows and drops told of it."""

import pytest


def event(query, key, *columns):
    rows = query(f"select {', '.join(columns)} from marts.fct_event where event_key = '{key}'")
    assert len(rows) == 1
    return rows[0]


def request(query, number, *columns):
    return event(query, f"service_request:{number}", *columns)


def test_an_incident_has_the_earliest_of_each_stage_and_the_latest_closing(query):
    row = event(
        query,
        "dispatch_record:17",
        "reported_at::varchar",
        "arrived_at::varchar",
        "closed_at::varchar",
        "source_rows",
        "handling_hours",
    )
    assert row[:4] == ("2026-01-05 09:59:00", "2026-01-05 10:10:00", "2026-01-05 11:30:00", 3)
    assert row[4] == pytest.approx(1 + 31 / 60)


def test_the_anchor_is_the_first_row_by_what_its_drop_speaks_of(query):
    assert event(query, "dispatch_record:17", "category", "unit_name") == ("医疗", None)
    anchors = query(
        "select record, is_anchor from marts.bridge_event_source "
        "where event_key = 'dispatch_record:17' order by is_anchor desc, record"
    )
    assert anchors == [(1, True), (1, False), (2, False)]


def test_a_late_drop_of_an_older_date_does_not_undo_a_newer_row(query):
    row = event(query, "dispatch_record:18", "category", "reported_at::varchar", "source_rows")
    assert row == ("火警", "2026-01-06 10:00:00", 1)


@pytest.mark.parametrize(
    ("number", "judged"),
    [
        ("in_time", (True, True, False, True)),
        ("late", (True, False, True, True)),
        ("open", (True, False, True, False)),
        ("not_due", (False, False, False, False)),
        ("due_now", (True, False, True, False)),
        ("impossible", (True, False, False, True)),
        ("lamp", (True, False, True, True)),
        ("updated", (True, True, False, True)),
        ("b_open", (False, False, False, False)),
    ],
)
def test_due_in_time_and_overdue_are_judged_by_what_the_unit_told(query, number, judged):
    row = request(query, number, "is_due", "is_in_time", "is_overdue", "is_closed")
    assert row == judged


def test_how_far_is_known_follows_each_unit_s_latest_accepted_drop(query):
    assert request(query, "open", "as_of::date::varchar") == ("2026-02-03",)
    assert request(query, "b_open", "as_of::date::varchar") == ("2026-01-05",)


def test_impossible_times_give_no_handling_time(query):
    assert request(query, "impossible", "has_impossible_times", "handling_hours") == (True, None)
    assert request(query, "open", "has_impossible_times", "handling_hours") == (False, None)


def test_a_category_may_have_a_limit_of_its_own(query):
    assert request(query, "lamp", "time_limit_hours", "due_at::varchar") == (
        24.0,
        "2026-01-02 08:00:00",
    )
    assert request(query, "open", "time_limit_hours") == (168.0,)
    assert event(query, "dispatch_record:17", "time_limit_hours") == (2.0,)


def test_a_message_without_limit_is_never_due_and_without_category_unclassified(query):
    row = event(query, "citizen_message:1", "category", "time_limit_hours", "due_at", "is_due")
    assert row == ("未分类", None, None, False)
    assert event(query, "citizen_message:1", "source") == ("message_board",)


def test_a_matter_is_placed_as_far_down_as_the_current_register_knows(query):
    columns = ("district_code", "street_code", "community_code", "grid_code")
    street = ("990102000000", "990102001000")
    assert request(query, "grid", *columns) == (*street, "990102001001", "990102001001002")
    assert request(query, "community", *columns) == (*street, "990102001003", None)
    assert request(query, "new_grid", *columns) == (*street, "990102001003", None)
    assert request(query, "elsewhere", *columns) == (None, None, None, None)


def test_coordinates_0_0_are_no_coordinates(query):
    assert request(query, "nowhere", "longitude", "latitude") == (None, None)


def test_every_matter_has_one_anchor_and_every_source_row_one_matter(query):
    assert query(
        "select count(*) from marts.fct_event as e left join marts.bridge_event_source as b "
        "on e.event_key = b.event_key and b.is_anchor "
        "where b.drop_id is distinct from e._drop_id or b.record is distinct from e._record"
    ) == [(0,)]
    assert query("select sum(source_rows) from marts.fct_event") == query(
        "select count(*) from marts.bridge_event_source"
    )
