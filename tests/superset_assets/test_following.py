"""From the screen to the row: numbers are the report's, and lead to files, lines and receipts."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import duckdb
import polars as pl
import yaml

from analytics.reports.tracing import find_cell, trace
from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts
from publishing.opening import open_publication
from publishing.serving_tables import catalog_of
from superset_assets import running
from tests.superset_assets.people import (
    SETTLED,
    answer_of,
    log_in,
    open_dashboard,
    session_of,
    status_of,
)


def test_numbers_on_screen_are_those_of_the_report(chromium, screens):
    page = log_in(chromium, screens, "leader", "en")
    open_dashboard(page, screens, "overview-en")
    [month] = set(
        re.findall(r"\d{4}-\d{2}", page.locator(".ant-select-selection-item").nth(1).inner_text())
    )
    told = subprocess.run(
        [sys.executable, "-m", "civic", "report", "show", "city_summary",
         "--period", month, "--json"],
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
    page = log_in(chromium, screens, "leader", "zh")
    open_dashboard(page, screens, "events-zh")
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
    page = log_in(chromium, screens, "leader", "zh")
    open_dashboard(page, screens, "handling-zh")
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
        session = session_of(screens, who)
        for cell, status in cells.items():
            assert status_of(session, f"{screens.address}/civic/trace/{cell}") == status, (
                who,
                cell,
            )
    receipt = f"{screens.address}/civic/receipt/{drop}"
    assert status_of(session_of(screens, "steward"), receipt) == 200
    assert status_of(session_of(screens, "analyst"), receipt) == 404
    # Who has not logged in is led to do so, and sees nothing.
    with answer_of(f"{screens.address}/civic/trace/{whole}") as led:
        assert "/login/" in led.url


def test_who_followed_a_figure_is_written_down(screens):
    opened = pl.DataFrame(running.ask_server(screens.settings, ["opened", "--days", "1"]))
    followed = opened.filter(who="leader", what="sources")["which"]
    assert followed.len() and followed.str.contains("^(trace/c|receipt/)").all()
