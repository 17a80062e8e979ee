"""Change points: of constant series next to none, a planted one where it lies."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.reports.periods import following
from analytics.trends.changepoints import ALPHA, LEAST, change_points, scatter
from analytics.trends.series import Series

WEEKS = 78


def _series(values: np.ndarray, place: str = "p") -> Series:
    periods = ["2024-W01"]
    while len(periods) < len(values):
        periods.append(following(periods[-1]))
    cells = tuple(f"c{n}" for n in range(len(values)))
    return Series("m", "district", place, "", tuple(periods), values.astype(float), cells)


def _counts(rng: np.random.Generator, mean: float, spread: float, weeks: int = WEEKS) -> np.ndarray:
    """Counts of a mean, whose variance is ``spread`` times as large."""
    if spread == 1:
        return rng.poisson(mean, weeks)
    shape = mean / (spread - 1)
    return rng.poisson(rng.gamma(shape, spread - 1, weeks))


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_of_constant_series_all_together_hardly_ever_any_is_divided(spread):
    rng = np.random.default_rng(1)
    families = [
        [_series(_counts(rng, mean, spread), f"p{n}") for n, mean in enumerate((3, 10, 40, 200))]
        for _ in range(100)
    ]
    wrong = sum(bool(change_points(family)) for family in families)
    # 5 of 100 are to be expected at most; 11 or more come with a chance of one in a hundred.
    assert wrong <= 10, wrong


def test_a_planted_change_is_found_where_it_lies_with_its_size():
    rng = np.random.default_rng(2)
    near, held, found = 0, 0, 0
    for _ in range(50):
        at = int(rng.integers(20, 58))
        values = np.concatenate([_counts(rng, 30, 1.5, at), _counts(rng, 48, 1.5, WEEKS - at)])
        others = [_series(_counts(rng, 30, 1.5), f"q{n}") for n in range(10)]
        points = [
            p for p in change_points([_series(values), *others]) if p.series.place_code == "p"
        ]
        if points:
            found += 1
            best = min(points, key=lambda p: abs(p.series.periods.index(p.period) - at))
            near += abs(best.series.periods.index(best.period) - at) <= 2
            held += best.ratio_low <= 1.6 <= best.ratio_high
    assert found == 50 and near >= 40 and held >= 40


def test_the_latest_comes_first_and_leads_to_its_figure():
    values = np.array([5] * 20 + [40] * 20 + [8] * 20)
    points = change_points([_series(values)])
    assert [(p.series.periods.index(p.period), p.before, p.after) for p in points] == [
        (40, 40, 8),
        (20, 5, 40),
    ]
    assert [p.cell_id for p in points] == ["c40", "c20"]


def test_short_empty_and_constant_series_have_none():
    assert change_points([]) == []
    assert change_points([_series(np.arange(2 * LEAST - 1))]) == []
    assert change_points([_series(np.zeros(40)), _series(np.full(40, 7))]) == []
    assert scatter(np.full(40, 7.0)) == 1
    from_nothing = change_points([_series(np.array([0] * 30 + [9] * 30))], ALPHA)
    assert [(p.before, p.ratio, p.ratio_low) for p in from_nothing] == [(0, np.inf, 0)]
