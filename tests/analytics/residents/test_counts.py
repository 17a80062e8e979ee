"""From counts of the centre to the tables that are published."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import polars as pl
import pytest

from analytics.reports.metrics import Label
from analytics.residents.counts import Before, resident_counts
from analytics.residents.declarations import Counted, Dimension

KINDS = {"registered": Label("户籍", "Registered"), "floating": Label("流动", "Floating")}
COUNTED = Counted(
    5, "resident", (Dimension("kind", "resident_kind", Label("类型", "Kind"), KINDS),)
)
PATHS = {
    "g1": ("c", "d1", "s1", "m1", "g1"),
    "g2": ("c", "d1", "s1", "m1", "g2"),
    "m2": ("c", "d1", "s1", "m2", None),
    "d2": ("c", "d2", None, None, None),
    "": (None, None, None, None, None),
}
Make = Callable[..., dict[str, pl.DataFrame]]


@pytest.fixture
def made() -> Iterator[Make]:
    """A function from (place, kind, persons) to the serving tables."""
    with duckdb.connect() as lake:
        lake.execute("attach ':memory:' as lake")
        lake.execute("create schema lake.marts")
        codes = "city_code varchar, district_code varchar, street_code varchar, "
        codes += "community_code varchar, grid_code varchar"
        lake.execute(f"create table lake.marts.dim_place ({codes}, is_current boolean)")
        for path in PATHS.values():
            if path[0]:
                lake.execute(
                    "insert into lake.marts.dim_place values (?, ?, ?, ?, ?, true)", list(path)
                )
        lake.execute("create table lake.marts.dim_person (as_of timestamp)")
        lake.execute("insert into lake.marts.dim_person values ('2026-03-31 00:00')")
        lake.execute(
            f"create table lake.marts.rpt_resident_count ({codes}, resident_kind varchar, "
            "person_count bigint)"
        )

        def make(*persons: tuple[str, str | None, int], before=None) -> dict[str, pl.DataFrame]:
            lake.execute("delete from lake.marts.rpt_resident_count")
            for place, kind, count in persons:
                lake.execute(
                    "insert into lake.marts.rpt_resident_count values (?, ?, ?, ?, ?, ?, ?)",
                    [*PATHS[place], kind, count],
                )
            return resident_counts(lake, COUNTED, before)

        yield make


def shown(tables: dict[str, pl.DataFrame], dimension: str, category: str) -> dict[str, int | None]:
    found = tables["residents"].filter(dimension=dimension, category=category)
    return dict(found.select("place_code", "persons").iter_rows())


MANY = (("g1", "registered", 90), ("g2", "registered", 80), ("m2", "registered", 70))


def test_each_place_has_the_sum_of_what_lies_in_it(made):
    tables = made(*MANY, ("d2", "registered", 60), ("", "registered", 50))
    assert shown(tables, "total", "total") == {
        **{"all": 350, "c": 300, "all/unplaced": 50, "d1": 240, "d2": 60, "s1": 240},
        **{"d2/unplaced": 60, "m1": 170, "m2": 70, "g1": 90, "g2": 80, "m2/unplaced": 70},
    }


def test_a_place_of_the_register_without_residents_has_none(made):
    tables = made(("g1", "registered", 90))
    assert shown(tables, "total", "total")["g2"] == 0
    assert "m2/unplaced" not in shown(tables, "total", "total")


def test_a_small_count_hides_all_kinds_of_its_place_and_of_another(made):
    tables = made(*MANY, ("g1", "floating", 3), ("g2", "floating", 20), ("m2", "floating", 20))
    kinds = shown(tables, "kind", "floating")
    assert kinds == {
        **{"all": 43, "c": 43, "d1": 43, "d2": 0, "s1": 43, "m1": 23, "m2": 20},
        **{"g1": None, "g2": None, "m2/unplaced": 20},
    }
    assert {place for place, n in shown(tables, "kind", "registered").items() if n is None} == {
        "g1", "g2",
    }  # fmt: skip
    assert None not in shown(tables, "total", "total").values()


def test_a_hidden_place_has_a_line_for_every_kind_whether_there_are_any_or_not(made):
    """Which lines there are tells nothing."""
    tables = made(*MANY, ("g1", "floating", 3), ("g2", "floating", 20))
    lines = tables["residents"].filter(place_code="g1", dimension="kind")
    assert lines["category"].to_list() == ["floating", "registered"]
    assert lines["persons"].to_list() == [None, None]


def test_kinds_with_few_persons_in_the_whole_are_shown_together(made):
    tables = made(*MANY, ("g1", "floating", 3), ("g2", None, 4))
    categories = tables["resident_categories"].filter(dimension="kind")
    assert dict(categories.select("category", "shown_as").iter_rows()) == {
        **{"registered": "registered", "floating": "other", "unknown": "other"},
        "other": "other",
    }
    assert shown(tables, "kind", "other")["all"] == 7


def test_what_is_not_stated_has_a_kind_of_its_own(made):
    tables = made(*MANY, ("g1", None, 9))
    assert shown(tables, "kind", "unknown")["all"] == 9
    words = tables["resident_categories"].filter(category="unknown")
    assert words.select("category_zh", "category_en").row(0) == ("未填写", "Not stated")


def test_what_was_hidden_before_stays_hidden_and_together_stays_together(made):
    first = made(*MANY, ("g1", "floating", 3), ("g2", None, 4))
    before = Before(first["residents"], first["resident_categories"])
    later = made(*MANY, ("g1", "floating", 30), ("g2", None, 40), before=before)
    assert "floating" not in later["residents"]["category"]
    hidden = first["residents"].filter("is_hidden").select("place_code", "dimension")
    now = later["residents"].filter("is_hidden").select("place_code", "dimension")
    assert set(hidden.iter_rows()) <= set(now.iter_rows())
    assert hidden.height


def test_the_same_again_with_its_own_past_is_the_same(made):
    persons = (*MANY, ("g1", "floating", 3), ("g2", None, 4))
    first = made(*persons)
    again = made(*persons, before=Before(first["residents"], first["resident_categories"]))
    for name, table in first.items():
        assert table.equals(again[name])


def test_without_residents_nobody_is_counted(made):
    tables = made()
    assert set(tables["residents"]["persons"]) == {0}
    assert tables["resident_settings"].row(0)[0] == 5
