"""What is expected of somebody depends on the work, and never on what they themselves did."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.assessment.expected import expected

rng = np.random.default_rng(6)
ROWS = 4000
WHO = rng.integers(0, 40, ROWS)
HARD = np.where(WHO < 10, rng.random(ROWS) < 0.8, rng.random(ROWS) < 0.2)
MIX = pl.DataFrame({"category": np.where(HARD, "hard", "easy"), "load": rng.random(ROWS)})
SUBJECTS = [f"s{who:02d}" for who in WHO]


def of(who: int, values: np.ndarray) -> float:
    return float(values[who == WHO].mean())


def test_who_has_the_harder_work_is_expected_to_do_less_well() -> None:
    done = (rng.random(ROWS) < np.where(HARD, 0.4, 0.9)).astype(float)
    found = expected(done, MIX, SUBJECTS, "share")
    assert of(0, found.values) == pytest.approx(0.5, abs=0.06)
    assert of(20, found.values) == pytest.approx(0.8, abs=0.06)
    # Plain shares would call all ten of them bad; against what was expected none differs.
    assert of(0, done - found.values) == pytest.approx(0, abs=0.12)


def test_amounts_are_expected_by_the_kind_of_work() -> None:
    hours = rng.gamma(2, np.where(HARD, 30.0, 3.0))
    found = expected(hours, MIX, SUBJECTS, "amount")
    assert found.values[HARD].mean() == pytest.approx(60, rel=0.1)
    assert found.values[~HARD].mean() == pytest.approx(6, rel=0.15)


def test_what_somebody_did_does_not_change_what_is_expected_of_them() -> None:
    done = (rng.random(ROWS) < 0.7).astype(float)
    other = done.copy()
    other[WHO == 3] = 0.0
    before, after = (expected(d, MIX, SUBJECTS, "share") for d in (done, other))
    own = WHO == 3
    if before.model == after.model:
        assert before.values[own] == pytest.approx(after.values[own])


def test_it_is_calibrated_out_of_sample() -> None:
    done = (rng.random(ROWS) < np.where(HARD, 0.3, 0.8)).astype(float)
    fit = expected(done, MIX, SUBJECTS, "share").calibration
    assert fit["rows"].sum() == ROWS
    for part in fit.to_dicts():
        assert part["observed"] == pytest.approx(part["expected"], abs=0.1)


def test_with_little_work_the_mean_of_the_others_is_expected() -> None:
    done = np.array([1.0, 0.0, 1.0, 1.0])
    found = expected(done, pl.DataFrame({"category": ["a"] * 4}), ["x", "x", "y", "z"], "share")
    assert found.model == "mean"
    assert found.values == pytest.approx([1, 1, 2 / 3, 2 / 3])


def test_all_alike_is_expected_alike() -> None:
    found = expected(np.ones(ROWS), MIX, SUBJECTS, "share")
    assert found.values == pytest.approx(np.ones(ROWS), abs=1e-6)
