"""How long the charts of the screens take, each asked anew.

Superset is started on a publication; every chart of every dashboard is asked through its API, for
the first place and the latest month, as the page asks, past the cache. Target: 95 of 100 within a
second.
``--times N`` first makes a publication's figures N times as many, by giving copies of its districts
other codes, to see what a larger city would ask of the same machine; ``--buildings N`` its
buildings with their dwellings.

    python -m benchmarks.screens --home HOME
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import yaml

from civic.services import free_port
from civic.settings import Settings, load_settings
from publishing.shelf import find_publication
from superset_assets import running
from superset_assets.dashboards.layout import FIGURES, PLACED
from superset_assets.keys import folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--buildings", type=int, default=1)
    asked = parser.parse_args()
    os.environ["CIVIC_HOME"] = str(asked.home)
    settings = load_settings()
    publication = find_publication(settings)
    with ExitStack() as kept:
        if asked.times > 1:
            kept.enter_context(_as_it_was(publication.figures_file))
            _multiply(publication.figures_file, asked.times)
        if asked.buildings > 1:
            kept.enter_context(_as_it_was(publication.serving_file))
            _multiply_buildings(publication.serving_file, asked.buildings)
        _measure(settings)


@contextmanager
def _as_it_was(file: Path) -> Iterator[None]:
    """A file that may be changed within the block; afterwards it is what it was before."""
    kept = file.with_name(file.name + ".kept")
    shutil.copyfile(file, kept)
    file.chmod(0o644)
    try:
        yield
    finally:
        kept.replace(file)
        file.chmod(0o444)


def _measure(settings: Settings) -> None:
    running.refresh(settings)
    port = free_port()
    with duckdb.connect(str(find_publication(settings).figures_file), read_only=True) as figures:
        [[rows]] = figures.execute("select count(*) from figures").fetchall()
    with running.services(settings, port) as started:
        running.wait_until_ready(started, port)
        ask = _logged_in(settings, f"http://127.0.0.1:{port}")
        taken = sorted(_each_chart(settings, ask))
    seconds = [second for second, _ in taken]
    at = seconds[int(0.95 * len(seconds))]
    print(
        f"{len(seconds)} charts of {rows:,} figures: median {statistics.median(seconds):.3f} s, "
        f"95 of 100 within {at:.3f} s, slowest {seconds[-1]:.3f} s ({taken[-1][1]})"
    )


def _each_chart(settings: Settings, ask: Any) -> list[tuple[float, str]]:
    bundle = folder(settings) / "bundle"
    tables = {t["uuid"]: t["id"] for t in ask("/api/v1/dataset/?q=(page_size:100)")["result"]}
    names = {t["table_name"]: t["id"] for t in ask("/api/v1/dataset/?q=(page_size:100)")["result"]}
    place, period, building = _first(settings)
    taken = []
    for path in sorted((bundle / "charts").glob("*_zh.yaml")):
        chart = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        form = chart["params"]
        dataset = _name_of(bundle, chart["dataset_uuid"])
        table = tables.get(chart["dataset_uuid"]) or names[dataset]
        filters = [
            {"col": c["subject"], "op": c["operator"], "val": c["comparator"]}
            for c in form.get("adhoc_filters", [])
        ]
        if dataset.removesuffix("_zh") in PLACED:
            filters.append({"col": "place", "op": "IN", "val": [place]})
        if dataset == "floors_zh":
            filters.append({"col": "building", "op": "IN", "val": [building]})
        of_all_months = form["viz_type"] in ("echarts_timeseries_line", "heatmap_v2")
        if dataset.removesuffix("_zh") in FIGURES and not of_all_months:
            filters.append({"col": "period_name", "op": "IN", "val": [period]})
        groups = form.get("groupby") or []
        axis = [form["x_axis"]] if form.get("x_axis") else []
        if form["viz_type"] == "deck_polygon":
            groups = [form["line_column"], *form["js_columns"]]
        query = {
            "columns": form.get("all_columns")
            or [*axis, *([groups] if isinstance(groups, str) else groups)],
            # Rows as they stand are asked for without any measure, not with an empty list of them.
            "metrics": form.get("metrics") or ([form["metric"]] if form.get("metric") else None),
            "filters": filters,
            "row_limit": form.get("row_limit", 1000),
            "orderby": [json.loads(one) for one in form.get("order_by_cols", [])],
        }
        begun = time.perf_counter()
        ask(
            "/api/v1/chart/data",
            {"datasource": {"id": table, "type": "table"}, "queries": [query], "force": True},
        )
        taken.append((time.perf_counter() - begun, path.stem))
    return taken


def _first(settings: Settings) -> tuple[str, str, str]:
    publication = find_publication(settings)
    file = publication.figures_file
    with duckdb.connect(str(file), read_only=True) as figures:
        [[place]] = figures.execute("select arg_min(place_zh, place_order) from places").fetchall()
        [[period]] = figures.execute(
            "select arg_max(period_zh, period_start) from periods "
            "where grain = 'month' and is_whole"
        ).fetchall()
    with duckdb.connect(str(publication.serving_file), read_only=True) as work:
        [[building]] = work.execute("select min(building) from screens.buildings_zh").fetchall()
    return place, period, building


def _name_of(bundle: Path, uuid: str) -> str:
    for path in (bundle / "datasets").rglob("*.yaml"):
        if f"uuid: {uuid}" in path.read_text("utf-8"):
            return path.stem
    raise LookupError(uuid)


def _logged_in(settings: Settings, address: str) -> Any:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    headers = {"Content-Type": "application/json", "Referer": address}

    def ask(path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        try:
            with opener.open(
                urllib.request.Request(address + path, data, headers), timeout=300
            ) as a:
                return json.load(a)
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{path} {body}: {refused.read().decode()[:600]}") from refused

    secret = running.accounts(settings)["leader"]
    given = {"username": "leader", "password": secret, "provider": "db", "refresh": True}
    headers["Authorization"] = "Bearer " + ask("/api/v1/security/login", given)["access_token"]
    headers["X-CSRFToken"] = ask("/api/v1/security/csrf_token/")["result"]
    return ask


def _multiply(file: Path, times: int) -> None:
    """Copies of every figure below the city under other codes of places, in the same order."""
    with duckdb.connect(str(file)) as figures:
        codes = [f"{level}_code" for level in ("district", "street", "community", "grid")]
        other = "chr((97 + n % 26)::integer) || (n // 26) || "
        moved = ", ".join(f"case when {c} is not null then {other} {c} end as {c}" for c in codes)
        figures.execute(
            f"""
            create table more_places as
            select p.* exclude (place_code, parent_code, place_order, place_zh, place_en,
                {", ".join(codes)}),
              {other} place_code as place_code, parent_code,
              place_order || 'x' || n as place_order, place_zh || n as place_zh,
              place_en || n as place_en, {moved}
            from places as p, range(1, {times}) as t(n)
            where level not in ('all', 'city')
            """
        )
        figures.execute("insert into places by name select * from more_places")
        figures.execute(
            f"""
            create table many as
            select * from figures
            union all by name
            select f.* exclude (cell_id, place_code),
              'c' || substr(md5(cell_id || n), 1, 12) as cell_id,
              {other} place_code as place_code
            from figures as f, range(1, {times}) as t(n)
            where level not in ('all', 'city')
            order by report, metric, grain, slices, level, place_code, period
            """
        )
        figures.execute("drop table figures")
        figures.execute("alter table many rename to figures")


def _multiply_buildings(file: Path, times: int) -> None:
    """Copies of every building with its dwellings, in the same grids, in the same order."""
    with duckdb.connect(str(file)) as work:
        for table in ("buildings", "dwellings"):
            work.execute(
                f"create table screens.more as select * from screens.{table} union all "
                "select b.* replace (b.building_code || 'x' || n as building_code) "
                f"from screens.{table} as b, range(1, {times}) as t(n) order by building_code"
            )
            work.execute(f"delete from screens.{table}")
            work.execute(f"insert into screens.{table} select * from screens.more")
            work.execute("drop table screens.more")
        [[buildings]] = work.execute("select count(*) from screens.buildings").fetchall()
        [[dwellings]] = work.execute("select count(*) from screens.dwellings").fetchall()
    print(f"{buildings:,} buildings, {dwellings:,} dwellings")


if __name__ == "__main__":
    main()
