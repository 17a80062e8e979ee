"""Every dashboard to chart to dataset to column of a publication, followed without a server.

Superset leaves charts out without a word when one is named that is missing, and shows an error box
only to whoever opens the page; here both are found before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from superset_assets.bundle import CURRENT, Bundle, audience
from superset_assets.declared import load_databases


def faults(bundle: Bundle, files: Mapping[str, Path]) -> list[str]:
    """What is wrong, in words; ``files``: the file of a publication behind each database.

    Each question that a chart would ask is put to the publication's views, for no rows.
    """
    assets = {path: yaml.load(text, Loader=yaml.CSafeLoader) for path, text in bundle.files.items()}
    databases = _by_uuid(assets, "databases/")
    datasets = _by_uuid(assets, "datasets/")
    charts = _by_uuid(assets, "charts/")
    connections = {name: duckdb.connect(str(path), read_only=True) for name, path in files.items()}
    try:
        return [
            *_of_datasets(datasets, databases, connections),
            *_of_charts(charts, datasets, databases, connections),
            *_of_dashboards(_by_uuid(assets, "dashboards/"), charts, datasets),
            *_of_audiences(bundle),
        ]
    finally:
        for connection in connections.values():
            connection.close()


def _of_datasets(
    datasets: Mapping[str, Any], databases: Mapping[str, Any], connections: Mapping[str, Any]
) -> Iterator[str]:
    for dataset in datasets.values():
        if dataset["database_uuid"] not in databases:
            yield f"{dataset['table_name']}: its database is not declared"
            continue
        view = f"{dataset['schema']}.{dataset['table_name']}"
        connection = connections[_database(dataset, databases)]
        try:
            described = connection.execute(f"describe {view}").fetchall()
        except duckdb.Error as error:
            yield f"{view}: {_line(error)}"
            continue
        found = {name: kind for name, kind, *_ in described}
        for column in dataset["columns"]:
            kind = found.get(column["column_name"])
            if kind is None:
                yield f"{view} has no column {column['column_name']}"
            elif kind != column["type"]:
                yield f"{view}.{column['column_name']} is {kind}, declared as {column['type']}"
        for metric in dataset["metrics"]:
            yield from _asked(connection, view, metric["expression"], metric["metric_name"])


def _of_charts(
    charts: Mapping[str, Any],
    datasets: Mapping[str, Any],
    databases: Mapping[str, Any],
    connections: Mapping[str, Any],
) -> Iterator[str]:
    for chart in charts.values():
        name, form = chart["slice_name"], chart["params"]
        dataset = datasets.get(chart["dataset_uuid"])
        if dataset is None:
            yield f"{name}: its dataset is not declared"
            continue
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        view = f"{dataset['schema']}.{dataset['table_name']}"
        for column in sorted(_columns(form) - columns):
            yield f"{name}: {view} has no column {column}"
        for metric in _metrics(form):
            if isinstance(metric, Mapping):
                connection = connections[_database(dataset, databases)]
                yield from _asked(connection, view, metric["sqlExpression"], name)
            elif metric not in metrics:
                yield f"{name}: {view} has no metric {metric}"


def _of_dashboards(
    dashboards: Mapping[str, Any], charts: Mapping[str, Any], datasets: Mapping[str, Any]
) -> Iterator[str]:
    for dashboard in dashboards.values():
        slug = dashboard["slug"]
        for part in dashboard["position"].values():
            is_chart = isinstance(part, Mapping) and part.get("type") == "CHART"
            if is_chart and part["meta"]["uuid"] not in charts:
                yield f"{slug}: there is no chart {part['meta']['uuid']}"
        for one in dashboard["metadata"]["native_filter_configuration"]:
            for target in one["targets"]:
                dataset = datasets.get(target["datasetUuid"])
                known = {c["column_name"] for c in dataset["columns"]} if dataset else set()
                if target["column"]["name"] not in known:
                    yield f"{slug}: the filter {one['name']} has no column"
                if (
                    dataset
                    and one["sortMetric"]
                    and one["sortMetric"] not in {m["metric_name"] for m in dataset["metrics"]}
                ):
                    yield f"{slug}: the filter {one['name']} has no metric to be sorted by"


def _of_audiences(bundle: Bundle) -> Iterator[str]:
    """A dashboard is for those who see all its datasets: somebody has to."""
    who = {name: one["roles"] for name, one in bundle.security["datasets"].items()}
    for dashboard in bundle.dashboards:
        if not audience(dashboard, who):
            yield f"{dashboard.name}: nobody sees all of its datasets"


def _columns(form: Mapping[str, Any]) -> set[str]:
    """Every column that a chart's form names."""
    named: list[str] = [*form.get("all_columns", [])]
    for key in ("groupby", "x_axis"):
        value = form.get(key) or []
        named += [value] if isinstance(value, str) else value
    named += [condition["subject"] for condition in form.get("adhoc_filters", [])]
    named += [yaml.safe_load(order)[0] for order in form.get("order_by_cols", [])]
    return set(named)


def _metrics(form: Mapping[str, Any]) -> list[Any]:
    found = list(form.get("metrics") or [])
    if form.get("metric"):
        found.append(form["metric"])
    return found


def _asked(connection: Any, view: str, expression: str, name: str) -> Iterator[str]:
    try:
        connection.execute(f"select {expression} from {view} where false")
    except duckdb.Error as error:
        yield f"{name}: {view}: {expression}: {_line(error)}"


def _database(dataset: Mapping[str, Any], databases: Mapping[str, Any]) -> str:
    """The declared name of a dataset's database."""
    ending = databases[dataset["database_uuid"]]["sqlalchemy_uri"].rsplit("/", 1)[-1]
    return next(name for name in load_databases() if CURRENT[name] == ending)


def _by_uuid(assets: Mapping[str, Any], folder: str) -> dict[str, Any]:
    return {a["uuid"]: a for path, a in assets.items() if path.startswith(folder)}


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
