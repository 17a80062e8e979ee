"""Any figure under the boundaries of any date: nothing is lost, nothing made up."""

import json
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from analytics.reports.additivity import breaks
from analytics.reports.boundaries import (
    cell_within,
    cells_within,
    date_of,
    follow_places,
    is_within,
    places_within,
)
from analytics.reports.cells import build_cells
from analytics.reports.declarations import load_declarations
from analytics.reports.semantic_manifest import load_catalog
from analytics.reports.tracing import atoms_of
from civic.cli import reports
from civic.errors import CivicError
from civic.lake import open_lake
from tests.dbt.bronze import Drop
from tests.dbt.conftest import fill, make_settings, run_compiled
from tests.dbt.registers import MADE, real_register
from tests.dbt.town import request

#: A community before and after it was renumbered twice, one that was split, its street, one lost.
CODES = (
    "990102002001",
    "990102003001",
    "990102003009",
    "990102004001",
    "990102004000",
    "990102001003001",
    "990102999999",
    "880102001003",
)
MATTERS = [
    Drop(
        "street_a",
        "service_request",
        "2026-02-01",
        [request(code, "2026-01-01 08:00:00", place_code=code) for code in CODES],
    )
]
REAL_CODES = ("210212400203", "210212014203", "210212400000", "210202010012", "210202010017")


@pytest.fixture(scope="module")
def made(built, tmp_path_factory):
    with open_lake(make_settings(tmp_path_factory.mktemp("made"))) as connection:
        fill(connection, built, [*MADE, *MATTERS])
        run_compiled(connection, built)
        yield connection


@pytest.fixture
def figures(built):
    """Communities and streets to matters received, under the boundaries of a date."""
    catalog = load_catalog(built.settings.dbt_target / "semantic_manifest.json")
    report = load_declarations(catalog=catalog)["events"]

    def of(connection, on, level):
        cells = cells_within(connection, catalog, report, on)
        found = cells.filter(metric="events_received", grain="all", slices="", level=level).select(
            "place_code", "value"
        )
        return dict(found.iter_rows())

    return of


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (
            date(2021, 10, 31),
            {"990102002001": 3, "990102004001": 1, "990102001003": 1, "990102004000/unplaced": 1},
        ),
        # Split up: nobody knows into which part, so it stands with its street.
        (
            date(2022, 12, 31),
            {"990102003001": 3, "990102004000/unplaced": 2, "990102001000/unplaced": 1},
        ),
        (
            date(2026, 1, 1),
            {"990102003009": 3, "990102004000/unplaced": 2, "990102001000/unplaced": 1},
        ),
        # Before the first register: as the first one has it.
        (
            date(1999, 1, 1),
            {"990102002001": 3, "990102004001": 1, "990102001003": 1, "990102004000/unplaced": 1},
        ),
    ],
)
def test_figures_of_communities_stand_where_they_were_on_the_date(made, figures, on, expected):
    assert figures(made, on, "community") == expected


@pytest.mark.parametrize("on", [date(2021, 10, 31), date(2022, 10, 31), date(2023, 10, 31)])
def test_the_whole_is_the_same_under_all_boundaries_and_parts_add_up_to_it(
    built, made, on, tmp_path
):
    path = built.settings.dbt_target / "semantic_manifest.json"
    catalog = load_catalog(path)
    reports = load_declarations(catalog=catalog)
    published = build_cells(made, path, reports)
    parents = places_within(made, on).select("place_code", "parent_code")
    same = ["report", "metric", "grain", "period", "slices", "value", "fact_rows", "source_rows"]
    for report in reports.values():
        cells = cells_within(made, catalog, report, on)
        assert cells["cell_id"].n_unique() == cells.height > 0
        _demand_traced(made, cells, catalog, reports, report.name)
        whole, before = (
            c.filter(pl.col("report") == report.name, pl.col("level") == "all").select(same)
            for c in (cells, published)
        )
        assert whole.sort(same).equals(before.sort(same))
        assert breaks(cells, path, {report.name: report}, parents).is_empty()


def _demand_traced(connection, cells, catalog, reports, name):
    """What lies there counts as the figure says, for the figure with the most rows."""
    shown = cells.filter(pl.col("level") != "all", pl.col("denominator").is_null())
    if shown.is_empty():
        return
    best = shown.sort("fact_rows", "cell_id", descending=True).row(0, named=True)
    assert is_within(best["cell_id"])
    cell, restated = cell_within(connection, catalog, reports, best["cell_id"])
    assert cell == best
    assert cell["report"] == name
    atoms = atoms_of(connection, cell, restated)
    assert atoms.filter("is_anchor")["fact_key"].n_unique() == cell["fact_rows"]


def test_an_identifier_of_no_figure_under_other_boundaries_is_refused(built, made):
    catalog = load_catalog(built.settings.dbt_target / "semantic_manifest.json")
    reports = load_declarations(catalog=catalog)
    assert not is_within("c000000000000")
    for name in ("events/c000000000000@2021-10-31", "nothing/c000000000000@2021-10-31"):
        with pytest.raises(CivicError, match="There is no figure"):
            cell_within(made, catalog, reports, name)


def test_every_code_ever_registered_stands_at_a_place_in_force_on_the_date(made):
    for on in (date(2021, 10, 31), date(2022, 10, 31), date(2023, 10, 31)):
        follow_places(made, on)
        known = set(places_within(made, on)["place_code"])
        rows = made.execute("select place_code, as_of_code from place_as_of").fetchall()
        assert {at for _, at in rows} <= known
        assert {(code, code) for code in known} <= set(rows)
        (codes,) = made.execute(
            "select count(distinct place_code) from marts.fct_place_registered"
        ).fetchone()
        assert len(rows) == codes


def test_places_are_followed_alike_however_often(made):
    """A recursive query lost rows in every second run."""
    found = set()
    for _ in range(20):
        follow_places(made, date(2023, 10, 31))
        rows = made.execute("select place_code, as_of_code from place_as_of order by all")
        found.add(tuple(rows.fetchall()))
    assert len(found) == 1


def test_real_figures_are_restated_under_either_register(
    built, figures, shared_data, tmp_path_factory
):
    years = [real_register(shared_data / "divisions", y, "2102") for y in (2021, 2022)]
    matters = [request(c, "2026-01-01 08:00:00", place_code=c) for c in REAL_CODES]
    drops = [*years, Drop("street_a", "service_request", "2026-02-01", matters)]
    with open_lake(make_settings(tmp_path_factory.mktemp("dalian"))) as connection:
        fill(connection, built, drops)
        run_compiled(connection, built)
        assert figures(connection, date(2021, 12, 31), "community") == {
            "210212400203": 2,
            "210212400000/unplaced": 1,
            "210202010012": 1,
            "210202010000/unplaced": 1,
        }
        assert figures(connection, date(2022, 12, 31), "community") == {
            "210212014203": 2,
            "210212014000/unplaced": 1,
            "210202010000/unplaced": 1,
            "210202010017": 1,
        }


@pytest.fixture
def civic(made, built, monkeypatch):
    """The command line on the made registers, as if they had been published."""
    catalog = load_catalog(built.settings.dbt_target / "semantic_manifest.json")

    @contextmanager
    def open_publication(*_):
        yield SimpleNamespace(connection=made, number=1, has=lambda _: False)

    monkeypatch.setattr("publishing.publications.open_publication", open_publication)
    monkeypatch.setattr("publishing.serving_tables.catalog_of", lambda _: catalog)
    monkeypatch.setenv("CIVIC_LANG", "en")
    app = typer.Typer()
    reports.register(app)

    def run(*arguments):
        return CliRunner().invoke(app, ["report", "show", "events", *arguments])

    return run


def test_a_report_is_shown_under_the_boundaries_asked_for(civic):
    asked = ("--boundaries", "2021-12-31", "--place", "开发区", "--level", "community")
    answer = json.loads(civic(*asked, "--json").stdout)
    (table,) = answer["tables"]
    lines = {line["labels"][0]["en"]: line["figures"]["events_received"] for line in table["lines"]}
    assert {name: cell["value"] for name, cell in lines.items()} == {"Total": 3, "山南社区": 3}
    assert all(is_within(cell["cell_id"]) for cell in lines.values())
    assert answer["boundaries"] == "2021-12-31"
    assert "boundaries of 2021-12-31" in civic("--boundaries", "2021-12-31").stdout
    # A year later there is no such street.
    assert "no place" in str(civic("--boundaries", "2022-12-31", "--place", "开发区").exception)


def test_its_figures_have_identifiers_that_name_report_and_date(civic):
    assert "@2021-12-31" in civic("--boundaries", "2021-12-31", "--ids").stdout


def test_what_is_no_date_is_refused():
    with pytest.raises(CivicError, match="'soon' is no date"):
        date_of("soon")


def test_a_publication_that_knows_of_no_succession_says_so(made):
    made.execute("alter table marts.bridge_place_succession rename to kept_away")
    try:
        with pytest.raises(CivicError, match="does not say what became of places"):
            follow_places(made, date(2022, 1, 1))
    finally:
        made.execute("alter table marts.kept_away rename to bridge_place_succession")
