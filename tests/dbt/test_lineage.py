"""Every metric leads to fields of feeds, column by column, and goes out as OpenLineage events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from analytics.lineage import Column, ColumnLineage, fields_of
from analytics.reports.semantic_manifest import Catalog, load_catalog
from civic.cli import app
from civic.errors import CivicError
from civic.services import free_port
from ingestion.contracts import Contract, load_contracts
from publishing import lineage_events
from tests.dbt.conftest import OWN_CONTRACTS


@pytest.fixture(scope="module")
def contracts(built) -> dict[str, Contract]:
    return load_contracts(built.settings.contract_paths)


@pytest.fixture(scope="module")
def catalog(built) -> Catalog:
    return load_catalog(built.settings.dbt_target / "semantic_manifest.json")


@pytest.fixture(scope="module")
def lineage(built, contracts) -> ColumnLineage:
    return ColumnLineage.read(built.settings.dbt_target, contracts)


def test_every_metric_counts_something_that_a_feed_brought(catalog, lineage, contracts):
    for name in catalog.names:
        found = fields_of(catalog.metric(name), lineage, contracts)
        counted = found.filter(use="counts")
        assert set(counted["feed"]) & set(contracts), name


def test_every_column_of_every_model_is_followed_to_its_end(lineage):
    ends = set(lineage.known) - set(lineage.models)
    followed = 0
    for relation in lineage.models:
        for name in lineage.known[relation]:
            origins = lineage.origins(Column(relation, name))
            assert {one.relation for one in origins} <= ends
            assert all(
                one.name in lineage.known[one.relation] or one.relation == "bronze.drops"
                for one in origins
            )
            followed += bool(origins)
    assert followed > 1_500


@pytest.mark.parametrize(
    ("metric", "use", "expected"),
    [
        ("dispute_success_rate", "where", ("dispute", "succeeded", "化解是否成功")),
        ("hotline_response_rate", "counts", ("hotline_call", "first_contact_at", "首次联系时间")),
        ("safety_score", "counts", ("survey_answer", "weight", "权重")),
        ("patrols", "counts", ("patrol", "*", "")),
        ("events_due", "dated", ("time_limits", "hours", "")),
        ("places_registered", "placed", ("division", "subdistrict_code", "街道代码")),
    ],
)
def test_a_metric_leads_to_the_field(catalog, lineage, contracts, metric, use, expected):
    found = fields_of(catalog.metric(metric), lineage, contracts).filter(use=use)
    assert expected in set(found.select("feed", "field", "label").iter_rows())


def test_what_a_metric_does_not_read_is_not_among_its_fields(catalog, lineage, contracts):
    found = fields_of(catalog.metric("safety_score"), lineage, contracts)
    of_answers = set(found.filter(feed="survey_answer")["field"])
    assert of_answers == {"score", "weight", "answered_on", "place_code"}


def test_without_models_it_says_what_to_run(tmp_path, contracts):
    with pytest.raises(CivicError, match="No models have been built"):
        ColumnLineage.read(tmp_path, contracts)


def test_the_command_shows_it(built, monkeypatch):
    monkeypatch.setenv("CIVIC_HOME", str(built.settings.home))
    monkeypatch.setenv("CIVIC_CONTRACTS", str(OWN_CONTRACTS))
    monkeypatch.setenv("CIVIC_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "80")
    runner = CliRunner()
    shown = runner.invoke(app, ["lineage", "dispute_success_rate"], catch_exceptions=False)
    assert "succeeded 化解是否成功" in shown.output
    answer = runner.invoke(app, ["lineage", "patrols", "--json"], catch_exceptions=False)
    assert json.loads(answer.output)["mart"] == "lake.marts.fct_activity"


class Endpoint(BaseHTTPRequestHandler):
    """Takes events in."""

    events: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.events.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    Endpoint.events.clear()
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{server.server_port}")
    yield Endpoint.events
    server.shutdown()
    server.server_close()


def test_each_model_goes_out_with_the_origins_of_its_columns(built, contracts, lineage, endpoint):
    assert lineage_events.send(built.settings, contracts) == len(endpoint) == len(lineage.models)
    sent = {event["job"]["name"]: event for event in endpoint}
    event = sent["marts.fct_event"]
    assert event["eventType"] == "COMPLETE"
    assert "intermediate.int_event_merged" in {one["name"] for one in event["inputs"]}
    [output] = event["outputs"]
    origins = output["facets"]["columnLineage"]["fields"]["reported_weekday"]["inputFields"]
    assert [(one["name"], one["field"]) for one in origins] == [
        ("intermediate.int_event_merged", "reported_at")
    ]
    assert {"name": "is_due", "type": "boolean"}.items() <= next(
        f for f in output["facets"]["schema"]["fields"] if f["name"] == "is_due"
    ).items()


def test_an_endpoint_that_is_not_there_stops_nothing(built, contracts, monkeypatch, caplog):
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    lineage_events.send_if_asked(built.settings, contracts)
    assert caplog.text == ""
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{free_port()}")
    lineage_events.send_if_asked(built.settings, contracts)
    assert "Lineage could not be sent" in caplog.text
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    assert not lineage_events.is_wanted()
