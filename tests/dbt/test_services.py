"""Services to people leave the intermediate layer as counts, and no small one comes back."""

from __future__ import annotations

import itertools
from collections import defaultdict

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.residents.attack import Attack

SMALLEST_SHOWN = 5
COORDINATES = (
    *("feed", "served_month", "city_code", "district_code", "community_code", "kind", "outcome"),
)


def cells(query, feed, *levels):
    return query(
        "select level, served_month::varchar, kind, service_count, is_hidden "
        f"from marts.fct_service where feed = '{feed}' and level in {(*levels, '')} "
        "order by level, served_month, kind"
    )


def test_a_month_with_few_persons_is_hidden_and_the_smallest_of_the_others_with_it(query):
    assert cells(query, "service_record", "feed", "month") == [
        ("feed", None, None, 22, False),
        ("month", "2026-01-01", None, 7, False),
        ("month", "2026-02-01", None, None, True),
        ("month", "2026-03-01", None, None, True),
    ]


def test_a_kind_of_one_person_is_hidden_with_the_kind_that_would_betray_it(query):
    assert cells(query, "service_record", "community", "kind")[:3] == [
        ("community", "2026-01-01", None, 7, False),
        ("community", "2026-02-01", None, None, True),
        ("community", "2026-03-01", None, None, True),
    ]
    kinds = [c for c in cells(query, "service_record", "kind") if c[1] == "2026-01-01"]
    assert kinds == [
        ("kind", "2026-01-01", "medical", None, True),
        ("kind", "2026-01-01", "visit", None, True),
    ]


def test_a_feed_about_fewer_than_five_persons_shows_nothing(query):
    shown = query(
        "select count(*), count(service_count) from marts.fct_service "
        "where feed = 'youth_service_record'"
    )
    assert shown == [(7, 0)]


def test_the_chain_from_a_service_to_a_person_is_counted_with_its_breaks(query):
    rows = query(
        "select link, thing_count, broken_count from marts.rpt_service_chain "
        "where feed = 'service_record' order by link"
    )
    assert rows == [
        ("service_has_person", 22, 0),
        ("service_person_is_known", 22, 1),
        ("service_worker_is_known", 22, 1),
    ]


def test_no_mart_of_services_has_a_key_of_a_person_or_of_a_record(query):
    columns = query(
        "select column_name from information_schema.columns where table_schema = 'marts' "
        "and table_name in ('fct_service', 'rpt_service_chain')"
    )
    assert len(columns) > 10
    told = ("person", "pseudonym", "service_no", "record", "worker")
    assert not [name for (name,) in columns if any(part in name for part in told)]
    assert query("select count(*) from intermediate.int_service_mapped") == [(26,)]


service = st.tuples(
    st.sampled_from(["s", "y"]),
    st.sampled_from(["2026-01-05", "2026-02-05"]),
    st.sampled_from(["d1c1", "d1c2", "d2c1", "none"]),
    st.sampled_from(["visit", "medical"]),
    st.sampled_from(["met", "continuing"]),
    st.sampled_from([None, *"abcdefghijkl"]),
)


@pytest.fixture(scope="module")
def lake(built):
    """A function from rows of services to what the compiled model makes of them."""
    (compiled,) = [sql for _, name, _, sql in built.compiled() if name == "fct_service"]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake")
        connection.execute("create schema lake.intermediate")
        connection.execute(
            "create table lake.intermediate.int_place_code_resolved as select * from (values "
            "('d1c1', 'c', 'd1', 'd1c1'), ('d1c2', 'c', 'd1', 'd1c2'), ('d2c1', 'c', 'd2', 'd2c1')"
            ") as places (place_code, city_code, district_code, community_code)"
        )

        def made(rows):
            connection.register("rows", pl.DataFrame(rows, infer_schema_length=None))
            connection.execute(
                "create or replace table lake.intermediate.int_service_mapped as select *, "
                "null::timestamp as _as_of from (select feed, served_on::date as served_on, "
                "place_code, kind, outcome, person_key::varchar as person_key from rows)"
            )
            return connection.execute(compiled).pl()

        yield made


def coordinates(row):
    """A service's place in the tree, by the names of the mart's columns."""
    known = row["place_code"] != "none"
    return {
        "feed": row["feed"],
        "served_month": row["served_on"][:8] + "01",
        "city_code": "c" if known else "unplaced",
        "district_code": row["place_code"][:2] if known else "unplaced",
        "community_code": row["place_code"] if known else "unplaced",
        "kind": row["kind"],
        "outcome": row["outcome"],
    }


@given(st.lists(service, min_size=1, max_size=60))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_count_about_few_persons_is_a_sum_or_difference_of_what_is_shown(lake, drawn):
    """Every way to add and subtract shown cells, every table that one could ask for, and bounds."""
    names = ("feed", "served_on", "place_code", "kind", "outcome", "person_key")
    rows = [dict(zip(names, one, strict=True)) for one in drawn]
    found = lake(rows)
    placed = [(coordinates(row), row["person_key"]) for row in rows]
    atoms = sorted({tuple(c.values()) for c, _ in placed})

    def members(cell):
        """Which atoms a cell is made of, as a vector; a cell names some of the coordinates."""
        stated = [(COORDINATES.index(name), value) for name, value in cell]
        return np.array([float(all(a[i] == v for i, v in stated)) for a in atoms])

    shown = []
    attack = Attack(len(atoms))
    for one in found.iter_rows(named=True):
        cell = [(n, str(one[n])) for n in COORDINATES if one[n] is not None]
        inside = [person for c, person in placed if all(c[n] == v for n, v in cell)]
        if one["is_hidden"]:
            assert one["service_count"] is None
        else:
            assert one["service_count"] == len(inside)
            assert len(set(inside) - {None}) >= SMALLEST_SHOWN
            shown.append(members(cell))
            attack.learn(members(cell), len(inside))
    if not shown:
        return
    persons = defaultdict(set)
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(COORDINATES, n) for n in range(1, len(COORDINATES) + 1)
    ):
        for place, person in placed:
            persons[tuple((n, place[n]) for n in chosen)].add(person)
    few = [cell for cell, who in persons.items() if len(who - {None}) < SMALLEST_SHOWN]
    if few:
        wanted = np.array([members(cell) for cell in few]).T
        known = np.array(shown).T
        guess, *_ = np.linalg.lstsq(known, wanted, rcond=None)
        missed = np.abs(known @ guess - wanted).max(axis=0)
        assert missed.min() > 1e-6, few[int(missed.argmin())]
    # Nor does it follow from no number being below nought.
    for cell in few:
        low, high = attack.bounds(members(cell))
        assert high - low >= 1, (cell, low, high)
