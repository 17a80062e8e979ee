"""The screens as people meet them: a made-up city in a real Superset and a real browser."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl
import pytest
import yaml

from analytics.reports.tracing import find_cell, trace
from civic.services import free_port
from civic.settings import PROJECT_ROOT, Settings
from expectations import AuditResult, Verdict
from ingestion.contracts import load_contracts
from ingestion.simulator.city.making import write_city
from publishing.opening import open_publication
from publishing.serving_tables import catalog_of
from publishing.shelf import Publication, find_publication, put_in_place, staging, switch
from publishing.whole_way import (
    Request,
    build_all_cells,
    build_models,
    collect_drops,
    publish_cells,
    take_in_drops,
)
from superset_assets import running
from superset_assets.bundle import make_bundle, write_bundle
from superset_assets.checking import faults
from superset_assets.keys import folder
from superset_assets.names import LANGUAGES
from tests.conftest import home_of
from tests.superset_assets.browsers import browser
from tests.superset_assets.provider import CLIENT, SECRET, provider

RESIDENTS, MONTHS, SEED = 1500, 5, 7
PEOPLE, PUBLICATIONS = 200, 100
OTHERS = ("city", "analyst", "steward", "district", "street", "community", "member_unit")
REMARK = AuditResult(
    "place", "ExpectColumnValuesToNotBeNull", "lake.marts.dim_place", "place_name", "warning",
    False, "1 row", "地区有名称", "places have names",
)  # fmt: skip


@dataclass
class Screens:
    """Superset with the city in it. ``asked``: what a dashboard's charts asked, by its address."""

    settings: Settings
    port: int
    passwords: dict[str, str]
    removed: list[str]
    asked: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def publication(self) -> Publication:
        return find_publication(self.settings)


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("CIVIC_BI_PYTHON", raising=False)
        yield from _screens(tmp_path_factory)


def _screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    settings = replace(home_of(tmp_path_factory.mktemp("screens") / "home"), settle_seconds=0.0)
    write_city(settings.drops, RESIDENTS, MONTHS, SEED)
    take_in_drops(settings, collect_drops(Request(settings)))
    build_models(settings)
    publish_cells(settings, build_all_cells(settings), Verdict((REMARK,)))
    (settings.home / ".demo").touch()
    # First with a dashboard more, which a later bundle no longer names.
    bundle = make_bundle(find_publication(settings).figures_file)
    running.prepare(settings)
    write_bundle(
        replace(bundle, files={**bundle.files, **_one_more(bundle.files)}), _bundle(settings)
    )
    running.ask_server(settings, ["load", str(_bundle(settings)), "--demo"])
    removed = running.refresh(settings)["removed"]
    port = free_port()
    with running.services(settings, port) as started:
        running.wait_until_ready(started, port)
        yield Screens(settings, port, running.accounts(settings), removed)


def _bundle(settings: Settings) -> Path:
    return folder(settings) / "bundle"


def _one_more(files: Any) -> dict[str, str]:
    stated = yaml.safe_load(files["dashboards/quality-en.yaml"])
    stated |= {
        "slug": "gone",
        "dashboard_title": "Gone",
        "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12,
    }
    return {"dashboards/gone.yaml": yaml.safe_dump(stated, allow_unicode=True)}


# --- assets ---------------------------------------------------------------------------------------


def test_every_dashboard_leads_to_charts_datasets_and_columns_that_there_are(screens):
    publication = screens.publication
    files = {"figures": publication.figures_file, "work": publication.serving_file}
    assert faults(make_bundle(publication.figures_file), files) == []


def test_a_fault_in_an_asset_is_found_without_a_server(screens):
    publication = screens.publication
    bundle = make_bundle(publication.figures_file)
    path = "charts/overview.received_zh.yaml"
    broken = yaml.safe_load(bundle.files[path])
    broken["params"] |= {"groupby": ["no_such_column"], "metrics": ["no_such_metric"]}
    lacking = {k: v for k, v in bundle.files.items() if k != "charts/overview.rates_zh.yaml"}
    files = {**lacking, path: yaml.safe_dump(broken)}
    found = " ".join(
        faults(
            replace(bundle, files=files),
            {"figures": publication.figures_file, "work": publication.serving_file},
        )
    )
    for words in (
        "no column no_such_column",
        "no metric no_such_metric",
        "overview-zh: there is no chart",
    ):
        assert words in found


def test_the_same_publication_gives_the_same_assets(screens):
    file = screens.publication.figures_file
    assert make_bundle(file).digest == make_bundle(file).digest
    assert running.refresh(screens.settings)["assets"] == 0


def test_what_is_no_longer_declared_is_gone(screens):
    assert screens.removed == ["Gone"]


def test_parts_of_every_place_add_up_to_it_on_the_screens_too(screens):
    """Where there is one city, everything is shown by its parts at once; nothing is lost."""
    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        broken = figures.execute(
            """
            with whole as (
              select place, period, value from figures_zh
              where report = 'handling' and metric = 'events_received' and slice_by = ''
            ),
            parts as (
              select place, period, sum(value) as value from parts_zh
              where report = 'handling' and metric = 'events_received' and slice_by = ''
              group by all
            )
            select place, period, whole.value, parts.value from whole
            join parts using (place, period) where whole.value <> parts.value
            """
        ).fetchall()
        [[divided]] = figures.execute("select count(distinct place) from parts_zh").fetchall()
        [[under_all]] = figures.execute(
            "select count(distinct part) from parts_zh "
            "where place = '全部地区' and level = 'district' and place_code not like '%/%'"
        ).fetchall()
    assert broken == [] and divided > 10 and under_all == 2


# --- people look ----------------------------------------------------------------------------------


@pytest.fixture
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


def _log_in(chromium: Any, screens: Screens, who: str, language: str) -> Any:
    context = chromium.new_context(viewport={"width": 1440, "height": 4200})
    page = context.new_page()
    page.goto(f"{screens.address}/login/")
    page.wait_for_selector("input[type=password]")
    page.locator("input:visible").nth(0).fill(who)
    page.locator("input[type=password]").fill(screens.passwords[who])
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/superset/dashboard/**")
    if language == "en":
        page.goto(f"{screens.address}/civic/language/en?to=quality-en", wait_until="commit")
    return page


SETTLED = """n => {
  const charts = document.querySelectorAll('.dashboard-component-chart-holder');
  const waiting = document.querySelectorAll('[data-test="loading-indicator"], .loading');
  const drawn = document.querySelectorAll('.dashboard-component-chart-holder .chart-container');
  return charts.length >= n && drawn.length >= n && waiting.length === 0;
}"""


def _open(page: Any, screens: Screens, slug: str) -> list[str]:
    """Open a dashboard and wait for all of it; what is wrong with what is seen."""
    stated = yaml.safe_load(
        (_bundle(screens.settings) / f"dashboards/{slug}.yaml").read_text("utf-8")
    )
    charts = [
        c for c in stated["position"].values() if isinstance(c, dict) and c["type"] == "CHART"
    ]
    page.goto(f"{screens.address}/superset/dashboard/{slug}/", wait_until="domcontentloaded")
    page.wait_for_function(SETTLED, arg=len(charts), timeout=90_000)
    page.wait_for_load_state("networkidle")
    assert page.locator(".dashboard-component-chart-holder").count() >= len(charts)
    wrong = [
        f"{slug}: {text}"
        for text in page.locator(".ant-alert-error, [role=alert]").all_inner_texts()
    ]
    for chart in page.locator("[data-test-chart-id]:has(.ant-empty)").all():
        title, number = (chart.get_attribute(f"data-test-chart-{n}") for n in ("name", "id"))
        wrong.append(f"{slug}: empty: {title} #{number}")
    return wrong


def _slugs(screens: Screens, language: str) -> list[str]:
    found = (_bundle(screens.settings) / "dashboards").glob(f"*-{language}.yaml")
    return sorted(path.stem for path in found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_leadership_sees_every_dashboard_whole_and_nothing_leaves_the_machine(
    chromium, screens, language
):
    page = _log_in(chromium, screens, "leader", language)
    went: set[str] = set()
    page.on("response", lambda answer: went.add(answer.url.split("/")[2]))
    wrong, answered = [], {}
    page.on("response", lambda answer: answered.update(_rows(answer)))
    for slug in _slugs(screens, language):
        asked: list[dict[str, Any]] = []
        page.on("request", lambda request, asked=asked: asked.extend(_chart_data(request)))
        wrong += _open(page, screens, slug)
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
    page = _log_in(chromium, screens, who, language)
    begins = {"steward": "quality", "member_unit": "my_unit"}.get(who, "overview")
    own = {f"{begins}-{language}"}
    if who in ("city", "district"):
        own.add(f"assessment-{language}")
    if who in ("analyst", "street"):
        own.add(f"handling-{language}")
    wrong = [text for slug in sorted(own) for text in _open(page, screens, slug)]
    # A small part of a small city has no figures of some things; nobody is shown an error for it.
    assert [text for text in wrong if "empty" not in text] == []
    page.context.close()


def test_every_role_may_ask_what_its_dashboards_ask(screens):
    """What the charts asked for as leadership, asked again by everybody who sees their datasets."""
    security = json.loads((_bundle(screens.settings) / "security.json").read_text("utf-8"))
    assert len(screens.asked) == 2 * len(_slugs(screens, "zh"))
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


class Person:
    """Somebody who asks Superset's API."""

    def __init__(self, screens: Screens, who: str) -> None:
        self.screens, self.cookies = screens, ""
        given = {"username": who, "password": screens.passwords[who], "provider": "db"}
        self.token = ""
        _, answer = self.post("/api/v1/security/login", {**given, "refresh": True})
        self.token = json.loads(answer)["access_token"]
        self.csrf = json.loads(self.get("/api/v1/security/csrf_token/")[1])["result"]

    csrf = ""

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path)

    def post(self, path: str, body: Any) -> tuple[int, str]:
        return self._ask("POST", path, json.dumps(body))

    def datasets(self) -> list[dict[str, Any]]:
        _, answer = self.get("/api/v1/dataset/?q=(page_size:100)")
        found: list[dict[str, Any]] = json.loads(answer)["result"]
        return found

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.screens.port, timeout=120)
        headers = {"Content-Type": "application/json", "Referer": self.screens.address}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"X-CSRFToken": self.csrf, "Cookie": self.cookies} if self.cookies else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies = value.split(";")[0]
        text = answer.read().decode()
        connection.close()
        return answer.status, text


# --- from the screen to the row -------------------------------------------------------------------


def test_numbers_on_screen_are_those_of_the_report(chromium, screens):
    page = _log_in(chromium, screens, "leader", "en")
    _open(page, screens, "overview-en")
    [month] = set(
        re.findall(r"\d{4}-\d{2}", page.locator(".ant-select-selection-item").nth(1).inner_text())
    )
    told = subprocess.run(
        ["civic", "report", "show", "city_summary", "--period", month, "--json"],
        env=running.environment(screens.settings) | {"CIVIC_LANG": "en"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line for table in json.loads(told.stdout)["tables"] for line in table["lines"]]
    cells = {m: c for line in lines if line["is_total"] for m, c in line["figures"].items()}
    shown = page.locator("#app").inner_text()
    stated = yaml.safe_load(
        (PROJECT_ROOT / "superset_assets/dashboards/overview.yml").read_text("utf-8")
    )
    metrics = [
        m for row in stated["rows"] for c in row if c["kind"] == "cards" for m in c["measures"]
    ]
    with open_publication(screens.settings) as opened:
        catalog = catalog_of(opened)
    from superset_assets.tracing.pages import said

    for name in metrics:
        assert said(catalog.metric(name), cells[name]) in shown, name
    page.context.close()


def test_a_figure_is_followed_from_the_screen_to_its_file_and_line(chromium, screens):
    page = _log_in(chromium, screens, "leader", "zh")
    _open(page, screens, "events-zh")
    with page.context.expect_page() as opened:
        page.locator("a", has_text="来源").first.click()
    sources = opened.value
    sources.wait_for_load_state()
    [cell_id] = re.findall(r"c[0-9a-f]{12}", sources.url)
    text = sources.locator("body").inner_text()
    with open_publication(screens.settings) as publication:
        cell = find_cell(publication.connection.table("serving.main.cells"), cell_id)
        contracts = load_contracts(screens.settings.contract_paths)
        traced = trace(publication.connection, cell, catalog_of(publication), contracts=contracts)
    assert f"{cell['fact_rows']:,} 项，来自 {cell['source_rows']:,} 行" in text
    for atom in traced.atoms.filter("is_anchor").iter_rows(named=True):
        assert atom["sha256"] in text
        original = next(
            (screens.settings.raw / atom["sha256"][:2]).glob(f"{atom['sha256']}/*"), None
        )
        assert original is not None
    lines = {int(t) for t in sources.locator("td.n").all_inner_texts()}
    shown = traced.atoms.filter("is_anchor").head(20)
    assert set(shown["line"].fill_null(shown["record"])) <= lines
    # From the row on to the receipt of its file.
    sources.locator("a", has_text="回执").first.click()
    sources.wait_for_load_state()
    assert "读入 = 接收 + 退回 + 重复" in sources.locator("body").inner_text()
    page.context.close()


def test_a_click_on_a_place_opens_it(chromium, screens):
    page = _log_in(chromium, screens, "leader", "zh")
    _open(page, screens, "handling-zh")
    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        [[district]] = figures.execute(
            "select min(place_zh) from places "
            "where level = 'district' and place_code not like '%/%'"
        ).fetchall()
    page.locator("table a", has_text=district).first.click()
    page.wait_for_function(SETTLED, arg=3, timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert page.locator(".ant-select-selection-item").first.inner_text() == district
    page.context.close()


def test_sources_are_shown_to_those_only_who_see_the_figure(screens):
    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        wanted = "select min(cell_id) from figures_zh where report = 'handling' and level = ?"
        [[whole]] = figures.execute(wanted, ["all"]).fetchall()
        [[other]] = figures.execute(
            wanted + " and district_code <> (select min(district_code) from places)", ["district"]
        ).fetchall()
        [[own]] = figures.execute(
            wanted + " and district_code = (select min(district_code) from places)", ["district"]
        ).fetchall()
    with duckdb.connect(str(screens.publication.serving_file), read_only=True) as work:
        [[staff]] = work.execute(
            "select min(cell_id) from cells where slices like 'staff_no=%'"
        ).fetchall()
        [[drop]] = work.execute("select min(drop_id) from drops").fetchall()
    expected = {
        "leader": {whole: 200, other: 200, own: 200},
        "district": {whole: 404, other: 404, own: 200},
        "analyst": {whole: 200, staff: 404},
    }
    for who, cells in expected.items():
        session = _session(screens, who)
        for cell, status in cells.items():
            assert _status(session, f"{screens.address}/civic/trace/{cell}") == status, (who, cell)
    receipt = f"{screens.address}/civic/receipt/{drop}"
    assert _status(_session(screens, "steward"), receipt) == 200
    assert _status(_session(screens, "analyst"), receipt) == 404
    # Who has not logged in is led to do so, and sees nothing.
    with _answer(f"{screens.address}/civic/trace/{whole}") as led:
        assert "/login/" in led.url


def _session(screens: Screens, who: str) -> Any:
    """Somebody who has logged in with the form."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    with opener.open(f"{screens.address}/login/", timeout=60) as page:
        [token] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    given = {"csrf_token": token, "username": who, "password": screens.passwords[who]}
    opener.open(f"{screens.address}/login/", urlencode(given).encode(), timeout=60).close()
    return opener


def _status(session: Any, address: str) -> int:
    try:
        with session.open(address, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _answer(address: str) -> Any:
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=30)


def test_a_page_may_load_nothing_from_elsewhere(screens):
    with _answer(f"{screens.address}/login/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    for part in policy.split(";"):
        assert not re.search(r"https?:", part), part


# --- who sees what --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answers(screens) -> dict[str, Any]:
    """What 200 people got, by every way that Superset has (``inside_superset``)."""
    script = Path(__file__).with_name("inside_superset.py")
    done = subprocess.run(
        [str(running.python()), str(script), str(PEOPLE)],
        env=running.environment(screens.settings), cwd=PROJECT_ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_nobody_sees_a_row_outside_her_part_and_everybody_sees_all_of_it(screens, answers):
    security = json.loads((_bundle(screens.settings) / "security.json").read_text("utf-8"))
    expected = _expected(screens)
    assert len({row[0] for row in answers["rows"]}) == PEOPLE
    for name, role, parts, dataset, status, rows in answers["rows"]:
        stated = security["datasets"][dataset]
        if role not in stated["roles"]:
            assert status == 403, (name, dataset)
            continue
        assert status == 200, (name, dataset)
        column = security["roles"][role].get("by")
        counted = expected[dataset, column]
        if column is None:
            assert sum(n for _, n in rows) == counted.get(None, 0), (name, dataset)
        else:
            assert dict(rows) == {p: counted[p] for p in parts if p in counted}


def _expected(screens: Screens) -> dict[tuple[str, str | None], dict[Any, int]]:
    """Rows of each dataset by each column that parts are given by, counted without Superset."""
    from superset_assets.declared import load_databases, load_datasets

    made: dict[tuple[str, str | None], dict[Any, int]] = {}
    files = {"figures": screens.publication.figures_file, "work": screens.publication.serving_file}
    for dataset in load_datasets().values():
        view = f"{load_databases()[dataset.database]['schema']}.{dataset.name}_zh"
        with duckdb.connect(str(files[dataset.database]), read_only=True) as connection:
            for column in (None, "district_code", "street_code", "community_code", "unit"):
                if column is None or column in dataset.column_names:
                    what = column or "null"
                    sql = f"select {what}, count(*) from {view} group by 1"
                    made[dataset.name, column] = dict(connection.execute(sql).fetchall())
    return made


def test_injected_clauses_bring_nothing_from_outside(answers):
    assert answers["injected"]
    for name, role, parts, text, status, rows in answers["injected"]:
        assert status in (200, 400, 403, 422), (name, text)
        if parts:
            assert {value for value, _ in rows} <= set(parts), (name, role, text)


def test_samples_details_and_exports_bring_nothing_from_outside(answers):
    ways = {(row[3], row[4]) for row in answers["ways"]}
    assert ways == {("samples", 200), ("drill_detail", 200), ("csv", 200), ("xlsx", 200)}
    for name, role, parts, way, _, values in answers["ways"]:
        if parts:
            assert set(values) <= set(parts), (name, role, way)


def test_free_questions_are_for_analysts_and_for_the_file_of_figures(answers):
    allowed = {(role, text) for _, role, text, status, _ in answers["questions"] if status == 200}
    assert allowed == {("analyst", "select count(*) from main.figures")}


def test_people_are_given_parts_that_there_are(screens):
    def civic(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["civic", "people", *words],
            env=running.environment(screens.settings) | {"CIVIC_LANG": "en"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        [[code, name]] = figures.execute(
            "select place_code, place_zh from places "
            "where level = 'district' and place_code not like '%/%' order by 1 limit 1"
        ).fetchall()
    added = civic("add", "li", "--role", "district", "--part", name)
    assert added.returncode == 0 and "shown this once" in added.stdout
    [li] = [p for p in json.loads(civic("list", "--json").stdout) if p["name"] == "li"]
    assert (li["roles"], li["parts"], li["active"]) == (["district"], [code], True)
    assert civic("remove", "li").returncode == 0
    [li] = [p for p in json.loads(civic("list", "--json").stdout) if p["name"] == "li"]
    assert (li["roles"], li["parts"], li["active"]) == ([], [], False)
    for words, told in {
        ("add", "wu", "--role", "district", "--part", "nowhere"): "There is no district nowhere",
        ("add", "wu", "--role", "king"): "There is no role king",
        ("add", "wu", "--role", "leader", "--part", code): "it takes no part",
        ("add", "wu", "--role", "district"): "say which district",
        ("add", "wu", "--role", "member_unit", "--part", "nobody"): "No record names a unit",
        ("remove", "wu"): "There is no wu",
    }.items():
        refused = civic(*words)
        assert refused.returncode == 2 and told in refused.stderr, (words, refused.stderr)
        assert "Traceback" not in refused.stderr


# --- single sign-on -------------------------------------------------------------------------------


def test_people_of_a_provider_see_what_it_says_they_may(screens, monkeypatch):
    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        [[district]] = figures.execute("select max(district_code) from places").fetchall()
    with provider() as told:
        monkeypatch.setenv("CIVIC_OIDC_ISSUER", told.issuer)
        monkeypatch.setenv("CIVIC_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("CIVIC_OIDC_CLIENT_SECRET", SECRET)
        port = free_port()
        with running.services(screens.settings, port) as started:
            running.wait_until_ready(started, port)
            seen = {}
            for name, roles in {
                "wang": [f"district:{district}", "something else"],
                "zhao": ["leader"],
                "nobody": ["gardener"],
                "admin": ["leader"],
            }.items():
                told.person = {"sub": name, "preferred_username": name, "roles": roles}
                seen[name] = _districts_seen(f"http://127.0.0.1:{port}")
            told.person = {"sub": "wang", "preferred_username": "wang", "roles": []}
            seen["wang, dismissed"] = _districts_seen(f"http://127.0.0.1:{port}")
    assert "/token" in told.asked and "/userinfo" in told.asked
    assert seen["wang"] == {district}
    assert {district, None} < seen["zhao"]
    assert not seen["nobody"] and not seen["admin"] and not seen["wang, dismissed"]


def _districts_seen(address: str) -> set[str | None]:
    """Log in through the provider; the districts of all figures that are seen afterwards."""
    jar = urllib.request.HTTPCookieProcessor()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
    try:
        opener.open(f"{address}/login/oidc", timeout=60).read()
        with opener.open(f"{address}/api/v1/security/csrf_token/", timeout=60) as answer:
            token = json.load(answer)["result"]
        with opener.open(f"{address}/api/v1/dataset/?q=(page_size:100)", timeout=60) as answer:
            tables = {row["table_name"]: row["id"] for row in json.load(answer)["result"]}
        if "figures_en" not in tables:
            return set()
        query = {"columns": ["district_code"], "metrics": [], "row_limit": 1000}
        asked = urllib.request.Request(
            f"{address}/api/v1/chart/data",
            json.dumps(
                {"datasource": {"id": tables["figures_en"], "type": "table"}, "queries": [query]}
            ).encode(),
            {"Content-Type": "application/json", "X-CSRFToken": token, "Referer": address},
        )
        with opener.open(asked, timeout=60) as answer:
            return {row["district_code"] for row in json.load(answer)["result"][0]["data"]}
    except urllib.error.HTTPError as error:
        assert error.code in (401, 403), error.read()
        return set()


# --- readers and publications ---------------------------------------------------------------------


def test_readers_during_a_hundred_publications_see_only_whole_ones(screens):
    first = screens.publication
    second = _another(screens)
    sums = {}
    for publication in (first, second):
        with duckdb.connect(str(publication.figures_file), read_only=True) as figures:
            [row] = figures.execute("select count(*), sum(fact_rows) from figures").fetchall()
        sums[tuple(int(v) for v in row)] = 0
    assert len(sums) == 2
    stop, wrong = threading.Event(), []

    def read(force: bool) -> None:
        person = Person(screens, "leader")
        [table] = [d["id"] for d in person.datasets() if d["table_name"] == "figures_zh"]
        metrics = [
            {"expressionType": "SQL", "sqlExpression": sql, "label": label}
            for label, sql in (("n", "count(*)"), ("s", "sum(fact_rows)"))
        ]
        query = {"columns": [], "metrics": metrics, "row_limit": 10}
        while not stop.is_set():
            status, answer = person.post(
                "/api/v1/chart/data",
                {"datasource": {"id": table, "type": "table"}, "queries": [query], "force": force},
            )
            if status != 200:
                wrong.append(answer[:300])
                continue
            [row] = json.loads(answer)["result"][0]["data"]
            seen = int(row["n"]), int(row["s"])
            if seen in sums:
                sums[seen] += 1
            else:
                wrong.append(str(seen))

    readers = [threading.Thread(target=read, args=(force,)) for force in (True, False, True)]
    for reader in readers:
        reader.start()
    for number in range(PUBLICATIONS):
        switch(screens.settings, (second if number % 2 == 0 else first).number, "published")
        stop.wait(0.1)
    stop.set()
    for reader in readers:
        reader.join()
    switch(screens.settings, first.number, "rolled back")
    assert wrong == []
    assert min(sums.values()) > 0


def _another(screens: Screens) -> Publication:
    """A publication beside the first, whose every figure rests on one item more."""
    import shutil

    first = screens.publication
    number = first.number + 1
    with staging(screens.settings) as staged:
        made = Publication(number, staged, {})
        for name in ("serving_file", "figures_file", "catalog_file", "manifest_file"):
            shutil.copyfile(getattr(first, name), getattr(made, name))
            getattr(made, name).chmod(0o644)
        with duckdb.connect(str(made.figures_file)) as figures:
            figures.execute("update figures set fact_rows = fact_rows + 1")
        return put_in_place(staged, screens.settings, number)


def test_what_people_opened_is_written_down(screens):
    opened = running.ask_server(screens.settings, ["opened", "--days", "1"])
    frame = pl.DataFrame(opened)
    assert {"leader", *OTHERS} <= set(frame["who"])
    assert frame.filter(who="leader", what="dashboard", which="overview-zh").height
    assert frame.filter(who="leader", what="sources")["which"].str.starts_with("trace/c").all()
