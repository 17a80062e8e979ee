"""Margins of a survey's means: those of one line, for all at once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest

from analytics.reports.intervals import Interval
from publishing.screens.uncertainty import margins

INTERVAL = Interval("mean", "w", "ww", "wx", "wxx")
SUMS = {
    "all": {"w": 120.0, "ww": 150.0, "wx": 9600.0, "wxx": 790_000.0},
    "a": {"w": 50.0, "ww": 60.0, "wx": 4100.0, "wxx": 340_000.0},
    "one": {"w": 1.0, "ww": 1.0, "wx": 80.0, "wxx": 6400.0},
}


@dataclass(frozen=True)
class Table:
    interval: Interval | None


@dataclass(frozen=True)
class Report:
    tables: tuple[Table, ...]


def test_a_margin_is_half_of_the_interval_and_one_answer_has_none():
    cells = pl.DataFrame(
        [
            ("r", metric, "city", place, "month", "2026-10", "", value)
            for place, sums in SUMS.items()
            for metric, value in {**sums, "mean": sums["wx"] / sums["w"]}.items()
        ],
        schema=("report", "metric", "level", "place_code", "grain", "period", "slices", "value"),
        orient="row",
    )
    reports = [Report((Table(INTERVAL), Table(None)))]
    found = margins(pl.concat([cells, cells]), reports)
    told = dict(found.select("place_code", "margin").iter_rows())
    assert set(told) == {"all", "a"}
    for place, margin in told.items():
        low, high = INTERVAL.around(SUMS[place]) or (0, 0)
        assert margin == pytest.approx((high - low) / 2)
    assert margins(cells, []).is_empty()
