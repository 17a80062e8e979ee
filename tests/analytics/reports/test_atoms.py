from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.atoms import atoms_sql
from analytics.reports.cells import build_cells
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report
from analytics.reports.metrics import Metric
from analytics.reports.semantic_manifest import load_catalog
from tests.analytics.reports.test_cells import events
from tests.analytics.reports.town import TOWN, Event, marts

RANKED = {
    "median": lambda values: values.median(),
    "percentile": lambda values: values.quantile(0.9, "linear"),
    "max": lambda values: values.max(),
    "min": lambda values: values.min(),
}


def aggregate(metric: Metric, atoms: pl.DataFrame) -> float | None:
    function = metric.aggregates[0].function
    if function in RANKED:
        return RANKED[function](atoms["ranked_value"].drop_nulls())
    if metric.is_ratio:
        return atoms["numerator"].sum() / atoms["denominator"].sum()
    return atoms["contribution"].sum()


@settings(max_examples=6, deadline=None)
@given(town=st.lists(events, min_size=1, max_size=6), data=st.data())
def test_every_cell_is_the_aggregate_of_its_atoms(
    town: list[Event],
    data: st.DataObject,
    manifest_path: Path,
    everything: Mapping[str, Report],
) -> None:
    catalog = load_catalog(manifest_path)
    with marts(town) as connection:
        cells = build_cells(connection, manifest_path, everything)
        chosen = data.draw(st.lists(st.integers(0, cells.height - 1), min_size=40, max_size=60))
        for cell in cells[sorted(set(chosen))].iter_rows(named=True):
            metric = catalog.metric(cell["metric"])
            atoms = connection.execute(atoms_sql(metric, coordinates_of(cell))).pl()
            assert atoms["is_anchor"].sum() == cell["fact_rows"]
            assert atoms.height == cell["source_rows"]
            if cell["value"] is not None:
                assert aggregate(metric, atoms) == pytest.approx(cell["value"], rel=1e-12), cell


def test_every_cell_of_the_town_is_the_aggregate_of_its_atoms(
    manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    catalog = load_catalog(manifest_path)
    with marts(TOWN) as connection:
        cells = build_cells(connection, manifest_path, everything)
        for cell in cells.iter_rows(named=True):
            metric = catalog.metric(cell["metric"])
            atoms = connection.execute(atoms_sql(metric, coordinates_of(cell))).pl()
            assert aggregate(metric, atoms) == pytest.approx(cell["value"], rel=1e-12), cell


def test_an_atom_names_its_file_and_line(manifest_path: Path) -> None:
    metric = load_catalog(manifest_path).metric("events_received")
    with marts(TOWN[:1]) as connection:
        whole = {"report": "r", "metric": metric.name, "level": "all", "place_code": "all"}
        cell = coordinates_of({**whole, "grain": "all", "period": "all", "slices": ""})
        anchor, support = connection.execute(atoms_sql(metric, cell)).pl().iter_rows(named=True)
    assert (anchor["role"], anchor["contribution"]) == ("adds", 1.0)
    assert (support["role"], support["contribution"]) == ("supports", 0.0)
    assert (anchor["file_name"], anchor["sha256"], anchor["line"]) == ("hotline.csv", "h" * 64, 2)
