"""Methods of assessment come to published numbers, and keep what they promise on any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.assessment import aggregation, weights
from analytics.assessment.composite import (
    aggregate,
    denominate,
    impute_by_group,
    screen,
    to_hundred,
    treat_outliers,
)
from analytics.assessment.funnel import (
    FAR,
    WITHIN,
    between_variance,
    distance_limits,
    ratio_limits,
    share_limits,
    verdicts,
)
from analytics.assessment.shrinkage import rank_intervals, shrunken

#: Diakoulaki, Mavrotas and Papayannakis 1995: eight pharmaceutical firms by three criteria.
FIRMS = np.array(
    [
        [61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65],
        [5.4, 2.77, 2.33], [4, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98],
    ]
)  # fmt: skip
MATRIX = arrays(np.float64, (6, 3), elements=st.floats(1, 100))


def test_critic_weights_are_those_that_were_published() -> None:
    assert weights.critic(FIRMS) == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=1e-8)


def test_entropy_weights_are_those_that_were_published() -> None:
    found = weights.entropy(np.array([[1.0, 2.0], [4.0, 16.0]]))
    assert found == pytest.approx([0.358889, 0.641111], abs=1e-6)


def test_topsis_is_what_was_published() -> None:
    table = np.array([[4.0, 4], [1, 5], [3, 2], [4, 2]])
    found = aggregation.topsis(table, np.array([0.5, 0.5]), np.array([1.0, -1.0]))
    assert found == pytest.approx([0.6126, 0, 0.7829, 1], abs=5e-5)


@given(MATRIX)
def test_weights_add_up_to_one_whatever_the_scores(matrix: np.ndarray) -> None:
    for found in (weights.equal(matrix), weights.entropy(matrix), weights.critic(matrix)):
        assert found.sum() == pytest.approx(1)
        assert (found >= -1e-12).all()


@given(MATRIX)
def test_means_lie_between_the_scores_and_the_geometric_one_is_no_greater(
    matrix: np.ndarray,
) -> None:
    given = np.array([0.5, 0.3, 0.2])
    plain, harder = aggregation.arithmetic(matrix, given), aggregation.geometric(matrix, given)
    assert (plain >= matrix.min(axis=1) - 1e-9).all()
    assert (plain <= matrix.max(axis=1) + 1e-9).all()
    assert (harder <= np.maximum(plain, aggregation.LEAST) + 1e-9).all()
    assert (aggregation.topsis(matrix, given) + 1e-12 >= 0).all()


def test_what_is_not_judged_leaves_its_weight_to_the_others() -> None:
    scores = np.array([[80.0, np.nan, 20.0], [np.nan, np.nan, np.nan]])
    found = aggregation.arithmetic(scores, np.array([0.25, 0.5, 0.25]))
    assert found[0] == pytest.approx(50)
    assert np.isnan(found[1])


def test_a_composite_of_51_countries_has_its_published_scores(shared_vectors: Path) -> None:
    folder = shared_vectors / "composite"
    table, meta = pl.read_csv(folder / "asem_data.csv"), pl.read_csv(folder / "asem_meta.csv")
    indicators = meta.filter(Type="Indicator")
    names = indicators["iCode"].to_list()
    over = indicators.filter(pl.col("Denominator").is_not_null())
    table = denominate(table, dict(over.select("iCode", "Denominator").iter_rows()))
    table = screen(impute_by_group(table, names, "EurAsia_group"), names, least=0.9)
    table = treat_outliers(table, names)
    table = to_hundred(table, dict(indicators.select("iCode", "Direction").iter_rows()))
    tree = []
    for name in meta.filter(Type="Aggregate").sort("Level")["iCode"]:
        parts = meta.filter(Parent=name)
        tree.append((name, parts["iCode"].to_list(), parts["Weight"].to_list()))
    found = aggregate(table, tree).sort("Index", descending=True)
    assert found.select("uCode", pl.col("Index").round(2)).head(6).rows() == [
        ("CHE", 68.38), ("NLD", 64.82), ("DNK", 64.80),
        ("NOR", 64.47), ("BEL", 63.54), ("SWE", 63.00),
    ]  # fmt: skip


def test_a_table_with_too_little_known_loses_the_subject() -> None:
    table = pl.DataFrame({"a": [1, None], "b": [2.0, 3.0]})
    assert screen(table, ["a", "b"], least=0.9)["a"].to_list() == [1]


VERDICT = {
    "far above": "High (0.001)",
    "above": "High (0.025)",
    "as expected": "Not significant",
    "below": "Low (0.025)",
    "far below": "Low (0.001)",
}


def test_funnel_verdicts_of_303_areas_are_the_published_ones(shared_vectors: Path) -> None:
    areas = pl.read_csv(shared_vectors / "funnel" / "prop_inputs.csv")
    sizes = areas["denominator"].to_numpy().astype(float)
    baseline = areas["numerator"].sum() / sizes.sum()
    shares = areas["numerator"].to_numpy() / sizes
    said = verdicts(shares - baseline, np.sqrt(baseline * (1 - baseline) / sizes))
    assert [VERDICT[v] for v in said] == areas["significance"].to_list()
    assert len(said) == 303


def test_funnel_limits_of_shares_are_the_published_ones(shared_vectors: Path) -> None:
    axis = pl.read_csv(shared_vectors / "funnel" / "prop_outputs.csv")
    for confidence, low, high in (
        (0.95, "Lower2s0025limit", "Upper2s0025limit"),
        (0.998, "Lower3s0001limit", "Upper3s0001limit"),
    ):
        found = share_limits(axis["Population"].to_numpy(), 0.80642448, confidence)
        assert 100 * found[0] == pytest.approx(axis[low].to_numpy(), abs=1e-6)
        assert 100 * found[1] == pytest.approx(axis[high].to_numpy(), abs=1e-6)


def test_funnel_limits_of_ratios_are_the_published_ones(shared_vectors: Path) -> None:
    """Five digits: the published ones were sought by a spreadsheet's goal seek."""
    axis = pl.read_csv(shared_vectors / "funnel" / "ratio_outputs.csv")
    observed = axis[axis.columns[0]].to_numpy()
    for confidence, number in ((0.95, 2), (0.998, 3)):
        low, high = ratio_limits(observed, confidence)
        assert high == pytest.approx(axis[f"lower_{number}s_exp_events"].to_numpy(), rel=5e-5)
        assert low == pytest.approx(axis[f"upper_{number}s_exp_events"].to_numpy(), rel=5e-5)
    areas = pl.read_csv(shared_vectors / "funnel" / "ratio_inputs.csv")
    expected = areas["expected"].to_numpy()
    within, far = (ratio_limits(areas["obs"].to_numpy(), c) for c in (0.95, 0.998))
    said = np.select(
        [expected < far[0], expected < within[0], expected > far[1], expected > within[1]],
        ["High (0.001)", "High (0.025)", "Low (0.001)", "Low (0.025)"],
        "Not significant",
    )
    assert said.tolist() == areas["significance"].to_list()


def test_variance_between_subjects_is_found_and_is_none_where_there_is_none() -> None:
    rng = np.random.default_rng(2)
    errors = rng.uniform(0.5, 1.5, 4000)
    chance = rng.normal(0, errors)
    assert between_variance(chance, errors, trimmed=0) == pytest.approx(0, abs=0.05)
    differing = chance + rng.normal(0, 2, 4000)
    assert between_variance(differing, errors, trimmed=0) == pytest.approx(4, rel=0.1)
    assert between_variance([0.1], [1.0]) == 0


def test_a_few_who_stand_out_do_not_widen_the_limits_for_themselves() -> None:
    rng = np.random.default_rng(3)
    errors = np.ones(100)
    distances = rng.normal(0, 1, 100)
    distances[:4] = 9
    trimmed = between_variance(distances, errors)
    assert trimmed < between_variance(distances, errors, trimmed=0)
    assert verdicts(distances, errors, trimmed)[:4] == ["far above"] * 4


def test_intervals_of_estimates_and_ranks_hold_as_often_as_they_say() -> None:
    """Of 200 subjects with known standing, 90 % of the intervals hold the truth."""
    rng = np.random.default_rng(4)
    held = ranked = 0
    for _ in range(20):
        truth, errors = rng.normal(0, 1, 200), rng.uniform(0.3, 2, 200)
        seen = truth + rng.normal(0, errors)
        mean, deviation = shrunken(seen, errors, between_variance(seen, errors, trimmed=0))
        held += (np.abs(truth - mean) < 1.645 * deviation).sum()
        draws = mean + deviation * rng.standard_normal((500, 200))
        _, low, high = rank_intervals(draws, 0.9)
        rank = 1 + (-truth).argsort().argsort()
        ranked += ((rank >= low) & (rank <= high)).sum()
    assert held / 4000 == pytest.approx(0.9, abs=0.02)
    assert ranked / 4000 == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(("confidence", "outside"), [(WITHIN, "above"), (FAR, "far above")])
def test_a_figure_is_outside_from_its_limit_on(confidence: float, outside: str) -> None:
    errors, variance = np.array([0.02, 0.1, 0.5]), 0.01
    limits = distance_limits(errors, variance, confidence)
    assert (np.diff(limits) > 0).all()
    assert verdicts(limits * 1.001, errors, variance) == [outside] * 3
    assert outside not in verdicts(limits * 0.999, errors, variance)
