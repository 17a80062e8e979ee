"""Checks of figures find what breaks a rule and what stands far off, and name the cells."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import FINDINGS, OutlierCheck, ValidationRule, load_checks, run_checks
from analytics.checks.scores import scores
from analytics.reports.cells import SCHEMA
from analytics.reports.declarations import load_declarations
from analytics.reports.metrics import Label
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError
from tests.analytics.reports.town import manifest

LABEL = Label("检查", "Check")
MONTHS = [f"2019-{n:02d}" for n in range(1, 13)]
catalog = Catalog(manifest())


def cell(metric: str, value: float, period: str = "2019-01", **others: str) -> dict[str, object]:
    at = {"report": "r", "level": "city", "place_code": "9901", "grain": "month", "slices": ""}
    made = {**at, "metric": metric, "period": period, "value": value, **others}
    return {"cell_id": "-".join(str(made[k]) for k in ("metric", "place_code", "period")), **made}


def cells(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def series(metric: str, values: list[float | None], **others: str) -> pl.DataFrame:
    pairs = zip(MONTHS, values, strict=False)
    return cells(*[cell(metric, v, month, **others) for month, v in pairs if v is not None])


def outliers(method: str = "counts", metric: str = "events_received") -> OutlierCheck:
    return OutlierCheck("far", LABEL, (metric,), method, 3.5, "month", ("city",), 6)  # type: ignore[arg-type]


def test_the_declared_checks_are_about_measures_that_reports_have() -> None:
    reports = load_declarations().values()
    together = [set(report.metrics) for report in reports]
    checks = load_checks()
    assert {type(check) for check in checks.values()} == {ValidationRule, OutlierCheck}
    for check in checks.values():
        assert check.title.zh and check.title.en
        if isinstance(check, ValidationRule):
            assert any({check.left, check.right} <= metrics for metrics in together), check.name
            continue
        for metric in check.metrics:
            slices = [s for r in reports for s in r.slices_of(metric) if not s.by]
            assert any(
                set(check.levels) <= set(s.levels) and check.grain in s.grains for s in slices
            ), (check.name, metric)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rules: []", "there is no rules"),
        ("validation_rules: [{name: a}]", "is missing"),
        (
            "validation_rules: [{name: a, title: {zh: a, en: a}, left: a, "
            "operator: '<>', right: b}]",
            "no operator",
        ),
        (
            "outliers: [{name: a, title: {zh: a, en: a}, metrics: [a], method: guess, "
            "threshold: 3, grain: month, levels: [city], periods: 6}]",
            "no method",
        ),
        (
            "outliers: [{name: a, title: {zh: a, en: a}, metrics: [a], method: counts, "
            "threshold: 3, grain: month, levels: [village], periods: 6}]",
            "levels are some of",
        ),
        ("[", "checks.yml"),
    ],
)
def test_a_declaration_that_cannot_be_read_names_the_fault(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "checks.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CivicError, match=fault):
        load_checks([path])


@pytest.mark.parametrize(
    ("operator", "broken"),
    [("<=", 2), ("<", 3), ("==", 3), (">=", 1), (">", 2)],
)
def test_a_rule_is_held_against_every_cell_in_which_a_report_has_both(
    operator: str, broken: int
) -> None:
    rule = ValidationRule("rule", LABEL, "left", operator, "right")  # type: ignore[arg-type]
    pairs = [(1, 1), (3, 2), (1, 2), (5, 4)]
    rows = [
        cell(metric, value, MONTHS[at])
        for at, pair in enumerate(pairs)
        for metric, value in zip(("left", "right"), pair, strict=True)
    ]
    alone = [cell("left", 9, "2019-09"), cell("left", 9, "2019-10", report="q")]
    found = run_checks([rule], cells(*rows, *alone, cell("right", 1, "2019-10")), catalog)
    assert found.schema == FINDINGS
    assert found.height == broken
    for row in found.iter_rows(named=True):
        assert row["cell_id"].startswith("left") and row["other_cell_id"].startswith("right")


@pytest.mark.parametrize("method", ["counts", "robust", "standard"])
def test_a_month_far_from_the_others_is_found_and_no_other(method: str) -> None:
    usual: list[float | None] = [40, 43, 38, 41, 39, 42, 40, 44, 37, 41]
    found = run_checks([outliers(method)], series("events_received", [*usual, 140, 42]), catalog)
    (row,) = found.iter_rows(named=True)
    assert (row["period"], row["value"]) == ("2019-11", 140)
    assert row["expected"] == pytest.approx(40.5, abs=0.6)
    assert row["score"] > 3.5
    assert row["cell_id"] == "events_received-9901-2019-11"


def test_a_count_without_a_cell_was_nothing_and_a_mean_without_one_is_not_known() -> None:
    usual: list[float | None] = [40, 43, 38, 41, None, 42, 40, 44, 37, 41]
    (row,) = run_checks([outliers()], series("events_received", usual), catalog).iter_rows(
        named=True
    )
    assert (row["period"], row["value"], row["cell_id"]) == ("2019-05", 0, None)
    mean = outliers("robust", "mean_handling_hours")
    assert run_checks([mean], series("mean_handling_hours", usual), catalog).is_empty()


def test_before_its_first_figure_a_place_was_not_there() -> None:
    late = series("events_received", [None, None, None, None, *[40.0] * 8], place_code="9902")
    other = series("events_received", [40.0] * 12)
    assert run_checks([outliers()], pl.concat([other, late]), catalog).is_empty()


def test_a_period_that_had_not_ended_is_no_outlier() -> None:
    found = series("events_received", [*[40.0] * 11, 2])
    assert run_checks([outliers()], found, catalog, date(2019, 12, 31)).height == 1
    assert run_checks([outliers()], found, catalog, date(2019, 12, 30)).is_empty()


def test_of_a_few_periods_nothing_is_said() -> None:
    assert run_checks(
        [outliers()], series("events_received", [*[40.0] * 5, 900]), catalog
    ).is_empty()
    assert run_checks([outliers()], cells(), catalog).is_empty()


def test_the_scores_are_those_of_their_sources() -> None:
    """Anscombe's transform by hand; the modified z-score of NIST's handbook, 1.3.5.17."""
    (score, expected), *_ = scores([24, 9, 9, 9], "counts")
    assert expected == 9
    assert score == pytest.approx(2 * (np.sqrt(24.375) - np.sqrt(9.375)))
    (score, _), *_ = scores([10, 1, 2, 3, 4, 5], "robust")
    assert score == pytest.approx((10 - 3) / 1.4826)
    (score, _), *_ = scores([10, 1, 2, 3], "standard")
    assert score == pytest.approx(8)
    assert scores([5, 4, 4, 4], "robust")[0] == (np.inf, 4)
    assert scores([4, 4, 4, 4], "standard")[0] == (0, 4)


@given(
    st.lists(st.integers(0, 500), min_size=4, max_size=20),
    st.sampled_from(["counts", "robust", "standard"]),
)
def test_a_score_has_the_sign_of_the_difference(values: list[int], method: str) -> None:
    for value, (score, expected) in zip(values, scores(values, method), strict=True):  # type: ignore[arg-type]
        if method != "counts" and value != expected:
            assert np.sign(score) == np.sign(value - expected)
        if value > max([*values[: values.index(value)], *values[values.index(value) + 1 :]]):
            assert score >= 0
