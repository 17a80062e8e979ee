"""What became of a place is followed where there is evidence, and never guessed."""

import pytest

from civic.lake import open_lake
from tests.dbt.conftest import fill, make_settings, run_compiled
from tests.dbt.registers import MADE, real_register

PLACE_MODELS = ("division", "place_exploded", "place_registered", "place_change", "place_matched")
PLACE_MODELS = (*PLACE_MODELS, "place_succession", "place_versions", "dim_place")


@pytest.fixture(scope="module")
def made(built, tmp_path_factory):
    with open_lake(make_settings(tmp_path_factory.mktemp("made"))) as connection:
        fill(connection, built, MADE)
        run_compiled(connection, built, PLACE_MODELS)
        yield connection


@pytest.fixture(scope="module")
def dalian(built, shared_data, tmp_path_factory):
    with open_lake(make_settings(tmp_path_factory.mktemp("dalian"))) as connection:
        years = [real_register(shared_data / "divisions", y, "2102") for y in (2021, 2022)]
        fill(connection, built, years)
        run_compiled(connection, built, PLACE_MODELS)
        yield connection


def successors(connection, code, from_date="2021-10-31", to_date="2022-10-31"):
    return connection.execute(
        "select successor_code, state, evidence, stands_at_code from marts.bridge_place_succession "
        "where place_code = ? and from_date = ? and to_date = ? order by successor_code",
        [code, from_date, to_date],
    ).fetchall()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("990102001001", [("990102001001", "same", "code", "990102001001")]),
        ("990102001002", [("990102001002", "renamed", "code", "990102001002")]),
        # Gone, and another one new in the same street: not known to be the same.
        ("990102001003", [(None, "unknown", None, "990102001000")]),
        ("990102001003001", [(None, "unknown", None, "990102001000")]),
        # The street is where most of its communities are.
        ("990102002000", [("990102003000", "recoded", "parts", "990102003000")]),
        ("990102002001", [("990102003001", "recoded", "name", "990102003001")]),
        ("990102002001001", [("990102003001001", "recoded", "name", "990102003001001")]),
        ("990102002003", [(None, "unknown", None, "990102003000")]),
        (
            "990102004001",
            [
                ("990102004002", "split", "area", "990102004000"),
                ("990102004003", "split", "area", "990102004000"),
            ],
        ),
        ("990103001001", [("990103001003", "merged", "area", "990103001003")]),
        ("990103001002", [("990103001003", "merged", "area", "990103001003")]),
    ],
)
def test_a_place_is_followed_as_far_as_there_is_evidence(made, code, expected):
    assert successors(made, code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("990102003001", [("990102002001", "recoded", "name", "990102002001")]),
        ("990102003003", [(None, "unknown", None, "990102002000")]),
        (
            "990103001003",
            [
                ("990103001001", "split", "area", "990103001000"),
                ("990103001002", "split", "area", "990103001000"),
            ],
        ),
        ("990102004002", [("990102004001", "merged", "area", "990102004001")]),
    ],
)
def test_the_way_back_is_the_same_way(made, code, expected):
    assert successors(made, code, "2022-10-31", "2021-10-31") == expected


def test_the_real_change_of_dalian_is_followed(dalian):
    counted = dict(
        dalian.execute(
            "select state, count(*) from marts.bridge_place_succession "
            "where is_forward and level = 'community' group by state"
        ).fetchall()
    )
    # 20 vanish: 18 of the dissolved development zone under their names; two nobody can tell.
    assert {k: v for k, v in counted.items() if k != "same"} == {
        "renamed": 14,
        "recoded": 18,
        "unknown": 2,
    }
    assert dalian.execute(
        "select count(*) from marts.bridge_place_succession "
        "where not is_forward and level = 'community' and state in ('recoded', 'unknown')"
    ).fetchone() == (86,)
    assert successors(dalian, "210212400000") == [
        ("210212014000", "recoded", "parts", "210212014000")
    ]
    assert successors(dalian, "210212400203") == [
        ("210212014203", "recoded", "name", "210212014203")
    ]
    assert successors(dalian, "210202010012") == [(None, "unknown", None, "210202010000")]
