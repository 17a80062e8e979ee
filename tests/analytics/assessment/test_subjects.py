"""Who is assessed: staff and units by their places, nobody for work that may be another's."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.assessment.schemes import load_schemes
from analytics.assessment.shrinkage import rank_intervals
from analytics.assessment.subjects import subjects_of

MONTHS = ["2026-01", "2026-02"]


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    """Two communities, the second a village whose first secretary left; a street's centre."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as lake")
    connection.execute("use lake")
    connection.execute("create schema marts")
    connection.execute(
        """
        create table marts.dim_place as select * from (values
          ('219902001000', 'street', null, true),
          ('219902001001', 'community', '111', true),
          ('219902001001', 'community', '220', false),
          ('219902001002', 'community', '220', true),
          ('219902001001001', 'grid', '111', true),
          ('219902001002001', 'grid', '220', true)
        ) as p (place_code, level, urban_rural_code, is_current);
        create table marts.dim_unit as select * from (values
          ('one', 'First', 'centre', '219902001001'), ('two', 'Second', 'centre', '219902001002'),
          ('street', 'Street', 'centre', '219902001000'),
          ('other', 'Committee', 'committee', '219902001000'), ('lost', 'Lost', 'centre', null)
        ) as u (unit_code, unit_name, kind, place_code);
        create table marts.dim_staff as select * from (values
          ('s1', 'one', 'community_secretary', null, date '2020-01-01', null),
          ('s2', 'two', 'community_secretary', null, date '2020-01-01', date '2026-02-01'),
          ('s3', 'two', 'community_secretary', null, date '2026-02-01', null),
          ('s4', 'lost', 'community_secretary', null, date '2020-01-01', null),
          ('d1', 'street', 'dispatcher', null, date '2020-01-01', null),
          ('d2', 'street', 'dispatcher', null, date '2026-02-01', null),
          ('w1', 'one', 'grid_worker', '219902001001001、219902001002001', date '2020-01-01', null),
          ('w2', 'two', 'grid_worker', '219902001002001', date '2020-01-01', null)
        ) as s (staff_no, unit_code, post, grids_in_charge, since, until)
        """
    )
    return connection


def _of(lake: duckdb.DuckDBPyConnection, name: str) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    found = subjects_of(lake, load_schemes()[name], MONTHS)
    charge = found.charge.select("subject", "key", "month").rows()
    return charge, dict(found.info.select("subject", "peers").iter_rows())


def test_a_secretary_is_in_charge_of_the_community_for_whole_months(lake):
    charge, peers = _of(lake, "community_secretary")
    assert charge == [
        ("s1", "219902001001", "2026-01"),
        ("s1", "219902001001", "2026-02"),
        ("s2", "219902001002", "2026-01"),
        ("s3", "219902001002", "2026-02"),
    ]
    assert peers == {"s1": "219902/town", "s2": "219902/village", "s3": "219902/village"}


def test_work_that_two_share_is_neither_ones(lake):
    charge, _ = _of(lake, "dispatcher")
    assert charge == [("d1", "219902001000", "2026-01")]


def test_centres_of_a_level_are_in_charge_of_their_places(lake):
    charge, peers = _of(lake, "street_centre")
    assert charge == [("street", "219902001000", month) for month in MONTHS]
    assert peers == {"street": "all"}
    assert _of(lake, "district_centre") == ([], {})


def test_grid_workers_are_compared_with_those_of_the_same_kind_of_grid(lake):
    charge, peers = _of(lake, "grid_worker")
    assert {key for subject, key, _ in charge if subject == "w1"} == {
        "219902001001001",
        "219902001002001",
    }
    assert peers == {"w1": "219902/town", "w2": "219902/village"}
    plain = replace(load_schemes()["grid_worker"], peers_by_kind=False)
    found = subjects_of(lake, plain, MONTHS)
    assert set(found.info["peers"]) == {"219902"} and isinstance(found.charge, pl.DataFrame)


def test_who_is_equal_shares_all_the_ranks_that_they_take_up():
    draws = np.zeros((100, 4))
    middle, low, high = rank_intervals(draws)
    assert middle.tolist() == low.tolist() == [1] * 4 and high.tolist() == [4] * 4
    draws[:, 0] = 1
    _, low, high = rank_intervals(draws)
    assert low.tolist() == [1, 2, 2, 2] and high.tolist() == [1, 4, 4, 4]
