"""Superset's metadata may lie in PostgreSQL: everything is taken in there, and people log in."""

from __future__ import annotations

import json
from dataclasses import replace

import psycopg

from civic.services import free_port
from superset_assets import running
from superset_assets.names import METADATA
from tests.postgres import postgres
from tests.superset_assets.home import Screens, slugs
from tests.superset_assets.people import Person


def test_metadata_in_postgres(screens, tmp_path, monkeypatch):
    """The same home as in the other tests, but for what Superset keeps."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".demo").touch()
    (home / "serving").symlink_to(screens.settings.home / "serving")
    settings = replace(screens.settings, home=home)
    with postgres() as address:
        monkeypatch.setenv(METADATA, address)
        first, again = running.refresh(settings), running.refresh(settings)
        assert first["assets"] > 0 and again["assets"] == 0
        port = free_port()
        with running.services(settings, port) as started:
            running.wait_until_ready(started, port)
            there = Screens(settings, port, running.accounts(settings), [])
            leader = Person(there, "leader")
            _, answer = leader.get("/api/v1/dashboard/?q=(page_size:100)")
            shown = {one["slug"] for one in json.loads(answer)["result"]}
            assert shown == set(slugs(there, "zh")) | set(slugs(there, "en"))
            [figures] = [
                one["id"] for one in leader.datasets() if one["table_name"] == "figures_zh"
            ]
            query = {"columns": ["place_code"], "metrics": [], "row_limit": 10}
            status, answer = leader.post(
                "/api/v1/chart/data",
                {"datasource": {"id": figures, "type": "table"}, "queries": [query]},
            )
            assert status == 200 and json.loads(answer)["result"][0]["rowcount"] > 0, answer[:300]
        with psycopg.connect(address) as connection:
            [[dashboards]] = connection.execute("select count(*) from dashboards").fetchall()
    assert dashboards == len(shown)
    assert not (home / "superset" / "metadata.db").exists()
    # Without the setting it is another Superset, which everything is taken into once more.
    monkeypatch.delenv(METADATA)
    assert running.refresh(settings)["assets"] == first["assets"]
