"""Deliveries as figures: what is due, in time, late, missing, and which files stand behind it."""

import pytest


def test_every_drop_of_a_periodic_feed_is_a_source_once(query):
    told = query("select drop_id from intermediate.int_delivery_told order by 1")
    assert told
    sources = query(
        "select source.drop_id from marts.bridge_delivery_source as source "
        "join marts.fct_delivery as fact using (delivery_key) "
        "where fact.is_delivered and source.record = 0 order by 1"
    )
    assert sources == told


def test_what_is_missing_rests_on_the_delivery_before(query):
    rows = query(
        "select fact.period_start > told.spoken_of, fact.unit = told.unit, fact.feed = told.feed, "
        "fact.delivered_on is null, source.record, source.line "
        "from marts.fct_delivery as fact join marts.bridge_delivery_source as source "
        "using (delivery_key) join intermediate.int_delivery_told as told using (drop_id) "
        "where fact.is_missing and source.record = 0"
    )
    assert rows
    assert set(rows) == {(True, True, True, True, 0, None)}


def test_nothing_is_due_after_the_last_day_of_which_a_drop_speaks(query):
    assert query(
        "select count(*) from marts.fct_delivery cross join "
        "(select max(as_of)::date as known from staging.stg_bookkeeping__drops) "
        "where (is_due <> (due_on <= known) and unit <> 'stopped') or (is_missing and not is_due)"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("day", "cadence", "start", "end"),
    [
        ("2026-02-10", "month", "2026-02-01", "2026-02-28"),
        ("2026-02-10", "quarter", "2026-01-01", "2026-03-31"),
        ("2026-02-10", "half_year", "2026-01-01", "2026-06-30"),
        ("2026-02-10", "year", "2026-01-01", "2026-12-31"),
        ("2026-02-10", "week", "2026-02-09", "2026-02-15"),
        ("2026-02-10", "day", "2026-02-10", "2026-02-10"),
    ],
)
def test_periods_are_those_of_the_calendar(query, day, cadence, start, end):
    found = query(
        "select period_start::varchar, period_end::varchar from intermediate.int_delivery_period "
        f"where cadence = '{cadence}' and date '{day}' between period_start and period_end"
    )
    assert found == [(start, end)]


def _states(query, unit):
    return query(
        "select strftime(period_start, '%Y-%m'), is_due, is_delivered, is_missing, source_rows, "
        "district_code, grids_due > 0 from marts.fct_delivery "
        f"where unit = '{unit}' order by period_start limit 4"
    )


def test_who_is_listed_and_never_sent_anything_owes_every_period_since(query):
    rows = _states(query, "silent")
    assert rows == [
        (month, True, False, True, 1, "990102000000", True)
        for month in ("2023-01", "2023-02", "2023-03", "2023-04")
    ]
    sources = query(
        "select distinct source.feed, source.record, source.is_anchor "
        "from marts.bridge_delivery_source as source "
        "where delivery_key like 'silent:%'"
    )
    assert sources == [("reporting_duty", 1, True)]


def test_what_ended_is_not_missed_and_what_came_all_the_same_is_kept(query):
    assert [row[:5] for row in _states(query, "stopped")] == [
        ("2023-01", True, True, False, 2),
        ("2023-02", True, False, True, 2),
        ("2023-03", True, False, True, 2),
        ("2023-04", False, True, False, 2),
    ]


def test_of_lists_the_latest_counts_and_slips_of_the_pen_owe_nothing(query):
    assert query("select count(*) from marts.fct_delivery where unit in ('lost', 'slip')") == [(0,)]
    assert query("select distinct feed from marts.fct_delivery where unit = 'silent'") == [
        ("patrol",)
    ]
