"""The interval of a weighted mean is the classical one for equal weights, and covers as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from analytics.reports.declarations import load_declarations
from analytics.reports.intervals import Interval, interval_of

INTERVAL = Interval("mean", "w", "ww", "wx", "wxx")


def sums(weights: np.ndarray, scores: np.ndarray) -> dict[str, float | None]:
    return {
        "mean": float(np.average(scores, weights=weights)),
        "w": float(weights.sum()),
        "ww": float((weights**2).sum()),
        "wx": float((weights * scores).sum()),
        "wxx": float((weights * scores**2).sum()),
    }


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30), st.sampled_from([0.5, 1, 7]))
def test_with_equal_weights_it_is_students(scores: list[int], weight: float) -> None:
    found = np.array(scores, dtype=float)
    around = INTERVAL.around(sums(np.full(len(scores), weight), found))
    error = found.std(ddof=1) / np.sqrt(len(scores))
    if error == 0:
        assert around == pytest.approx((found[0], found[0]))
        return
    expected = t.interval(0.95, len(scores) - 1, loc=found.mean(), scale=error)
    assert around == pytest.approx(expected, abs=1e-5)


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(4_000):
        scores = random.normal(80, 12, 60)
        weights = random.lognormal(0, 0.5, 60)
        around = INTERVAL.around(sums(weights, scores))
        assert around is not None
        covered += around[0] <= 80 <= around[1]
    assert 0.93 <= covered / 4_000 <= 0.97


@pytest.mark.parametrize(
    "values",
    [
        {"mean": 1, "w": 1, "ww": 1, "wx": 1},
        {"mean": 1, "w": 0, "ww": 0, "wx": 0, "wxx": 0},
        {"mean": 1, "w": 1, "ww": 1, "wx": 80, "wxx": 6400},
    ],
)
def test_of_less_than_two_answers_none_is_known(values: dict[str, float | None]) -> None:
    assert INTERVAL.around(values) is None


def test_without_a_mean_there_is_nothing_to_surround() -> None:
    cells = {name: {"value": 5.0} for name in ("w", "ww", "wx", "wxx")}
    assert interval_of(INTERVAL, cells) is None
    assert interval_of(None, {"mean": {"value": 5.0}, **cells}) is None


def test_the_survey_is_declared_with_its_interval() -> None:
    (table,) = load_declarations()["module_safety_survey"].tables
    assert table.interval is not None
    assert table.interval.mean == "safety_score"
