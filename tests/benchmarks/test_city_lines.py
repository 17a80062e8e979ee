"""The lines about the whole city work at a size that says nothing about speed.

They share one home, in which the demo's small town stands for a city: it has fewer files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from benchmarks.changes import add_a_day
from benchmarks.cities import ADDED, Cities, City, twin
from benchmarks.lines import all_lines
from benchmarks.model import Asked, Figure, Result
from benchmarks.reference import COVERED, FIGURES, demand_same_cells, reference_cells
from civic.lake import open_catalog_copy, open_lake
from ingestion.contracts import load_contracts
from ingestion.intake import collect, take_in
from publishing.publications import open_publication
from publishing.shelf import find_publication

MAKES_A_DEMO = """#!/bin/sh
test "$1" = demo || exit 2
mkdir -p "$CIVIC_HOME/reports/v_1" "$CIVIC_HOME/serving"
touch "$CIVIC_HOME/reports/v_1/events.en.xlsx" "$CIVIC_HOME/serving/current.duckdb"
"""

Measure = Callable[[str], dict[str, Figure]]


@pytest.fixture
def measured(cities: Cities, city: City, tmp_path: Path) -> Measure:
    """A line's figures, by what they are of."""

    def figures(name: str, before: tuple[Result, ...] = ()) -> dict[str, Figure]:
        asked = Asked(city.residents, 1, tmp_path, print, cities, before)
        return {figure.what: figure for figure in all_lines()[name].run(asked).figures}

    return figures


@pytest.fixture(scope="module")
def reference(city: City) -> pl.DataFrame:
    """The cells as the hand-written script makes them."""
    catalog = find_publication(city.settings).catalog_file
    with open_catalog_copy(city.settings, catalog) as connection:
        connection.execute("use memory")
        return reference_cells(connection)


def test_every_target_has_its_line() -> None:
    assert list(all_lines()) == [
        "intake",
        "city",
        "quality",
        "lineage",
        "trace",
        "orchestration",
        "growth",
        "change",
        "demo",
    ]


def test_the_whole_way_is_held_against_the_reference(whole: Result, city: City) -> None:
    found = {figure.what: figure for figure in whole.figures}
    assert found["drop to publication over reference, wall clock"].met is not None
    assert found["peak memory of the way and all that it starts"].met is True
    with open_publication(city.settings) as opened:
        covered = opened.cells.filter(pl.col("report").is_in(COVERED))
    assert found["cells, the same on both sides"].measured == f"{covered.height:,}"
    assert "intake" in found["seconds of each step, last run"].measured


def test_the_reference_makes_every_cell_of_the_reports_that_it_covers(
    city: City, reference: pl.DataFrame
) -> None:
    with open_publication(city.settings) as opened:
        covered = opened.cells.filter(pl.col("report").is_in(COVERED))
    assert demand_same_cells(city.settings, reference) == covered.height
    assert set(reference["report"]) == set(covered["report"]) == set(COVERED)
    assert len(set(reference["metric"])) > 20


@pytest.mark.parametrize("figure", FIGURES)
def test_a_reference_with_another_figure_is_not_timed(
    city: City, reference: pl.DataFrame, figure: str
) -> None:
    first = pl.int_range(pl.len()) == reference[figure].is_not_null().arg_max()
    wrong = reference.with_columns(
        pl.when(first).then(pl.col(figure) + 1).otherwise(pl.col(figure)).alias(figure)
    )
    with pytest.raises(RuntimeError, match="differing"):
        demand_same_cells(city.settings, wrong)


def test_a_reference_without_a_cell_is_not_timed(city: City, reference: pl.DataFrame) -> None:
    with pytest.raises(RuntimeError, match="differing"):
        demand_same_cells(city.settings, reference[1:])


def test_a_full_run_is_remembered(cities: Cities, city: City) -> None:
    again = cities.at(city.residents, print)
    assert again.full == city.full
    assert again.full is not None
    assert {"intake", "models", "cells", "audit", "workbooks"} <= set(again.full.steps)
    assert again.full.seconds >= sum(again.full.steps.values()) > 0
    assert again.full.cpu_seconds > 0
    assert again.full.slowest_models


def test_audits_are_held_against_a_scan_of_their_tables(measured: Measure) -> None:
    found = measured("quality")
    assert found["audit over bare scan, wall clock"].met is not None
    checks, tables, values = _numbers(found["expectations / tables / values scanned"])
    assert checks > tables > 20
    assert values > 10_000


def test_cells_are_built_with_lineage_and_without(measured: Measure) -> None:
    found = measured("lineage")
    assert found["more time with lineage"].met is not None
    bridges, models = _numbers(found["bridges / models in all"])
    assert 0 < bridges < models
    with_it, without = re.findall(r"[\d.]+", found["bytes written with / without"].measured)
    assert float(with_it) >= float(without) > 0


def test_random_cells_are_traced(measured: Measure) -> None:
    found = measured("trace")
    assert found["p95 of random cells"].met is not None
    assert _numbers(found["traces measured / cells there are"])[0] == 200


def test_a_run_in_dagster_is_split_into_the_rooms_and_the_rest(measured: Measure) -> None:
    found = measured("orchestration")
    own = dict(re.findall(r"(\w+) ([\d.]+)", found["own work"].measured))
    assert {"take_in", "dbt", "build_all_cells", "audit_all", "write_workbooks"} <= set(own)
    whole = float(found["the job, from its first to its last event"].measured.split()[0])
    assert 0 < sum(map(float, own.values())) < whole * 1.1


def test_the_demo_is_timed_and_what_it_left_is_looked_for(
    tmp_path: Path, cities: Cities, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(1, 1, tmp_path, print, cities)
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    monkeypatch.setenv("PATH", f"{make.parent}{os.pathsep}{os.environ['PATH']}")
    make.write_text(MAKES_A_DEMO, encoding="utf-8")
    make.chmod(0o755)
    found = {f.what: f for f in all_lines()["demo"].run(asked).figures}
    assert found["make demo"].met is True
    assert found["workbooks to look at"].measured == "1"
    make.write_text("#!/bin/sh\necho no room >&2\nexit 1\n", encoding="utf-8")
    with pytest.raises(RuntimeError):
        all_lines()["demo"].run(asked)


def test_growth_compares_with_the_smaller_size(cities: Cities, city: City, tmp_path: Path) -> None:
    assert city.full is not None
    small = Result(250, (), {"whole": 1e9, "intake": 1e9, "peak": 1e15})
    asked = Asked(city.residents, 1, tmp_path, print, cities, (small,))
    figures = all_lines()["growth"].run(asked).figures
    assert [f.met for f in figures if f.target] == [True, True, True]
    assert all("250 residents" in f.what for f in figures if f.target)


def test_a_changed_day_is_taken_in_as_new_and_corrected_rows(cities: Cities, city: City) -> None:
    with twin(city, "changed") as home:
        sent = add_a_day(home, 1, 0.05)
        settings = home.settings
        contracts = load_contracts(settings.contract_paths)
        collect(settings, contracts, sorted(settings.drops.rglob(ADDED)))
        receipts = take_in(settings, contracts)
        with open_lake(settings) as lake:
            [(new,)] = lake.execute(
                "select count(*) from bronze.service_request where request_no like '%-D1'"
            ).fetchall()
    assert sum(r.records or 0 for r in receipts) == sum(sent.values())
    assert 0.02 < sum(sent.values()) / city.records < 0.08
    assert {"resident", "service_request"} <= set(sent)
    accepted = sum(r.accepted or 0 for r in receipts)
    assert accepted > 0.8 * sum(sent.values())
    assert 0 < new <= -(-sent["service_request"] // 2)


def test_another_day_draws_other_rows(city: City) -> None:
    drawn = []
    with twin(city, "two-days") as home:
        for day in (1, 2):
            add_a_day(home, day, 0.05)
            [path, *_] = home.settings.drops.rglob(f"*resident/*_change-day-{day}.csv")
            drawn.append(set(pl.read_csv(path, infer_schema=False)["公民身份号码"]))
    assert drawn[0] - drawn[1]
    assert drawn[1] - drawn[0]


def test_a_changed_day_is_held_against_the_full_run_and_a_smaller_size(
    measured: Measure, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert city.full is not None
    ways = [replace(city.full, seconds=share * city.full.seconds) for share in (0.05, 0.01)]
    monkeypatch.setattr("benchmarks.lines.change.go_whole_way", lambda *_: ways.pop(0))
    small = Result(city.residents // 10, (), {"seconds": 0.001 * city.full.seconds})
    found = measured("change", (small,))
    assert found["a changed day over the full run"] == Figure(
        "a changed day over the full run", "5.0%", "at most 10%", True
    )
    assert found["a run in which nothing changed, over the full run"].measured == "1.0%"
    [grown] = [f for what, f in found.items() if "over one at" in what]
    assert (grown.measured, grown.met) == ("50.00 times", False)
    assert any(what.startswith("rows sent") for what in found)


def _numbers(figure: Figure) -> list[int]:
    return [int(text.replace(",", "")) for text in re.findall(r"[\d,]+", figure.measured)]
