"""The city has the shapes of real ones: sizes, workloads, abilities, changes, answers."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from ingestion.simulator.city import handling
from ingestion.simulator.city.making import _calendar
from ingestion.simulator.city.places import make_places, numbers_of
from ingestion.simulator.events import month_ends
from ingestion.simulator.exporting import rng_of
from ingestion.simulator.people import household_sizes
from ingestion.simulator.town import declared

HABITS = declared("city/city.yml")


@pytest.fixture(scope="module")
def full() -> pl.DataFrame:
    return make_places(HABITS, 5_081_167, 1)


def test_the_whole_city_has_the_divisions_and_residents_of_the_real_one(full):
    assert full["residents"].sum() == 5_081_167
    levels = ("district", "subdistrict", "community")
    assert [full[f"{level}_code"].n_unique() for level in levels] == [10, 152, 1805]
    assert full["grid_code"].is_unique().all()
    assert full["old_grid_code"].is_unique().all()
    assert full["district_code"].str.starts_with("2199").all()


@pytest.mark.parametrize("residents", [500, 3000, 50_000, 700_000])
def test_a_smaller_city_has_fewer_of_everything_and_loses_nobody(residents):
    grids = make_places(HABITS, residents, 2)
    wanted = numbers_of(HABITS, residents)
    assert grids["residents"].sum() == residents
    assert grids["community_code"].n_unique() == wanted["communities"]
    assert wanted["communities"] < 1805


def test_the_busiest_grids_have_ten_times_the_work_of_the_quietest(full):
    low, high = full["workload"].quantile(0.05), full["workload"].quantile(0.95)
    assert 8 < high / low < 13


def test_households_have_the_sizes_that_are_declared():
    town = declared("town.yml")
    sizes = household_sizes(town, 200_000, rng_of(1, "sizes"))
    assert sizes.sum() == 200_000
    for size, share in town["households"]["sizes"].items():
        assert (sizes == size).mean() == pytest.approx(share, abs=0.01)


def test_communities_are_split_merged_and_renamed_half_way(full):
    changed = full.filter(pl.col("community_code") != pl.col("old_community_code"))
    now, then = set(full["community_code"]), set(full["old_community_code"])
    renamed = full.filter(
        pl.col("community_code") == pl.col("old_community_code"),
        pl.col("community_name") != pl.col("old_community_name"),
    )
    assert len(now - then) > 10  # split off since
    assert len(then - now) > 10  # swallowed since
    assert renamed["community_code"].n_unique() > 10
    same_street = changed["community_code"].str.head(9) == changed["old_community_code"].str.head(9)
    assert same_street.all()


def test_codes_are_old_before_the_reorganisation_and_new_after_it(full):
    calendar = _calendar(full, month_ends(date(2026, 10, 31), 6))
    rows = full.select("grid_code")
    assert calendar.coded_then(rows, 0)["grid_code"].equals(
        full["old_grid_code"], check_names=False
    )
    assert calendar.coded_then(rows, 5)["grid_code"].equals(full["grid_code"])


def events_of(ability: np.ndarray, valid: np.ndarray) -> pl.DataFrame:
    count = len(ability)
    return pl.DataFrame(
        {
            "event_no": [str(n) for n in range(count)],
            "reported_at": pl.Series([date(2026, 3, 1)] * count).cast(pl.Datetime("us")),
            **{"unit_code": ["U"] * count, "staff_no": ["S"] * count},
            **{"hours": [10.0] * count, "ability": ability},
            **{"is_self_handled": [False] * count, "is_valid": valid},
        }
    )


def test_able_workers_are_faster_in_truth():
    events = events_of(np.repeat([0.6, 1.6], 20_000), np.ones(40_000, dtype=bool))
    stages = handling.stages_of(events, np.random.default_rng(1))
    dispatched, handled = (
        stages.filter(pl.col("stage") == stage).unique("event_no", keep="first")
        for stage in ("dispatched", "handled")
    )
    took = (
        handled.join(dispatched, on="event_no")
        .join(events.select("event_no", "ability"), on="event_no")
        .with_columns(h=(pl.col("stage_at") - pl.col("stage_at_right")).dt.total_minutes())
    )
    slow, fast = (took.filter(pl.col("ability") == a)["h"].median() for a in (0.6, 1.6))
    assert slow / fast == pytest.approx(1.6 / 0.6, rel=0.15)


def test_stages_follow_one_another_and_a_void_event_is_not_closed():
    valid = np.arange(5000) % 5 > 0
    stages = handling.stages_of(events_of(np.ones(5000), valid), np.random.default_rng(2))
    at = stages.pivot("stage", index="event_no", values="stage_at", aggregate_function="max")
    for earlier, later in pairwise(("reported", "accepted", "dispatched", "handled", "verified")):
        assert (at[later] >= at[earlier]).drop_nulls().all(), (earlier, later)
    assert (at["closed"] > at["verified"]).drop_nulls().all()
    assert at.filter(pl.col("void").is_not_null())["closed"].is_null().all()
    assert at["void"].is_not_null().sum() == (~valid).sum()
    returned = at["returned"].is_not_null().mean()
    assert 0.04 < returned < 0.09


def test_people_move_to_another_dwelling(city):
    moves = city.told("moves")
    assert len(moves) > 0
    assert (moves["from_dwelling"] != moves["to_dwelling"]).all()


def test_six_units_answer_late_never_or_otherwise(city):
    feedback, organisations = city.told("feedback"), city.told("organisations")
    assert feedback["unit"].n_unique() == 6
    assert feedback.select("unit", "credit_code").is_unique().all()
    answered = feedback.group_by("unit").len()["len"]
    assert (answered <= len(organisations)).all() and answered.min() < len(organisations)
    assert 0 < feedback["contradicts"].drop_nulls().len() < len(feedback) * 0.15


def test_abilities_of_staff_differ_and_no_unit_is_told_them(city):
    ability = city.told("staff")["ability"].cast(pl.Float64)
    assert ability.std() == pytest.approx(0.37, abs=0.12)
    for path in city.drops.glob("*/staff/*.xlsx"):
        headings = pl.read_excel(path, has_header=False).rows()
        assert not any("ability" in str(cell) for row in headings[:3] for cell in row)
