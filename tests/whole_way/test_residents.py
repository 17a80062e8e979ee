"""Of residents a publication shows counts, and no small one can be worked out from all of them."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.residents.counts import PATH, Before, resident_counts
from analytics.residents.declarations import load_counted
from civic.cli import app
from ingestion.contracts import load_contracts
from publishing.publications import open_publication
from publishing.residents import CATEGORIES, RESIDENTS
from tests.analytics.residents.attack import SMALLEST, Attack, is_open
from tests.whole_way.conftest import Town

CHAIN = ("person_has_dwelling_code", "residence_chain")


@pytest.fixture(scope="module")
def shown(town: Town) -> dict[str, pl.DataFrame]:
    """What is published, and what is true."""
    with open_publication(town.settings) as opened:
        tables = {n: opened.table(n) for n in (RESIDENTS, CATEGORIES, "residence_chain")}
        persons = opened.connection.execute(
            f"select {', '.join(PATH)}, resident_kind as kind, sex, age_band as age, "
            "sum(person_count)::bigint as n from lake.marts.rpt_resident_count group by all"
        ).pl()
    return {**tables, "persons": persons}


def test_no_small_count_comes_back_from_all_that_is_published(shown):
    """Every hidden count of one to four, at every place, by every dimension."""
    attacked = 0
    for dimension in ("kind", "sex", "age"):
        places, names, counts = _true(shown, dimension)
        attack = Attack(counts.size)
        lines = shown[RESIDENTS].filter(~pl.col("is_hidden"))
        for place, kind, category, persons in lines.select(
            "place_code", "dimension", "category", "persons"
        ).iter_rows():
            if kind == "total":
                attack.learn(_members(counts, places[place], range(len(names))), persons)
            elif kind == dimension:
                attack.learn(_members(counts, places[place], [names.index(category)]), persons)
        for place, persons in _chain(shown):
            attack.learn(_members(counts, places[place], range(len(names))), persons)
        for place, inside in places.items():
            for number, persons in enumerate(counts[inside].sum(axis=0)):
                if 0 < persons < SMALLEST:
                    attacked += 1
                    ends = attack.bounds(_members(counts, inside, [number]))
                    assert is_open(ends), (place, dimension, names[number], persons, ends)
    assert attacked > 20


def _true(shown, dimension):
    """Places with their leaves, categories as shown, and the counts: leaves x categories."""
    known = shown[CATEGORIES].filter(dimension=dimension)
    shown_as = dict(known.select("category", "shown_as").iter_rows())
    names = sorted(set(shown_as.values()))
    residents = shown[RESIDENTS].filter(dimension="total")
    parents = dict(residents.select("place_code", "parent_code").iter_rows())
    leaves = sorted(set(parents) - set(parents.values()))
    counts = np.zeros((len(leaves), len(names)), dtype=int)
    for row in shown["persons"].iter_rows(named=True):
        codes = [row[code] for code in PATH if row[code]]
        leaf = codes[-1] if row["grid_code"] else (codes[-1] if codes else "all") + "/unplaced"
        value = row[dimension] or "unknown"
        counts[leaves.index(leaf), names.index(shown_as[value])] += row["n"]
    places = {place: [] for place in parents}
    for number, leaf in enumerate(leaves):
        at = leaf
        while at is not None:
            places[at].append(number)
            at = parents[at]
    return places, names, counts


def _members(counts, inside, categories):
    made = np.zeros(counts.shape)
    made[np.ix_(inside, list(categories))] = 1
    return made


def _chain(shown):
    """Numbers of persons that the counts of the chain show."""
    link, table = CHAIN
    lines = shown[table].filter(~pl.col("is_hidden"), link=link)
    return lines.select("place_code", "thing_count").iter_rows()


def test_another_publication_of_the_same_lake_shows_no_more(town: Town):
    counted = load_counted(load_contracts(town.settings.contract_paths))
    with open_publication(town.settings) as opened:
        kept = {n: opened.table(n) for n in (RESIDENTS, CATEGORIES)}
        again = resident_counts(
            opened.connection, counted, Before(kept[RESIDENTS], kept[CATEGORIES])
        )
    assert again[RESIDENTS].equals(kept[RESIDENTS])


def test_the_command_shows_the_counts_and_hides_the_small_ones(town: Town, monkeypatch):
    monkeypatch.setenv("CIVIC_HOME", str(town.settings.home))
    monkeypatch.setenv("CIVIC_LANG", "en")
    asked = ["residents", "--level", "grid", "--by", "all"]
    told = json.loads(CliRunner().invoke(app, [*asked, "--format", "json"]).stdout)
    first, *others = told["lines"]
    assert first["place"] == "all"
    assert sum(line["persons"][0] or 0 for line in others) <= first["persons"][0]
    counts = [n for line in told["lines"] for n in line["persons"]]
    assert None in counts
    assert not [n for n in counts if n and 0 < n < told["smallest_shown"]]
    table = CliRunner().invoke(app, asked[:3]).stdout
    assert "*" in table
    assert "not shown: fewer than 5 persons" in table
    listed = CliRunner().invoke(app, [*asked, "--format", "csv"]).stdout.splitlines()
    assert len(listed) == len(told["lines"]) + 1
    assert ",*," in "".join(listed)


def test_its_sources_are_files_and_no_persons(town: Town, monkeypatch):
    monkeypatch.setenv("CIVIC_HOME", str(town.settings.home))
    told = json.loads(
        CliRunner().invoke(app, ["residents", "--sources", "--format", "json"]).stdout
    )
    assert {len(one["sha256"]) for one in told["files"]} == {64}
    assert sum(one["accepted"] for one in told["files"]) > 500
    assert set(told["files"][0]) == {
        *("file_name", "unit", "received_at", "records", "accepted", "rejected", "sha256")
    }


def test_no_table_of_the_screens_has_a_small_count_of_residents(town: Town):
    with open_publication(town.settings) as opened:
        file = opened.publication.figures_file
    with duckdb.connect(str(file), read_only=True) as figures:
        for view in ("residents_zh", "resident_parts_en"):
            least = figures.execute(f"select min(persons) from {view} where persons > 0").fetchone()
            assert least[0] >= SMALLEST
        for language in ("zh", "en"):
            words = figures.execute(f"select count(*), count(place) from residents_{language}")
            assert (
                words.fetchone()[0]
                == figures.execute("select count(*) from residents").fetchone()[0]
            )
