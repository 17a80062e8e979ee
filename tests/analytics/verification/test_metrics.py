"""Metrics of a semantic manifest, read for Polars."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.reports.verification.metrics import figure, metrics_of, sql
from civic.errors import CivicError

MODEL = {
    "name": "event",
    "node_relation": {"alias": "fct_event"},
    "defaults": {"agg_time_dimension": "day"},
    "entities": [{"name": "event", "type": "primary", "expr": "event_key"}],
    "dimensions": [
        {"name": "day", "type": "time", "expr": "reported_at"},
        {"name": "in_time", "type": "categorical", "expr": "is_in_time"},
    ],
    "measures": [
        {"name": "rows", "agg": "count", "expr": "1"},
        {
            "name": "p90",
            "agg": "percentile",
            "expr": "hours",
            "agg_params": {"percentile": 0.9, "use_discrete_percentile": True},
        },
    ],
}


def where(template: str) -> dict[str, object]:
    return {"where_filters": [{"where_sql_template": template}]}


def manifest(template: str) -> dict[str, object]:
    metric = {
        "name": "late",
        "type": "simple",
        "type_params": {"measure": {"name": "rows", "filter": where("hours > 1")}},
        "filter": where(template),
    }
    return {"semantic_models": [MODEL], "metrics": [metric]}


def test_filters_of_metric_and_measure_both_hold() -> None:
    metric = metrics_of(manifest("not {{ Dimension('event__in_time') }}"))["late"]
    assert (metric.measure.fact, metric.measure.time) == ("fct_event", "reported_at")
    rows = pl.DataFrame(
        {"is_in_time": [False, False, True, None], "hours": [2.0, 0.5, 2.0, 2.0]},
    )
    assert rows.select(figure(metric.measure)).to_series().to_list() == [1, None, None, None]


def test_a_filter_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(CivicError, match="cannot be read"):
        metrics_of(manifest("{{ Metric('other', ['event']) }} > 1"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("flag is not true", [False, True, True]),
        ("(flag) is not true", [False, True, True]),
        ("flag is not false", [True, False, True]),
        ("not flag", [False, True, None]),
        ("case when flag then 1 end", [1, None, None]),
    ],
)
def test_expressions_mean_what_sql_says_of_nulls(expression: str, expected: list[object]) -> None:
    rows = pl.DataFrame({"flag": [True, False, None]})
    assert rows.select(sql(expression).alias("it"))["it"].to_list() == expected


def test_an_expression_that_does_not_parse_is_refused() -> None:
    with pytest.raises(CivicError, match="cannot be read"):
        sql("select from where")
