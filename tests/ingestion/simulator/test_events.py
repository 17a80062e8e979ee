"""Requests, messages and dispatches follow the calendar, and agencies differ in speed."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from ingestion.simulator.events import month_ends
from ingestion.simulator.town import make_town

STAGES = ["received_at", "entry_at", "dispatch_at", "response_at", "on_scene_at", "available_at"]


@pytest.fixture(scope="module")
def town():
    return make_town(20_000, 12, 5, date(2026, 10, 31))


def test_requests_stay_within_the_months(town):
    assert town.requests["created_at"].min().date() >= date(2025, 11, 1)
    assert town.requests["created_at"].max().date() <= date(2026, 10, 31)


def test_in_truth_nothing_is_closed_before_it_is_created(town):
    assert town.requests.select((pl.col("closed_at") > pl.col("created_at")).all()).item()


def test_about_four_in_a_hundred_requests_stay_open(town):
    assert 0.03 < town.requests["closed_at"].null_count() / len(town.requests) < 0.05


def test_weekdays_are_busier_than_weekends(town):
    by_day = town.requests.group_by(pl.col("created_at").dt.weekday() > 5).len().sort("created_at")
    workdays, weekends = by_day["len"]
    assert workdays / 5 > 1.3 * weekends / 2


def test_the_night_is_quiet(town):
    hour = town.requests["created_at"].dt.hour()
    assert (hour < 6).mean() < 0.06


def test_heating_is_a_winter_matter(town):
    heating = town.requests.filter(pl.col("category") == "供暖供水")
    month = heating["created_at"].dt.month()
    assert month.is_in([12, 1, 2]).sum() > 2 * month.is_in([6, 7, 8]).sum()


def test_agencies_differ_in_speed(town):
    hours = (pl.col("closed_at") - pl.col("created_at")).dt.total_minutes() / 60
    speed = dict(town.requests.group_by("category").agg(hours.median()).iter_rows())
    assert speed["噪声扰民"] * 5 < speed["物业管理"]


def test_some_incidents_send_several_teams_each_with_its_own_number(town):
    teams = town.dispatches.group_by("incident_no").len()["len"]
    assert teams.max() >= 3
    assert town.dispatches["dispatch_no"].is_unique().all()


def test_stages_of_a_dispatch_follow_one_another(town):
    for earlier, later in pairwise(STAGES):
        kept = town.dispatches.select((pl.col(later) >= pl.col(earlier)).all()).item()
        assert kept, (earlier, later)
    assert town.dispatches["on_scene_at"].null_count() > 0


def test_months_are_counted_back_across_the_new_year():
    assert month_ends(date(2026, 1, 15), 3) == [
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
    ]
