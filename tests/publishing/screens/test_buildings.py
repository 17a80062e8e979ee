"""Buildings as floors and doors: counts in classes, of which no small number comes back."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from ingestion.contracts import Contract
from publishing.screens.buildings import MOST, tables, views
from publishing.screens.words import CODES

GRIDS = [f"g{n:02d}" for n in range(40)]
HIDDEN = "g00"


def _dwellings() -> pl.DataFrame:
    """Grids of one dwelling to eighty; in the last a single person lives in every one."""
    rng = np.random.default_rng(4)
    rows = []
    for number, grid in enumerate(GRIDS):
        for door in range(1 + 2 * number):
            persons = (
                1
                if grid == GRIDS[-1]
                else int(rng.choice(7, p=[0.1, 0.2, 0.25, 0.2, 0.15, 0.05, 0.05]))
            )
            rows.append(
                (
                    f"{grid}-{door}",
                    f"{grid}-b{door % 2}",
                    grid,
                    "1单元",
                    door // 2 + 1,
                    f"{door}",
                    "self",
                    persons,
                )
            )
    names = [
        "dwelling_code",
        "building_code",
        "grid_code",
        "entrance",
        "floor",
        "room_no",
        "use",
        "persons",
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture(scope="module")
def dwellings() -> pl.DataFrame:
    return _dwellings()


@pytest.fixture(scope="module")
def file(dwellings: pl.DataFrame, contracts: dict[str, Contract]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as lake")
    connection.execute("create schema lake.marts")
    connection.execute(
        "create table lake.marts.dim_dwelling as select * exclude (persons) from dwellings"
    )
    connection.execute(
        "create table lake.marts.dim_person as select dwelling_code, "
        "unnest(range(persons)) as person_key from dwellings"
    )
    connection.execute(
        "create table lake.marts.dim_building as select building_code, '1号楼' as building_name, "
        "'c' as city_code, 'd' as district_code, 's' as street_code, 'm' as community_code, "
        "grid_code, 'residential' as use, 9::bigint as floors, 100.0 as area, "
        "1 as entrance_count, count(*)::int as dwelling_count, true as is_registered, "
        "121.5 as longitude, 38.9 as latitude from dwellings group by building_code, grid_code "
        "union all select 'lost', null, null, null, null, null, null, 'other', 1, 1.0, 0, 0, "
        "false, null, null"
    )
    residents = pl.DataFrame(
        {
            "dimension": ["total"] * len(GRIDS),
            "level": ["grid"] * len(GRIDS),
            "place_code": GRIDS,
            "is_hidden": [grid == HIDDEN for grid in GRIDS],
        }
    )
    made = tables(connection, contracts, residents)
    upper = [("all", "all", "全部"), ("city", "c", "市"), ("city", "all/unplaced", "未定位")]
    places = pl.DataFrame(
        [(level, code, name, name, *("c", None, None, None, None)) for level, code, name in upper]
        + [("grid", g, f"网格{g}", g, "c", "d", "s", "m", g) for g in GRIDS],
        schema=["level", "place_code", "place_zh", "place_en", *CODES],
        orient="row",
    )
    connection.execute("create schema screens")
    for name, frame in {**made, "places": places}.items():
        connection.register("made", frame)
        connection.execute(f"create table screens.{name} as from made")
        connection.unregister("made")
    for language in ("zh", "en"):
        for name, sql in views(language, "screens").items():
            connection.execute(f"create view screens.{name}_{language} as {sql}")
    return connection


def test_no_small_number_comes_back_though_the_grid_and_all_larger_ones_are_known(
    file: duckdb.DuckDBPyConnection, dwellings: pl.DataFrame
):
    shown = file.execute("from screens.dwellings").pl()
    true = dwellings.join(shown, on=["building_code", "floor", "room_no"], suffix="_said")
    assert true.height == dwellings.height
    open_grids = 0
    for (grid,), own in true.group_by("grid_code"):
        classes = set(own["persons_said"])
        if "hidden" in classes:
            assert classes == {"hidden"}
            continue
        open_grids += 1
        few = own.filter(persons_said="few")["persons"]
        assert few.is_between(1, MOST).all()
        assert (own.filter(persons_said="none")["persons"] == 0).all()
        assert (own.filter(persons_said="many")["persons"] > MOST).all()
        # Who knows how many live in all dwellings of one to four knows no more of any of them.
        others, total = len(few) - 1, int(few.sum())
        if len(few):
            assert max(1, total - MOST * others) == 1 and min(MOST, total - others) == MOST, grid
    assert open_grids > 20


def test_a_grid_that_does_not_show_its_people_shows_no_dwelling_and_no_more_does_one_of_ones(
    file: duckdb.DuckDBPyConnection,
):
    hidden = file.execute(
        "select distinct building_code[:3] from screens.dwellings where persons = 'hidden'"
    ).fetchall()
    assert {HIDDEN, GRIDS[-1]} <= {grid for (grid,) in hidden}


def test_each_building_stands_under_every_place_above_it_under_a_name_of_its_own(
    file: duckdb.DuckDBPyConnection,
):
    lines = file.execute(
        "select place, building, building_code, use from screens.buildings_zh"
    ).pl()
    of_first = lines.filter(building_code="g05-b1")
    assert set(of_first["place"]) == {"全部", "市", "网格g05"}
    assert set(of_first["building"]) == {"网格g05 1号楼 (g05-b1)"}
    assert set(of_first["use"]) == {"住宅"}
    # One that lies nowhere known is not left out.
    assert lines.filter(building_code="lost")["place"].to_list() == ["全部"]
    assert (
        lines["building_code"].n_unique()
        == file.execute("select count(*) from lake.marts.dim_building").fetchone()[0]
    )


def test_a_floor_is_a_row_of_doors(file: duckdb.DuckDBPyConnection, dwellings: pl.DataFrame):
    doors = file.execute("select floor, doors, dwelling_count from screens.floors_en").pl()
    assert doors["dwelling_count"].sum() == dwellings.height
    assert doors["doors"].str.count_matches("<span").sum() == dwellings.height
    assert doors["doors"].str.contains("1–4 people").any()
