"""A tester's own feeds, as files: objects, stages and answers come out as figures that verify."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.reports.tracing import atoms_of
from analytics.reports.verification import verify
from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts
from publishing.publications import open_publication
from publishing.serving_tables import catalog_of
from publishing.whole_way import run
from tests.dbt.elements import ELEMENTS
from tests.dbt.town import ORGANISATIONS, REGISTERS
from tests.whole_way.conftest import home_of

_SAID = {"True": "是", "False": "否"}
OWN = PROJECT_ROOT / "tests" / "dbt" / "contracts"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory):
    """A home with the register and the tester's own feeds, after ``civic run``."""
    settings = home_of(tmp_path_factory.mktemp("elements") / "home")
    settings = replace(settings, contract_paths=(*settings.contract_paths, OWN))
    contracts = load_contracts(settings.contract_paths)
    lists = [drop for drop in ORGANISATIONS if drop.feed in ("shop", "unit")]
    for drop in [REGISTERS[4], *lists, *ELEMENTS]:
        named = {f.name: f.label_zh for f in contracts[drop.feed].fields}
        columns = sorted({name for row in drop.rows for name in row})
        stamp = drop.as_of[:10]
        path = settings.drops / drop.unit / drop.feed / f"{drop.feed}_{stamp}.csv"
        rows = [[row.get(column, "") for column in columns] for row in drop.rows]
        _write(path, [named[column] for column in columns], rows)
    result = run(settings)
    return settings, result


def test_every_cell_of_the_new_elements_is_recomputed_equal(published):
    settings, _ = published
    with open_publication(settings) as opened:
        cells, manifest = opened.cells, opened.manifest
    verification = verify(settings, cells, manifest)
    assert verification.passed, verification
    reports = set(cells.filter(cells["value"] > 0)["report"])
    assert {"prevention_nets", "new_organisation_feedback", "handling"} <= reports


def test_a_missing_answer_leads_to_the_line_that_lists_the_organisation(published):
    settings, _ = published
    with open_publication(settings) as opened:
        cell = opened.cells.filter(
            report="new_organisation_feedback",
            metric="feedback_missing",
            level="all",
            slices="answered_by=union",
        ).row(0, named=True)
        atoms = atoms_of(opened.connection, cell, catalog_of(opened))
    assert cell["value"] == atoms["contribution"].sum() == 1
    assert atoms.select("feed", "role", "line").rows() == [("shop", "adds", 2)]


def test_a_net_leads_to_the_communities_and_to_its_resources(published):
    settings, _ = published
    with open_publication(settings) as opened:
        cell = opened.cells.filter(
            report="prevention_nets",
            metric="net_communities",
            level="all",
            slices="net=video",
        ).row(0, named=True)
        atoms = atoms_of(opened.connection, cell, catalog_of(opened))
    assert cell["value"] == atoms["contribution"].sum() == 4
    assert set(atoms.filter(role="supports")["feed"]) == {"lamp"}


def _write(path: Path, headings: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([[_SAID.get(str(value), value) for value in row] for row in rows])
