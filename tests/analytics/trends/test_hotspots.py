"""A spatial scan finds what lies together, seldom what does not, and says how likely chance is."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson

from analytics.trends.hotspots import (
    SHARE_AT_MOST,
    SIGNIFICANT,
    grounds,
    hot_spots,
    kilometres,
)
from civic.errors import CivicError

SIDE = 12
WHERE = np.array([(x, y) for x in range(SIDE) for y in range(SIDE)], dtype=float)
SIZES = np.random.default_rng(0).integers(100, 600, SIDE * SIDE).astype(float)


def drawn(rng: np.random.Generator, hot: tuple[int, ...] = (), times: float = 1.0) -> np.ndarray:
    weights = SIZES.copy()
    weights[list(hot)] *= times
    return rng.multinomial(900, weights / weights.sum())


def test_a_planted_spot_is_found_where_it_lies() -> None:
    hot = tuple(int(n) for n in np.flatnonzero(np.hypot(*(WHERE - [3, 8]).T) <= 1))
    assert len(hot) == 5
    best, *others = hot_spots(drawn(np.random.default_rng(7), hot, 4.0), SIZES, WHERE)
    assert len(set(best.places) & set(hot)) >= 4
    assert len(set(best.places) - set(hot)) <= 2
    assert best.probability == 0.001
    assert best.ratio > 2
    assert all(spot.probability < SIGNIFICANT for spot in others)


def test_a_map_without_spots_rarely_shows_one() -> None:
    rng = np.random.default_rng(11)
    false = sum(bool(hot_spots(drawn(rng), SIZES, WHERE, draws=99, seed=n)) for n in range(100))
    # 5 of 100 are to be expected; 11 or more come up once in 89 times.
    assert false <= 10


def test_the_likelihood_is_that_of_poisson_counts_inside_and_outside() -> None:
    counts = drawn(np.random.default_rng(3), (40, 41), 6.0)
    best = hot_spots(counts, SIZES, WHERE)[0]
    total, inside = counts.sum(), best.observed
    expected = total * SIZES[list(best.places)].sum() / SIZES.sum()
    assert best.expected == pytest.approx(expected)
    fitted = poisson.logpmf(inside, inside) + poisson.logpmf(total - inside, total - inside)
    null = poisson.logpmf(inside, expected) + poisson.logpmf(total - inside, total - expected)
    assert best.likelihood == pytest.approx(fitted - null)


def test_spots_share_no_place_and_are_no_larger_than_a_spot() -> None:
    counts = drawn(np.random.default_rng(5), (0, 1, 12, 100, 101, 112), 5.0)
    spots = hot_spots(counts, SIZES, WHERE)
    places = [place for spot in spots for place in spot.places]
    assert len(spots) >= 2
    assert len(places) == len(set(places))
    for spot in spots:
        assert SIZES[list(spot.places)].sum() <= SHARE_AT_MOST * SIZES.sum()


def test_the_same_map_gives_the_same_answer_and_nothing_gives_nothing() -> None:
    counts = drawn(np.random.default_rng(9), (60,), 8.0)
    assert hot_spots(counts, SIZES, WHERE) == hot_spots(counts, SIZES, WHERE)
    assert hot_spots(np.zeros(144, dtype=int), SIZES, WHERE) == []
    assert hot_spots([5], [10.0], np.zeros((1, 2))) == []


@pytest.mark.parametrize("sizes", [[1.0, 0.0], [1.0]])
def test_sizes_that_cannot_be_are_refused(sizes: list[float]) -> None:
    with pytest.raises(ValueError, match=r"size|length"):
        hot_spots([1, 2], sizes, np.zeros((2, 2)))


def test_places_lie_where_their_dwellings_are() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake")
        connection.execute("create schema lake.marts")
        connection.execute(
            "create table lake.marts.dim_building as from (values "
            "('g1', 'c1', 30, 120.0, 30.0, true), ('g1', 'c1', 10, 120.4, 30.4, true), "
            "('g2', 'c1', 20, 121.0, 30.0, true), ('g3', 'c1', 9, null, null, false), "
            "(null, 'c1', 5, 120.0, 30.0, true), ('g4', 'c2', 0, 120.0, 30.0, true)) as b "
            "(grid_code, community_code, dwelling_count, longitude, latitude, has_coordinates)"
        )
        found = grounds(connection, "grid")
        assert found.rows() == [("g1", 40, 120.1, 30.1), ("g2", 20, 121.0, 30.0)]
        assert grounds(connection, "community")["dwellings"].to_list() == [65]
        with pytest.raises(CivicError, match="street"):
            grounds(connection, "street")
    apart = np.diff(kilometres(found), axis=0)[0]
    assert apart == pytest.approx([0.9 * 111.195 * np.cos(np.radians(30.05)), -0.1 * 111.195])


def test_no_places_lie_nowhere() -> None:
    none = pl.DataFrame(schema={"longitude": pl.Float64, "latitude": pl.Float64})
    assert kilometres(none).shape == (0, 2)
