"""What is shown of the chain's breaks tells of nobody, also not by subtraction."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.residence_chain import SMALLEST_SHOWN, residence_chain_sql

LINKS = ("person_has_dwelling_code", "person_dwelling_is_known", "dwelling_has_building")
SCHEMA = ("link", "city_code", "district_code", "thing_count", "broken_count")


def _rows(city, district, persons, dwellings):
    """As the mart has them: every link of a thing has a row at each place."""
    district = district and city and city + district
    coded, unlisted = persons[0] + persons[1], persons[1]
    return [
        (LINKS[0], city, district, coded + persons[2], persons[2]),
        (LINKS[1], city, district, coded, unlisted),
        (LINKS[2], city, district, sum(dwellings), dwellings[0]),
    ]


count = st.integers(0, 12) | st.just(0)
place = st.builds(
    _rows,
    st.sampled_from(["c1", "c2", None]),
    st.sampled_from(["a", "b", "c", None]),
    st.tuples(count, count, count),
    st.tuples(count, count),
)
places = st.lists(place, min_size=1, max_size=12).map(lambda made: [r for p in made for r in p])


def shown(rows: list[tuple[str, str | None, str | None, int, int]]) -> pl.DataFrame:
    counted = pl.DataFrame(rows, schema=list(SCHEMA), orient="row", infer_schema_length=None)
    with duckdb.connect() as connection:
        connection.register("counted", counted)
        typed = "(select link, city_code::varchar as city_code, "
        typed += "district_code::varchar as district_code, thing_count, broken_count from counted)"
        return connection.execute(residence_chain_sql(typed)).pl()


def small(count: int) -> bool:
    return 0 < count < SMALLEST_SHOWN


def counts(rows: list[tuple[str, str | None, str | None, int, int]], found: pl.DataFrame):
    """What the shown places count in truth, by link and place."""
    truth: dict[tuple[str, str], list[int]] = {}
    for link, stated, district, things, broken in rows:
        city = stated or "all/unplaced"
        places = {city} if city == "all/unplaced" else {city, district or f"{city}/unplaced"}
        for place in places:
            made = truth.setdefault((link, place), [0, 0])
            made[0] += things
            made[1] += broken
    return truth


@given(places)
@settings(max_examples=60, deadline=None)
def test_no_small_count_is_shown_and_none_comes_back_by_subtraction(rows) -> None:
    found = shown(rows)
    truth = counts(rows, found)
    for one in found.iter_rows(named=True):
        things, broken = truth[one["link"], one["place_code"]]
        if not one["is_hidden"]:
            assert (one["thing_count"], one["broken_count"]) == (things, broken)
            assert not any(map(small, (things, broken, things - broken)))
        else:
            assert one["thing_count"] is None and one["broken_count"] is None
    for (link, city), group in found.group_by("link", "city_code"):
        districts = group.filter(level="district")
        hidden = districts.filter(is_hidden=True)
        if group.filter(level="city").item(0, "is_hidden") or hidden.is_empty():
            continue
        sums = [truth[link, place] for place in hidden["place_code"]]
        assert len(sums) >= 2, city
        things, broken = (sum(s[n] for s in sums) for n in (0, 1))
        assert not any(map(small, (things, broken, things - broken)))


def test_links_about_the_same_things_are_hidden_together() -> None:
    found = shown(
        [
            ("person_has_dwelling_code", "c1", "c1a", 100, 2),
            ("person_dwelling_is_known", "c1", "c1a", 98, 40),
            ("person_has_dwelling_code", "c1", "c1b", 100, 50),
            ("person_dwelling_is_known", "c1", "c1b", 50, 20),
            ("person_has_dwelling_code", "c1", "c1c", 200, 60),
            ("person_dwelling_is_known", "c1", "c1c", 140, 20),
            ("dwelling_has_building", "c1", "c1a", 30, 0),
        ]
    )
    open_places = found.filter(is_hidden=False).select("link", "place_code").rows()
    assert open_places == [
        ("dwelling_has_building", "c1"),
        ("dwelling_has_building", "c1a"),
        ("person_dwelling_is_known", "c1"),
        ("person_dwelling_is_known", "c1c"),
        ("person_has_dwelling_code", "c1"),
        ("person_has_dwelling_code", "c1c"),
    ]


@pytest.mark.parametrize("broken", [0, 5])
def test_a_count_of_nothing_or_of_many_is_shown(broken: int) -> None:
    found = shown([("person_has_dwelling_code", "c1", "c1a", 50, broken)])
    assert found["broken_count"].to_list() == [broken, broken]
