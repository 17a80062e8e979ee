"""The bundle: every asset in the form in which Superset takes assets in, as a folder of YAML.

It is generated from the declarations of this room and from the words of a publication; the same of
both gives the same bytes, with the same UUIDs. Belongs here: files, identifiers and who sees what.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from superset_assets.charts import Measures, form_of
from superset_assets.charts.kinds import dataset_of
from superset_assets.dashboards.layout import chart_uuid, metadata, position, slug
from superset_assets.dashboards.of_reports import report_dashboards
from superset_assets.declared import (
    Dashboard,
    Dataset,
    load_audiences,
    load_dashboards,
    load_databases,
    load_datasets,
)
from superset_assets.names import LANGUAGES, uuid_of

CURRENT = {"figures": "current.figures", "work": "current.duckdb"}
"""What the databases are called in Superset, which leads to the current publication's file."""
READ_ONLY = {"connect_args": {"read_only": True, "config": {"enable_external_access": "false"}}}


@dataclass(frozen=True)
class Bundle:
    """``files``: path to text, as Superset wants it. ``security``: roles and rules, plain data."""

    files: Mapping[str, str]
    security: Mapping[str, Any]
    dashboards: tuple[Dashboard, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        whole = json.dumps([sorted(self.files.items()), self.security], ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()


def make_bundle(figures_file: Path) -> Bundle:
    """Every asset for a publication's file of figures, whose words for measures are used."""
    measures, declared = _measures(figures_file), _reports(figures_file)
    dashboards = (*load_dashboards(), *report_dashboards(declared, measures))
    datasets, databases = load_datasets(), load_databases()
    files: dict[str, Any] = {"metadata.yaml": {"version": "1.0.0", "type": "assets"}}
    for name, stated in databases.items():
        files[f"databases/{name}.yaml"] = _database(name, stated)
    for dataset in datasets.values():
        schema = databases[dataset.database]["schema"]
        for language in LANGUAGES:
            path = f"datasets/{dataset.database}/{dataset.name}_{language}.yaml"
            files[path] = _dataset(dataset, schema, language)
    for dashboard in dashboards:
        for language in LANGUAGES:
            for chart in dashboard.charts:
                path = f"charts/{dashboard.name}.{chart['key']}_{language}.yaml"
                files[path] = _chart(dashboard, chart, language, measures)
            path = f"dashboards/{slug(dashboard.name, language)}.yaml"
            files[path] = _dashboard(dashboard, language, measures)
    texts = {path: _yaml(content) for path, content in files.items()}
    return Bundle(texts, _security(datasets, dashboards), tuple(dashboards))


def write_bundle(bundle: Bundle, folder: Path) -> Path:
    """Write the bundle, in place of whatever stood in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in bundle.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    security = json.dumps(bundle.security, ensure_ascii=False, indent=1)
    (folder / "security.json").write_text(security + "\n", encoding="utf-8")
    (folder / "digest").write_text(bundle.digest + "\n", encoding="utf-8")
    return folder


def audience(dashboard: Dashboard, datasets: Mapping[str, Iterable[str]]) -> list[str]:
    """Who sees a dashboard: those who see every dataset of it; ``datasets``: name to roles."""
    used = [set(datasets[name]) for name in {dataset_of(chart) for chart in dashboard.charts}]
    return sorted(set.intersection(*used))


def _security(datasets: Mapping[str, Dataset], dashboards: Iterable[Dashboard]) -> dict[str, Any]:
    """Roles, and for each dataset and dashboard its UUIDs and who sees it."""
    audiences = load_audiences()
    return {
        "roles": audiences["roles"],
        "sqllab_database": uuid_of("database", "figures"),
        "datasets": {
            name: {
                "uuids": [uuid_of("dataset", f"{name}/{language}") for language in LANGUAGES],
                "roles": audiences["datasets"][name],
            }
            for name in datasets
        },
        "dashboards": {
            uuid_of("dashboard", slug(one.name, language)): audience(one, audiences["datasets"])
            for one in dashboards
            for language in LANGUAGES
        },
    }


def _database(name: str, stated: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "database_name": stated["title"],
        "sqlalchemy_uri": f"duckdb:////serving/{CURRENT[name]}",
        "cache_timeout": None,
        "expose_in_sqllab": stated["sqllab"],
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {
            "engine_params": READ_ONLY,
            "metadata_params": {},
            "allows_virtual_table_explore": False,
        },
        "uuid": uuid_of("database", name),
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _dataset(dataset: Dataset, schema: str, language: str) -> dict[str, Any]:
    times = [column["name"] for column in dataset.columns if column.get("time")]
    return {
        "table_name": f"{dataset.name}_{language}",
        "main_dttm_col": times[0] if times else None,
        "description": dataset.title[language],
        "schema": schema,
        "sql": None,
        "params": None,
        "filter_select_enabled": True,
        "columns": [
            {
                "column_name": column["name"],
                "verbose_name": column[language],
                "is_dttm": column["type"] in ("DATE", "TIMESTAMP"),
                "is_active": True,
                "type": column["type"],
                "groupby": True,
                "filterable": True,
                "expression": None,
                "description": None,
            }
            for column in dataset.columns
        ],
        "metrics": [
            {
                "metric_name": metric["name"],
                "verbose_name": metric[language],
                "expression": metric["expression"],
                "metric_type": None,
                "description": None,
                "d3format": None,
                "warning_text": None,
            }
            for metric in dataset.metrics
        ],
        "uuid": uuid_of("dataset", f"{dataset.name}/{language}"),
        "database_uuid": uuid_of("database", dataset.database),
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _chart(
    dashboard: Dashboard, chart: Mapping[str, Any], language: str, measures: Measures
) -> dict[str, Any]:
    form = form_of(chart, language, measures)
    return {
        "slice_name": chart["title"][language],
        "description": chart.get("says", {}).get(language),
        "viz_type": form["viz_type"],
        "params": form,
        "cache_timeout": None,
        "uuid": chart_uuid(dashboard, chart, language),
        "dataset_uuid": uuid_of("dataset", f"{dataset_of(chart)}/{language}"),
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _dashboard(dashboard: Dashboard, language: str, measures: Measures) -> dict[str, Any]:
    return {
        "dashboard_title": dashboard.title[language],
        "description": dashboard.says[language],
        "css": "",
        "slug": slug(dashboard.name, language),
        "position": position(dashboard, language),
        "metadata": metadata(dashboard, language, measures),
        "uuid": uuid_of("dashboard", slug(dashboard.name, language)),
        "published": True,
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _measures(file: Path) -> Measures:
    rows = _read(file, "select metric, label_zh, label_en, unit_en, decimals from metrics")
    shares = _read(
        file,
        "select distinct metric from figures join metrics using (metric) "
        "where unit_en in ('', 'ratio') and denominator is not null",
    )
    said = {}
    for metric, zh, en, *_ in rows:
        said[metric, "zh"], said[metric, "en"] = zh, en
    return Measures(
        said, frozenset(name for (name,) in shares), {name: decimals for name, *_, decimals in rows}
    )


def _reports(file: Path) -> list[dict[str, Any]]:
    """The reports of a publication with their measures, ways of dividing and kinds of period."""
    titles = _read(file, "select report, title_zh, title_en, notes_zh, notes_en from reports")
    measures = _read(file, "select report, metric from positions order by report, position")
    ways = _read(
        file,
        "select distinct report, metric, slice_by, grain from figures join slices using (slices)",
    )
    return [
        {
            "name": name,
            "title": {"zh": zh, "en": en},
            "notes": {"zh": notes_zh, "en": notes_en},
            "measures": [metric for report, metric in measures if report == name],
            "ways": {tuple(way[1:]) for way in ways if way[0] == name},
        }
        for name, zh, en, notes_zh, notes_en in sorted(titles)
    ]


def _read(file: Path, sql: str) -> Iterable[Any]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _yaml(content: Any) -> str:
    return yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False
    )


class _Dumper(yaml.CSafeDumper):
    """Writes what stands in several places out in each: Superset's readers expect no references."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
