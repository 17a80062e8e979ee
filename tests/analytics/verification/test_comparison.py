"""What equal means."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.reports.verification.cells import SCHEMA
from analytics.reports.verification.comparison import compare


def cell(value: float | None, rows: int = 1) -> pl.DataFrame:
    row = ("c1", "r", "m", "all", "all", "all", "all", "", value, None, None, rows, rows)
    return pl.DataFrame([row], schema=SCHEMA, orient="row")


@pytest.mark.parametrize("value", [0.0, 3.0, 1 / 3, None])
def test_the_same_figure_is_equal(value: float | None) -> None:
    assert compare(cell(value), cell(value)).is_empty()


def test_floats_may_differ_by_their_last_digits() -> None:
    assert compare(cell(0.1 + 0.2), cell(0.3)).is_empty()
    assert compare(cell(1 / 3), cell(1 / 3 * (1 + 1e-8)))["how"].to_list() == ["different"]


def test_counts_are_exact_however_large() -> None:
    assert compare(cell(4e12), cell(4e12 + 1))["how"].to_list() == ["different"]


def test_a_null_is_no_number() -> None:
    assert compare(cell(None), cell(0.0))["how"].to_list() == ["different"]


def test_the_rows_behind_a_figure_count_too() -> None:
    assert compare(cell(1.0, rows=1), cell(1.0, rows=2))["how"].to_list() == ["different"]


def test_a_cell_of_one_side_is_missing_or_extra() -> None:
    nothing = cell(1.0).clear()
    assert compare(nothing, cell(1.0))["how"].to_list() == ["missing"]
    assert compare(cell(1.0), nothing)["how"].to_list() == ["extra"]
