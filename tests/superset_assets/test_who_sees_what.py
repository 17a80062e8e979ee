"""Who sees what: 200 people, by every way that Superset has, and what people are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from civic.settings import PROJECT_ROOT
from superset_assets import running
from tests.superset_assets.home import Screens, bundle_of

PEOPLE = 200


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
    security = json.loads((bundle_of(screens.settings) / "security.json").read_text("utf-8"))
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
            [sys.executable, "-m", "civic", "people", *words],
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
