from __future__ import annotations

from pathlib import Path

import pytest

from analytics.reports.coordinates import LEVELS
from analytics.reports.declarations import load_declaration, load_declarations
from analytics.reports.periods import DEFAULT_GRAINS
from analytics.reports.semantic_manifest import load_catalog
from civic.errors import CivicError
from ingestion.contracts.modules import module_titles

HEAD = "name: r\ntitle: {zh: 甲, en: A}\n"


def declared(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "r.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_reports_of_the_project_are_sound() -> None:
    without_modules = {r for r in load_declarations() if not r.startswith("module_")}
    assert without_modules == {
        *(
            "city_summary",
            "deliveries",
            "event_stages",
            "events",
            "events_by_day",
            "events_by_hour",
            "events_by_unit",
            "events_by_week",
            "feeds",
            "handling",
            "hotline",
            "register",
        ),
        *(
            "new_organisation_feedback",
            "prevention_nets",
            "staff_training",
            "unit_handling",
            "work_items",
            "work_orders",
        ),
    }


def test_every_module_that_is_not_about_residents_has_a_report() -> None:
    there = {r.removeprefix("module_") for r in load_declarations() if r.startswith("module_")}
    assert there == set(module_titles()) - {"residents", "special_groups", "youth"}


def test_a_slice_without_limits_has_the_levels_and_grains_of_its_report(tmp_path: Path) -> None:
    text = HEAD + "tables: [{metrics: [m], rows: kind, slices: [[], [kind]]}]"
    (table,) = load_declaration(declared(tmp_path, text)).tables
    assert {(s.levels, s.grains) for s in table.slices} == {(LEVELS, DEFAULT_GRAINS)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "a report is a mapping"),
        ("name: r", "needs tables, title"),
        (HEAD + "colour: red\ntables: []", "has no colour"),
        (
            HEAD + "tables: [{metrics: [a], rows: period, interval: {mean: a}}]",
            "an interval needs weight",
        ),
        (
            HEAD + "tables: [{metrics: [a], rows: period, interval: {mean: a, weight: a, "
            "weight_squared: b, weighted_score: a, weighted_square: a}}]",
            "made of the table's metrics, not of b",
        ),
        (HEAD + "tables: []", "at least one table"),
        (HEAD + "tables: [{metrics: [m]}]", "needs rows"),
        (HEAD + "tables: [{metrics: [m], rows: kind}]", "neither place, period nor"),
        (HEAD + "tables: [{metrics: [m], rows: place, slices: [[a], [a]]}]", "twice"),
        (HEAD + "levels: [all, street]\ntables: [{metrics: [m], rows: place}]", "leave none out"),
        (HEAD + "grains: [decade]\ntables: [{metrics: [m], rows: place}]", "not decade"),
        ("name: r\ntitle: A\ntables: [{metrics: [m], rows: place}]", "zh and en"),
        ("name: [", "cannot be read"),
    ],
)
def test_a_declaration_at_fault_names_file_and_fault(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(CivicError, match=fault) as caught:
        load_declaration(declared(tmp_path, text))
    assert "r.yml" in caught.value.message


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("{metrics: [nothing], rows: place}", "nothing is not declared"),
        ("{metrics: [unread], rows: place}", "type cumulative"),
        ("{metrics: [events_due], rows: colour, slices: [[colour]]}", "no dimension colour"),
        ("{metrics: [events_due], rows: reported_on, slices: [[reported_on]]}", "is a date"),
    ],
)
def test_a_declaration_that_does_not_fit_the_metrics_is_refused(
    tmp_path: Path, manifest_path: Path, table: str, fault: str
) -> None:
    declared(tmp_path, HEAD + f"tables: [{table}]")
    with pytest.raises(CivicError, match=fault):
        load_declarations([tmp_path], load_catalog(manifest_path))
