"""Hot spots, what may come, change points and services: each figure is the published one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from civic.cli import app
from civic.errors import CivicError
from civic.settings import Settings
from publishing.publications import open_publication

Ask = Callable[..., Any]


@pytest.fixture
def ask(published_city: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a command answers: as data with ``--json``, else as text."""
    monkeypatch.setenv("CIVIC_HOME", str(published_city.home))
    monkeypatch.setenv("CIVIC_LANG", "en")

    def run(*arguments: str) -> Any:
        answer = CliRunner().invoke(app, [*arguments], catch_exceptions=False)
        assert answer.exit_code == 0
        return json.loads(answer.output) if "json" in "".join(arguments) else answer.output

    return run


def test_every_place_of_a_spot_shows_its_published_figure(published_city: Settings, ask: Ask):
    told = ask("hotspots", "--period", "2026", "--json")
    assert told["spots"]
    with open_publication(published_city) as opened:
        cells = dict(opened.cells.select("cell_id", "value").iter_rows())
        whole = opened.cells.filter(
            metric="events_received", level="all", period="2026", slices="", report="events"
        )["value"].item()
    for spot in told["spots"]:
        figures = [(p["cell_id"], p["came"]) for p in spot["places"]]
        assert sum(came for _, came in figures) == spot["observed"] > spot["expected"]
        assert all(cells[cell] == came for cell, came in figures if cell)
        assert spot["probability"] < 0.05
    assert 0 <= told["not_on_the_map"] < whole
    drawn = ask("hotspots", "--period", "2026", "--level", "community")
    assert "Expected by the share of dwellings" in drawn


def test_what_is_kept_with_a_publication_is_what_the_commands_say(published_city, ask):
    """Hot spots of the last whole month; of five months no week is forecast by either."""
    told = ask("hotspots", "--json")
    with pytest.raises(CivicError, match="too few to forecast"):
        ask("forecast")
    with open_publication(published_city) as opened:
        kept, weeks = opened.derived("hot_spots"), opened.derived("forecasts")
        figures = dict(opened.cells.select("cell_id", "value").iter_rows())
    assert kept["period"].unique().to_list() == [told["period"]]
    in_spots = kept.filter(kept["spot"].is_not_null())
    assert {
        (place["place_code"], number, spot["observed"])
        for number, spot in enumerate(told["spots"], start=1)
        for place in spot["places"]
    } == set(in_spots.select("place_code", "spot", "spot_came").iter_rows())
    named = kept.filter(kept["cell_id"].is_not_null())
    assert all(figures[cell] == came for cell, came in named.select("cell_id", "came").iter_rows())
    assert kept["came"].sum() == pytest.approx(kept["usual"].sum())
    assert weeks.is_empty()


def test_a_change_point_leads_to_the_published_figure_of_its_week(published_city, ask):
    told = ask("changepoints", "--json")
    assert told["series"] > 10
    with open_publication(published_city) as opened:
        cells = {row["cell_id"]: row for row in opened.cells.to_dicts()}
    for point in told["change_points"]:
        cell = cells.get(point["cell_id"])
        assert cell is None or (cell["period"], cell["place_code"], cell["slices"]) == (
            point["period"], point["place_code"], point["slices"],
        )  # fmt: skip
        assert not 1 - 1e-9 < point["ratio"] < 1 + 1e-9
    assert "Lasting changes only" in " ".join(ask("changepoints", "--by", "").split())
    with pytest.raises(CivicError, match="weeks or months"):
        ask("changepoints", "--grain", "day")
    with pytest.raises(CivicError, match="no count"):
        ask("changepoints", "on_time_rate")


def test_what_recurs_leads_to_published_figures(published_city, ask):
    told = ask("recurring", "--months", "3", "--json")
    assert told["tried"] > 10 and 2 <= told["least"] <= 4
    with open_publication(published_city) as opened:
        cells = {row["cell_id"]: row for row in opened.cells.to_dicts()}
    for line in told["recurring"]:
        cell = cells[line["cell_id"]]
        assert (cell["place_code"], cell["period"]) == (line["place_code"], line["period"])
        assert line["came"] > line["usual"] > 0 and line["months"] >= told["least"]
    kinds = ask("recurring", "--level", "street", "--by", "category", "--months", "3")
    assert "looked at" in kinds
    with pytest.raises(CivicError, match="whole months"):
        ask("recurring", "--by", "category", "--months", "3")
    with pytest.raises(CivicError, match="not district"):
        ask("recurring", "--level", "district")
    with pytest.raises(CivicError, match="no count"):
        ask("recurring", "on_time_rate")


def test_what_is_no_count_or_has_no_figure_is_refused_with_a_reason(ask: Ask):
    with pytest.raises(CivicError, match="no count"):
        ask("hotspots", "--metric", "on_time_rate")
    with pytest.raises(CivicError, match="No grid has a figure"):
        ask("hotspots", "--period", "1999-01")
    with pytest.raises(CivicError, match="not street"):
        ask("hotspots", "--level", "street")


@pytest.mark.parametrize("by", ["district", "kind", "community"])
def test_services_show_what_is_published_and_hide_what_is_hidden(
    published_city: Settings, ask: Ask, by: str
):
    told = ask("services", "special_groups", "--by", by, "--format", "json")
    with open_publication(published_city) as opened:
        cells = opened.table("services").filter(feed="service_record")
    level = {"district": "month"}.get(by, by)
    rows = cells.filter(level=level)
    assert len(told["lines"]) == rows.height > 0
    first = {"district": "Whole city"}.get(by, "Total")
    shown = sorted(n for n in rows["service_count"] if n is not None)
    assert sorted(line[first] for line in told["lines"] if line[first] is not None) == shown
    assert sum(line[first] is None for line in told["lines"]) == rows["is_hidden"].sum()
    lines = ask("services", "special_groups", "--by", by, "--format", "csv").splitlines()
    assert len(lines) == len(told["lines"]) + 1
    assert "not shown" in ask("services", "special_groups", "--by", by)


def test_services_of_no_module_or_month_are_refused(ask: Ask):
    with pytest.raises(CivicError, match="no module"):
        ask("services", "residents")
    with pytest.raises(CivicError, match="no month"):
        ask("services", "youth", "--period", "2026")
