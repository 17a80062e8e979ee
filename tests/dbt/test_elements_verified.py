"""The town's own feeds as files, taken in at the door: their figures verify and lead to lines."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from analytics.reports.cells import build_cells
from analytics.reports.semantic_manifest import load_catalog
from analytics.reports.tracing import atoms_of
from analytics.reports.verification import verify
from civic.lake import open_lake
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.intake import collect, take_in
from publishing.manifests import DROP_COLUMNS
from tests.dbt.conftest import make_settings, run_compiled
from tests.dbt.elements import ELEMENTS
from tests.dbt.town import ORGANISATIONS, REGISTERS

SAID = {"True": "是", "False": "否"}
DROPS = [
    REGISTERS[4],
    *(drop for drop in ORGANISATIONS if drop.feed in ("shop", "unit")),
    *ELEMENTS,
]


@pytest.fixture(scope="module")
def taken_in(built, tmp_path_factory):
    """A home whose intake took the town's files, with the models that dbt compiled run over it."""
    settings = make_settings(tmp_path_factory.mktemp("elements"))
    for number, drop in enumerate(DROPS):
        fields = {f.name: f.label_zh for f in built.contracts[drop.feed].fields}
        columns = sorted({name for row in drop.rows for name in row})
        name = f"{drop.feed}_{drop.as_of[:10]}_{number}.csv"
        rows = [[at_the_door(row.get(column, "")) for column in columns] for row in drop.rows]
        _write(settings.drops / drop.unit / drop.feed / name, [fields[c] for c in columns], rows)
    collect(settings, built.contracts, now=datetime(2026, 3, 2), wait=lambda _: None)
    take_in(settings, built.contracts)
    with open_lake(settings) as connection:
        ensure_bronze(connection, built.contracts.values())
        run_compiled(connection, built)
    settings.dbt_target.mkdir(parents=True)
    manifest = settings.dbt_target / "semantic_manifest.json"
    manifest.write_bytes((built.settings.dbt_target / "semantic_manifest.json").read_bytes())
    return settings


@pytest.fixture(scope="module")
def cells(taken_in):
    with open_lake(taken_in) as connection:
        return build_cells(connection, taken_in.dbt_target / "semantic_manifest.json")


def test_every_file_was_taken_in(taken_in):
    with open_lake(taken_in) as connection:
        found = connection.execute("select status, count(*) from bronze.drops group by all")
        assert found.fetchall() == [("accepted", len(DROPS))]


def test_every_cell_is_recomputed_equal_from_the_files(taken_in, cells):
    with open_lake(taken_in) as lake:
        drops = lake.execute(f"select {', '.join(DROP_COLUMNS)} from bronze.drops").pl().to_dicts()
    verification = verify(taken_in, cells, {"drops": drops})
    assert verification.passed, verification
    counting = set(cells.filter(cells["value"] > 0)["report"])
    assert {"work_items", "prevention_nets", "new_organisation_feedback", "handling"} <= counting


@pytest.mark.parametrize(
    ("report", "metric", "slices", "value", "feeds"),
    [
        ("new_organisation_feedback", "feedback_missing", "answered_by=union", 1, {"shop"}),
        ("prevention_nets", "net_communities", "net=video", 4, {"division", "lamp"}),
        ("work_items", "work_items_late", "", 1, {"work_item_record"}),
        ("handling", "events_in_time", "feed=lamp_fault", 2, {"lamp_fault", "lamp_fault_step"}),
    ],
)
def test_a_figure_leads_to_the_lines_that_make_it(
    taken_in, cells, report, metric, slices, value, feeds
):
    cell = cells.filter(report=report, metric=metric, level="all", grain="all", slices=slices).row(
        0, named=True
    )
    catalog = load_catalog(taken_in.dbt_target / "semantic_manifest.json")
    with open_lake(taken_in) as connection:
        atoms = atoms_of(connection, cell, catalog)
    assert cell["value"] == atoms["contribution"].sum() == value
    assert set(atoms["feed"]) == feeds
    assert (atoms["line"] > 1).all()
    assert atoms["sha256"].null_count() == 0


def at_the_door(value: object) -> object:
    """A value as a unit writes it: codes of a province that there is, yes and no in words."""
    text = str(value)
    return "219" + text[3:] if text.startswith("9901") else SAID.get(text, value)


def _write(path: Path, headings: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
