"""People at the screens: in a browser, with a session, and by the API."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.superset_assets.home import Screens, bundle_of

SETTLED = """n => {
  const charts = document.querySelectorAll('.dashboard-component-chart-holder');
  const waiting = document.querySelectorAll('[data-test="loading-indicator"], .loading');
  const drawn = document.querySelectorAll('.dashboard-component-chart-holder .chart-container');
  return charts.length >= n && drawn.length >= n && waiting.length === 0;
}"""


def log_in(chromium: Any, screens: Screens, who: str, language: str) -> Any:
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


def open_dashboard(page: Any, screens: Screens, slug: str) -> list[str]:
    """Open a dashboard and wait for all of it; what is wrong with what is seen."""
    stated = yaml.safe_load(
        (bundle_of(screens.settings) / f"dashboards/{slug}.yaml").read_text("utf-8")
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


def session_of(screens: Screens, who: str) -> Any:
    """Somebody who has logged in with the form."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    with opener.open(f"{screens.address}/login/", timeout=60) as page:
        [token] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    given = {"csrf_token": token, "username": who, "password": screens.passwords[who]}
    opener.open(f"{screens.address}/login/", urlencode(given).encode(), timeout=60).close()
    return opener


def status_of(session: Any, address: str) -> int:
    try:
        with session.open(address, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def answer_of(address: str) -> Any:
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=30)
