from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics.reports.declarations import Report, load_declaration
from tests.analytics.reports.counting import COUNTS
from tests.analytics.reports.town import manifest

DECLARATION = """
name: everything
title: {{zh: 全部, en: Everything}}
notes: {{zh: 说明, en: Notes}}
tables:
  - metrics: [{metrics}]
    rows: category
    slices: [[], [category], [feed], [feed, category]]
"""


@pytest.fixture(scope="session")
def manifest_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dbt") / "semantic_manifest.json"
    path.write_text(json.dumps(manifest()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """One report with every metric, by category, by feed and by both."""
    path = tmp_path_factory.mktemp("declarations") / "everything.yml"
    path.write_text(DECLARATION.format(metrics=", ".join(COUNTS)), encoding="utf-8")
    report = load_declaration(path)
    return {report.name: report}


BY_EVERY_GRAIN = """
name: periods
title: {zh: 期间, en: Periods}
grains: [all, year, half_year, quarter, month, week, day]
levels: [all, city]
tables:
  - metrics: [events_received, on_time_rate, median_handling_hours]
    rows: period
"""


@pytest.fixture(scope="session")
def periods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """A report with periods of every grain."""
    path = tmp_path_factory.mktemp("declarations") / "periods.yml"
    path.write_text(BY_EVERY_GRAIN, encoding="utf-8")
    report = load_declaration(path)
    return {report.name: report}
