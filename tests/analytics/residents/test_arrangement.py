"""Counts as a table: the place asked for, its parts, a column for each category."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.residents.arrangement import arrange
from analytics.residents.counts import CATEGORIES, RESIDENTS
from civic.errors import CivicError

PLACES = (
    ("all", "all", None), ("city", "c", "all"), ("district", "d1", "c"), ("district", "d2", "c"),
    ("street", "s1", "d1"), ("street", "d1/unplaced", "d1"), ("community", "m1", "s1"),
)  # fmt: skip
KINDS = ("registered", "floating", "foreign")
WORDS = pl.DataFrame(
    [("total", "人数", "Residents", "total", "total", "人数", "Residents", 0)]
    + [("kind", "类型", "Kind", k, k, k, k.title(), n) for n, k in enumerate(KINDS)],
    schema=CATEGORIES,
    orient="row",
)


@pytest.fixture
def residents() -> pl.DataFrame:
    rows = []
    for level, code, parent in PLACES:
        rows.append((level, code, parent, "total", "total", 40, False))
        for kind in KINDS:
            hidden = code == "d2"
            count = None if hidden else {"registered": 30, "floating": 10, "foreign": 0}[kind]
            rows.append((level, code, parent, "kind", kind, count, hidden))
    return pl.DataFrame(rows, schema=RESIDENTS, orient="row")


def test_the_place_comes_first_and_then_the_first_level_with_several_parts(residents):
    made = arrange(residents, WORDS, {"d1": "东区"}, "all")
    assert made.level == "district"
    assert [line.place_code for line in made.lines] == ["all", "d1", "d2"]
    assert [line.is_total for line in made.lines] == [True, False, False]
    assert made.lines[1].label.zh == "东区"
    assert made.lines[2].persons == (40, None, None)
    assert made.hides


def test_a_category_of_nobody_has_no_column(residents):
    made = arrange(residents, WORDS, {}, "all", dimensions=["kind"])
    assert [c.category for c in made.columns] == ["total", "registered", "floating"]


def test_what_lies_nowhere_above_the_level_comes_with_it(residents):
    made = arrange(residents, WORDS, {}, "d1", "community")
    assert [line.place_code for line in made.lines] == ["d1", "d1/unplaced", "m1"]


def test_a_place_without_parts_stands_alone(residents):
    made = arrange(residents, WORDS, {}, "m1")
    assert [line.place_code for line in made.lines] == ["m1"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"place": "nowhere"}, "by nowhere"),
        ({"place": "all", "level": "village"}, "by village; there are city"),
        ({"place": "d1", "level": "city"}, "by city; there are street"),
        ({"place": "all", "dimensions": ["religion"]}, "by religion; there are kind"),
    ],
)
def test_what_is_not_counted_is_said(residents, asked, said):
    with pytest.raises(CivicError, match=said):
        arrange(residents, WORDS, {}, **asked)
