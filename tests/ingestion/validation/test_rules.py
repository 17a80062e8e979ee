"""Row rules: SQL conditions of one row, refused clearly when they are anything else."""

from datetime import date, datetime

import polars as pl
import pytest

from civic.errors import CivicError
from ingestion.validation.rules import columns_of, evaluate_rule

FRAME = pl.DataFrame(
    {
        "opened_at": [datetime(2019, 2, 28, 11), datetime(2019, 2, 28, 11), None],
        "closed_at": [datetime(2019, 3, 1), datetime(2019, 2, 27), datetime(2019, 3, 1)],
        "opened_on": [date(2019, 2, 28), date(2019, 2, 28), None],
        "scale": ["01", "02", None],
        "persons": [1, 12, None],
        "foreign": [True, False, None],
        "人数": [1, 12, 3],
    }
)


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("closed_at >= opened_at", [True, False, True]),
        ("opened_on = DATE '2019-02-28'", [True, True, True]),
        ("closed_at < TIMESTAMP '2019-02-28 00:00:00'", [False, True, False]),
        ("closed_at <= opened_at + INTERVAL '15 days'", [True, True, True]),
        ("closed_at >= opened_on", [True, False, True]),
        ("persons BETWEEN 1 AND 10", [True, False, True]),
        ("scale IN ('01', '03')", [True, False, True]),
        ("scale LIKE '%1' OR persons > 10", [True, True, True]),
        ("scale <> '02' AND NOT foreign", [False, False, True]),
        ("opened_at IS NOT NULL", [True, True, False]),
        ("(opened_at IS NULL) = (persons IS NULL)", [True, True, True]),
        ("CASE WHEN scale = '02' THEN persons >= 20 ELSE persons >= 0 END", [True, False, True]),
        ("LENGTH(scale) = 2", [True, True, True]),
        ("scale ~ '^0[13]$'", [True, False, True]),
        ("CAST(scale AS INTEGER) = 1", [True, False, True]),
        ("COALESCE(persons, 0) > 0", [True, True, False]),
        ("EXTRACT(YEAR FROM opened_on) = 2019", [True, True, True]),
        ("foreign", [True, False, True]),
        ("人数 > 2", [False, True, True]),
        ("scale = 'over (select now())'", [False, False, True]),
    ],
)
def test_a_rule_is_kept_unless_it_is_false(expression: str, kept: list[bool]) -> None:
    found = evaluate_rule(FRAME, expression)
    assert found.dtype == pl.Boolean
    assert found.to_list() == kept


def test_a_rule_over_no_rows_gives_no_answers() -> None:
    assert evaluate_rule(FRAME.clear(), "closed_at >= opened_at").to_list() == []


def test_a_rule_over_empty_untyped_columns_is_kept() -> None:
    frame = pl.DataFrame({"a": [None, None], "b": [1, 2]})
    assert evaluate_rule(frame, "a > b").to_list() == [True, True]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("closed_at >=", "cannot be read"),
        ("", "cannot be read"),
        ("nosuch(persons) > 1", "nosuch"),
        ("persons > 1; drop table x", "cannot be read"),
        ("finished_at > opened_at", "unknown columns: finished_at"),
        ("opened_on > '2019-02-28'", "cannot be evaluated"),
        ("scale > 3", "cannot be evaluated"),
        ("scale ~ '('", "cannot be evaluated"),
        ("persons", "gives Int64"),
        ("1 = 1", "single row"),
        ("MAX(persons) > 1", "single row"),
        ("COUNT(*) > 1", "single row"),
        ("SUM(persons) OVER (PARTITION BY scale) > 1", "beyond its own row"),
        ("persons IN (SELECT 1)", "beyond its own row"),
        ("opened_at <= CURRENT_TIMESTAMP", "beyond its own row"),
    ],
)
def test_what_is_no_condition_of_one_row_is_refused_with_its_reason(
    expression: str, reason: str
) -> None:
    with pytest.raises(CivicError, match=reason) as refusal:
        evaluate_rule(FRAME, expression)
    assert refusal.value.remedy


def test_a_refusal_does_not_quote_the_values_of_a_column() -> None:
    frame = pl.DataFrame({"name": ["张三", "李四"]})
    with pytest.raises(CivicError) as refusal:
        evaluate_rule(frame, "CAST(name AS INTEGER) > 1")
    assert "张三" not in str(refusal.value)


def test_the_columns_of_a_rule_are_those_it_reads() -> None:
    assert columns_of("closed_at >= opened_at AND 人数 > 1") == {"closed_at", "opened_at", "人数"}
