"""People look: each role at its dashboards, in both languages, and nothing leaves the machine."""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl
import pytest

from superset_assets import running
from superset_assets.names import LANGUAGES
from tests.superset_assets.home import bundle_of, slugs
from tests.superset_assets.people import Person, answer_of, log_in, open_dashboard

OTHERS = ("city", "analyst", "steward", "district", "street", "community", "member_unit")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_leadership_sees_every_dashboard_whole_and_nothing_leaves_the_machine(
    chromium, screens, language
):
    page = log_in(chromium, screens, "leader", language)
    went: set[str] = set()
    page.on("response", lambda answer: went.add(answer.url.split("/")[2]))
    wrong, answered = [], {}
    page.on("response", lambda answer: answered.update(_rows(answer)))
    for slug in slugs(screens, language):
        asked: list[dict[str, Any]] = []
        page.on("request", lambda request, asked=asked: asked.extend(_chart_data(request)))
        wrong += open_dashboard(page, screens, slug)
        screens.asked[slug] = asked
        assert asked, f"{slug} asked for nothing"
    page.context.close()
    # A small city has none of some things; a chart is empty only where its question had no answer.
    empty = tuple(f"#{number}" for number, rows in answered.items() if rows == 0)
    assert len(empty) <= 0.1 * len(answered)
    assert [text for text in wrong if not text.endswith(empty)] == []
    assert went == {f"127.0.0.1:{screens.port}"}


def _rows(answer: Any) -> dict[str, int]:
    """How many rows a chart was answered with, by its number."""
    if "/api/v1/chart/data" not in answer.url or answer.status != 200:
        return {}
    form = json.loads(answer.request.post_data or "{}").get("form_data", {})
    if "slice_id" not in form:
        return {}
    [first, *_] = answer.json()["result"]
    return {str(form["slice_id"]): int(first["rowcount"])}


def _chart_data(request: Any) -> list[dict[str, Any]]:
    if "/api/v1/chart/data" not in request.url or not request.post_data:
        return []
    return [json.loads(request.post_data)]


@pytest.mark.parametrize("who", OTHERS)
def test_each_role_logs_in_and_sees_what_is_hers(chromium, screens, who):
    """She begins where her work is, and is shown no error."""
    language = ("zh", "en")[OTHERS.index(who) % 2]
    page = log_in(chromium, screens, who, language)
    begins = {"steward": "quality", "member_unit": "my_unit"}.get(who, "overview")
    own = {f"{begins}-{language}"}
    if who in ("city", "district"):
        own.add(f"assessment-{language}")
    if who in ("analyst", "street"):
        own.add(f"handling-{language}")
    wrong = [text for slug in sorted(own) for text in open_dashboard(page, screens, slug)]
    # A small part of a small city has no figures of some things; nobody is shown an error for it.
    assert [text for text in wrong if "empty" not in text] == []
    page.context.close()


def test_every_role_may_ask_what_its_dashboards_ask(screens):
    """What the charts asked for as leadership, asked again by everybody who sees their datasets."""
    security = json.loads((bundle_of(screens.settings) / "security.json").read_text("utf-8"))
    assert len(screens.asked) == 2 * len(slugs(screens, "zh"))
    for number, who in enumerate(OTHERS):
        person = Person(screens, who)
        mine = {
            f"{name}_{language}"
            for name, one in security["datasets"].items()
            if who in one["roles"]
            for language in LANGUAGES
        }
        names = {row["id"]: row["table_name"] for row in person.datasets()}
        assert set(names.values()) == mine
        for slug, asked in screens.asked.items():
            once = {q["datasource"]["id"]: q for q in asked}
            for table, question in once.items() if slug.endswith(LANGUAGES[number % 2]) else ():
                seen = table in names
                status, answer = person.post("/api/v1/chart/data", question)
                assert status == (200 if seen else 403), (who, slug, answer[:300])


def test_what_people_opened_is_written_down(screens):
    opened = pl.DataFrame(running.ask_server(screens.settings, ["opened", "--days", "1"]))
    assert {"leader", *OTHERS} <= set(opened["who"])
    assert opened.filter(who="leader", what="dashboard", which="overview-zh").height


def test_a_page_may_load_nothing_from_elsewhere(screens):
    with answer_of(f"{screens.address}/login/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    for part in policy.split(";"):
        assert not re.search(r"https?:", part), part
