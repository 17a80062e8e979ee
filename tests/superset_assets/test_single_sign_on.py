"""People of a provider of OpenID Connect see what it says that they may."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import duckdb

from civic.services import free_port
from superset_assets import running
from tests.superset_assets.provider import CLIENT, SECRET, provider


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
