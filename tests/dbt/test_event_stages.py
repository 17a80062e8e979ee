"""Stages that come in a feed of their own fill the matter that they belong to."""

import pytest


def matter(query, number, *columns):
    (row,) = query(
        f"select {', '.join(columns)} from marts.fct_event where event_key = 'lamp_fault:{number}'"
    )
    return row


def test_the_stages_of_another_feed_fill_the_matter(query):
    assert matter(
        query,
        "L1",
        "reported_at::varchar",
        "accepted_at::varchar",
        "closed_at::varchar",
        "returned_count",
        "handling_hours",
        "source_rows",
    ) == ("2026-01-05 08:00:00", "2026-01-05 09:00:00", "2026-01-05 20:00:00", 1, 12.0, 6)


@pytest.mark.parametrize(
    ("number", "judged"),
    [
        ("L1", (True, True, False, True)),
        ("L2", (True, True, False, True)),
        ("L3", (False, False, False, False)),
        ("L4", (True, False, True, False)),
    ],
)
def test_what_is_due_follows_the_stages_and_side_roads(query, number, judged):
    assert matter(query, number, "is_due", "is_in_time", "is_overdue", "is_closed") == judged


def test_a_date_as_deadline_ends_with_its_last_second(query):
    assert matter(query, "L2", "due_at::varchar") == ("2026-01-20 23:59:59",)


def test_every_stage_is_numbered_with_the_time_since_the_one_before(query):
    rows = query(
        "select stage, step_no, previous_stage, hours_since_previous, is_side_road, source_rows, "
        "grid_code from marts.fct_event_stage where event_no = 'L1' order by step_no"
    )
    grid = "990102001001001"
    assert rows == [
        ("accepted", 1, None, None, False, 1, grid),
        ("returned", 2, "accepted", 0.5, True, 1, grid),
        ("accepted", 3, "returned", 0.5, False, 1, grid),
        ("closed", 4, "accepted", 10.0, False, 2, grid),
    ]


def test_a_stage_of_a_matter_that_nobody_reported_is_kept_apart(query):
    assert query(
        "select event_key, category, city_code from marts.fct_event_stage where event_no = 'L9'"
    ) == [("lamp_fault:L9", None, None)]
    assert query("select count(*) from marts.fct_event where event_no = 'L9'") == [(0,)]
    assert query(
        "select count(*) from marts.bridge_event_source where event_key = 'lamp_fault:L9'"
    ) == [(0,)]


def test_rows_of_stages_support_their_matter_and_never_carry_it(query):
    rows = query(
        "select feed, count(*), count(*) filter (where is_anchor) from marts.bridge_event_source "
        "where event_key = 'lamp_fault:L1' group by feed order by feed"
    )
    assert rows == [("lamp_fault", 1, 1), ("lamp_fault_step", 5, 0)]
