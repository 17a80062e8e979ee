"""Declarations read down to single wishes."""

from __future__ import annotations

from analytics.reports.declarations import load_declarations
from analytics.reports.verification.declared import Wish, read_wishes, wishes_of


def test_a_slice_may_narrow_levels_and_grains() -> None:
    slices = [[], {"by": ["b", "a"], "levels": ["all"], "grains": ["month"]}]
    report = {"name": "r", "levels": ["all", "city"], "grains": ["all"]}
    wishes = list(wishes_of({**report, "tables": [{"metrics": ["m"], "slices": slices}]}))
    assert wishes == [
        Wish("r", "m", "all", "all", ()),
        Wish("r", "m", "city", "all", ()),
        Wish("r", "m", "all", "month", ("a", "b")),
    ]


def test_without_slices_there_is_the_unsliced_table() -> None:
    (wish, *_) = wishes_of({"name": "r", "tables": [{"metrics": ["m"]}]})
    assert wish.is_whole


def test_both_readings_of_the_shipped_declarations_ask_for_the_same_cells() -> None:
    theirs = {
        Wish(report.name, metric, level, grain, one.by)
        for report in load_declarations().values()
        for metric in report.metrics
        for one in report.slices_of(metric)
        for level in one.levels
        for grain in one.grains
    }
    assert set(read_wishes()) == theirs
