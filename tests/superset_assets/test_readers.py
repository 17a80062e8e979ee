"""Readers during many publications see only whole ones."""

from __future__ import annotations

import json
import shutil
import threading

import duckdb

from publishing.shelf import Publication, put_in_place, staging, switch
from tests.superset_assets.home import Screens
from tests.superset_assets.people import Person

PUBLICATIONS = 100


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
