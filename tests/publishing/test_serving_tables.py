"""The serving file carries the definitions by which its figures can be read and traced."""

from __future__ import annotations

from pathlib import Path

import duckdb

from analytics.reports.declarations import load_declaration
from analytics.reports.semantic_manifest import Catalog
from publishing.serving_tables import serving_tables, values_sql
from tests.analytics.reports.town import manifest

DECLARATION = """
name: small
title: {zh: 小报表, en: "It's small"}
tables:
  - metrics: [events_received]
    rows: place
"""


def test_values_come_back_as_they_were_stated() -> None:
    rows = [("it's", 1, None), ("{\"a\": '二'}", 2, "x")]
    found = duckdb.sql(values_sql(("text", "number", "maybe"), rows))
    assert found.columns == ["text", "number", "maybe"]
    assert found.fetchall() == rows
    assert duckdb.sql(values_sql(("text",), [])).fetchall() == []


def test_the_order_in_which_dbt_lists_things_does_not_make_a_publication_new(
    tmp_path: Path,
) -> None:
    path = tmp_path / "small.yml"
    path.write_text(DECLARATION, encoding="utf-8")
    reports = [load_declaration(path)]
    listed = manifest()
    turned = {**listed, "metrics": listed["metrics"][::-1]}
    assert serving_tables(reports, Catalog(listed)) == serving_tables(reports, Catalog(turned))


def test_reports_and_metrics_are_labelled_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "small.yml"
    path.write_text(DECLARATION, encoding="utf-8")
    tables = serving_tables([load_declaration(path)], Catalog(manifest()))
    assert duckdb.sql(tables["reports"]).fetchall() == [("small", "小报表", "It's small", "", "")]
    assert duckdb.sql(tables["metrics"]).fetchone()[:3] == ("events_received", "受理", "Received")
