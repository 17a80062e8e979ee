"""A register counts the places of one date of each period, never two registers together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.reports.additivity import breaks
from analytics.reports.atoms import atoms_sql
from analytics.reports.cells import build_cells
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report, load_declaration
from analytics.reports.semantic_manifest import load_catalog
from analytics.reports.tracing import trace
from tests.analytics.reports.town import STREET, Event, marts


def place(on: date, category: str) -> Event:
    return Event(STREET, on, category, "board", None, None, None, None, 0)


OLD, NEW, NEWEST = date(2021, 10, 31), date(2022, 3, 1), date(2022, 10, 31)
REGISTERS = [
    *(place(OLD, "street") for _ in range(5)),
    *(place(NEW, "street") for _ in range(2)),
    *(place(NEWEST, "street") for _ in range(3)),
]


@pytest.fixture
def report(tmp_path: Path) -> dict[str, Report]:
    path = tmp_path / "r.yml"
    text = "name: r\ntitle: {zh: 甲, en: A}\ntables: [{metrics: [registered], rows: period}]"
    path.write_text(text, encoding="utf-8")
    return {"r": load_declaration(path)}


def test_each_period_counts_its_latest_register(
    manifest_path: Path, report: dict[str, Report]
) -> None:
    with marts(REGISTERS) as connection:
        cells = build_cells(connection, manifest_path, report)
    whole = cells.filter(level="all").sort("grain", "period")
    assert whole.select("period", "value").rows() == [
        ("all", 3.0),
        ("2021-10", 5.0),
        ("2022-03", 2.0),
        ("2022-10", 3.0),
        ("2021", 5.0),
        ("2022", 3.0),
    ]


def test_its_atoms_are_the_rows_of_that_register(
    manifest_path: Path, report: dict[str, Report]
) -> None:
    metric = load_catalog(manifest_path).metric("registered")
    with marts(REGISTERS) as connection:
        for cell in build_cells(connection, manifest_path, report).iter_rows(named=True):
            atoms = connection.execute(atoms_sql(metric, coordinates_of(cell))).pl()
            assert atoms["contribution"].sum() == cell["value"]


def test_rows_of_other_dates_are_left_out_for_that_reason(
    manifest_path: Path, report: dict[str, Report]
) -> None:
    catalog = load_catalog(manifest_path)
    with marts(REGISTERS) as connection:
        cells = build_cells(connection, manifest_path, report)
        cell = cells.filter(level="all", period="2022").row(0, named=True)
        traced = trace(connection, cell, catalog)
    left_out = [(lo.reason.en, lo.fact_rows) for lo in traced.left_out]
    assert left_out == [("of another date of the register", 2)]


def test_registers_are_not_added_up_over_periods(
    manifest_path: Path, report: dict[str, Report]
) -> None:
    with marts(REGISTERS) as connection:
        cells = build_cells(connection, manifest_path, report)
    assert breaks(cells, manifest_path, report).is_empty()
    lost = cells.filter(~((pl.col("level") == "street") & (pl.col("period") == "2021")))
    assert set(breaks(lost, manifest_path, report)["over"]) == {"places"}
