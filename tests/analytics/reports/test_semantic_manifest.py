from __future__ import annotations

from pathlib import Path

import pytest

from analytics.reports.semantic_manifest import Catalog, load_catalog, render
from civic.errors import CivicError
from tests.analytics.reports.town import manifest


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(manifest())


def test_a_missing_manifest_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(CivicError) as caught:
        load_catalog(tmp_path / "semantic_manifest.json")
    assert "civic run" in caught.value.remedy


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "semantic_manifest.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CivicError):
        load_catalog(path)


def test_a_fact_lies_in_the_lake_whatever_database_dbt_wrote_to(catalog: Catalog) -> None:
    stated = manifest()
    stated["semantic_models"][0]["node_relation"]["database"] = "elsewhere"
    fact = Catalog(stated).facts["event"]
    assert (fact.relation, fact.lineage) == (
        "lake.marts.fct_event",
        "lake.marts.bridge_event_source",
    )


def test_a_model_without_lineage_is_refused() -> None:
    stated = manifest()
    stated["semantic_models"][0]["config"] = {"meta": {"fact_key": "event_key"}}
    with pytest.raises(CivicError, match="does not state lineage"):
        Catalog(stated).metric("events_received")


@pytest.mark.parametrize(
    ("template", "sql"),
    [
        ("{{ Dimension('event__is_due') }}", "(is_due)"),
        ('{{Dimension("event__is_due")}} = true\n', "(is_due) = true"),
        (
            "{{ TimeDimension('event__reported_on', 'month') }} > '2019-01-01'",
            "date_trunc('month', reported_on) > '2019-01-01'",
        ),
        ("{{ Entity('event') }} = 'e1'", "(event_key) = 'e1'"),
    ],
)
def test_a_filter_becomes_sql_over_the_fact(catalog: Catalog, template: str, sql: str) -> None:
    assert render(template, catalog.facts["event"]) == sql


@pytest.mark.parametrize(
    "template",
    [
        "{{ Dimension('person__age') }} > 3",
        "{{ Dimension('event__colour') }}",
        "{{ Metric('events_due', ['event']) }} > 3",
        "{% if x %} true {% endif %}",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(catalog: Catalog, template: str) -> None:
    with pytest.raises(CivicError):
        render(template, catalog.facts["event"])


def test_a_ratio_over_two_dates_is_refused() -> None:
    stated = manifest()
    model = stated["semantic_models"][0]
    model["dimensions"].append({"name": "due_on", "type": "time", "expr": None})
    in_time = next(m for m in model["measures"] if m["name"] == "in_time")
    in_time["agg_time_dimension"] = "due_on"
    with pytest.raises(CivicError, match="share fact and date"):
        Catalog(stated).metric("on_time_rate")


def test_the_sum_of_one_is_a_count() -> None:
    stated = manifest()
    events = stated["semantic_models"][0]["measures"][0]
    events.update(agg="sum", expr="1")
    assert Catalog(stated).metric("events_received").aggregates[0].function == "count"
