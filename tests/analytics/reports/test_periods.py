from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.periods import (
    GRAIN_NAMES,
    GRAINS,
    NESTED,
    bounds,
    coarser,
    grain_of,
    key_sql,
    parts_of,
    text_sql,
    words,
)
from analytics.reports.verification.grouping_keys import period_at
from civic.errors import CivicError
from expectations.cells import GRAINS as AUDITED_GRAINS

days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
DAYS = [date(2019, 12, 25) + timedelta(days=n) for n in range(800)]


def _spelt(grain: str, dates: list[date]) -> list[str]:
    """The periods of days, as cells spell them."""
    text = text_sql(grain, f"({key_sql(grain, 'day')})")
    sql = f"select {text} from (select unnest(?::date[]) as day)"
    return [row[0] for row in duckdb.execute(sql, [dates]).fetchall()]


@pytest.mark.parametrize("grain", GRAIN_NAMES)
def test_cells_and_their_verification_spell_a_period_alike(grain: str) -> None:
    frame = pl.DataFrame({"day": DAYS})
    assert frame.select(period_at(grain, "day")).to_series().to_list() == _spelt(grain, DAYS)


@pytest.mark.parametrize("grain", GRAIN_NAMES)
@settings(deadline=None)
@given(day=days)
def test_a_day_lies_within_the_bounds_of_its_period(grain: str, day: date) -> None:
    (period,) = _spelt(grain, [day])
    first, behind = bounds(period)
    assert grain_of(period) == grain
    assert first <= day < behind
    assert _spelt(grain, [first, behind - timedelta(days=1)]) == [period, period]
    assert _spelt(grain, [behind]) != [period]


@pytest.mark.parametrize(("fine", "coarse"), NESTED)
@settings(deadline=None)
@given(day=days)
def test_a_period_lies_in_the_coarser_one_of_its_days(fine: str, coarse: str, day: date) -> None:
    (period,) = _spelt(fine, [day])
    expected = "all" if coarse == "all" else _spelt(coarse, [day])[0]
    assert coarser(period, coarse) == expected


def test_undated_stays_undated_until_all() -> None:
    assert (coarser("undated", "year"), coarser("undated", "all")) == ("undated", "all")


@pytest.mark.parametrize(
    ("period", "grain", "zh", "en"),
    [
        ("2019", "year", "2019年", "2019"),
        ("2019-H2", "half_year", "2019年下半年", "2019 H2"),
        ("2019-Q3", "quarter", "2019年第3季度", "2019 Q3"),
        ("2019-02", "month", "2019年2月", "2019-02"),
        ("2020-W53", "week", "2020年第53周", "2020 week 53"),
        ("2020-02-29", "day", "2020年2月29日", "2020-02-29"),
    ],
)
def test_a_period_tells_its_grain_and_its_name(period: str, grain: str, zh: str, en: str) -> None:
    assert grain_of(period) == grain
    assert words(period) == (zh, en)


def test_weeks_belong_to_the_year_of_their_thursday() -> None:
    assert _spelt("week", [date(2019, 12, 30), date(2021, 1, 3)]) == ["2020-W01", "2020-W53"]


@pytest.mark.parametrize(
    "period",
    ["2019-13", "19", "yesterday", "", "2019-H3", "2019-Q5", "2019-W54", "2021-W53", "2019-02-29"],
)
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(CivicError, match="is no period"):
        grain_of(period)


def test_a_period_is_divided_as_a_reader_expects() -> None:
    assert [parts_of(p) for p in ("all", "2019", "2019-Q1", "2019-02", "2019-W06")] == [
        "year",
        "month",
        "month",
        "day",
        "day",
    ]


def test_undated_has_no_parts() -> None:
    assert parts_of("undated") is None


def test_audits_know_every_grain() -> None:
    assert AUDITED_GRAINS == GRAINS
