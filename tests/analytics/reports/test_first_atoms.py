"""The first atoms of many cells at once are those of each cell alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.reports.atoms import atoms_sql
from analytics.reports.cells import build_cells
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report
from analytics.reports.first_atoms import first_atoms
from analytics.reports.semantic_manifest import load_catalog
from tests.analytics.reports.test_cells import events
from tests.analytics.reports.town import TOWN, Event, marts


def compared(
    connection: duckdb.DuckDBPyConnection,
    manifest_path: Path,
    reports: Mapping[str, Report],
    at_most: int,
    chosen: slice = slice(None),
) -> int:
    """How many cells were compared."""
    catalog = load_catalog(manifest_path)
    cells = build_cells(connection, manifest_path, reports).sort("cell_id")[chosen].to_dicts()
    found = first_atoms(connection, catalog, cells, at_most)
    assert found.keys() == {cell["cell_id"] for cell in cells}
    for cell in cells:
        sql = atoms_sql(catalog.metric(cell["metric"]), coordinates_of(cell), (0, at_most))
        alone = connection.execute(sql).pl().head(at_most)
        assert_frame_equal(found[cell["cell_id"]], alone, check_exact=True)
    return len(cells)


@pytest.mark.parametrize("at_most", [1, 2, 100])
def test_the_first_atoms_of_every_cell_of_the_town(
    at_most: int, manifest_path: Path, everything: Mapping[str, Report]
) -> None:
    with marts(TOWN) as connection:
        assert compared(connection, manifest_path, everything, at_most) > 500


@settings(max_examples=4, deadline=None)
@given(
    town=st.lists(events, min_size=1, max_size=6),
    first=st.integers(0, 100),
    number=st.integers(1, 30),
    at_most=st.integers(1, 4),
)
def test_the_first_atoms_of_some_cells_of_any_town(
    town: list[Event],
    first: int,
    number: int,
    at_most: int,
    manifest_path: Path,
    everything: Mapping[str, Report],
) -> None:
    with marts(town) as connection:
        chosen = slice(first, first + number)
        compared(connection, manifest_path, everything, at_most, chosen)


def test_no_cells_have_no_atoms(manifest_path: Path) -> None:
    with marts(TOWN) as connection:
        assert first_atoms(connection, load_catalog(manifest_path), [], 20) == {}
