"""Where charts stand on a page: Superset's tree of positions, and the filters on its left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superset_assets.charts.kinds import dataset_of
from superset_assets.charts.measures import Measures, where
from superset_assets.declared import Dashboard
from superset_assets.names import LANGUAGES, uuid_of

FIGURES = ("figures", "parts", "areas")
PLACED = (*FIGURES, "residents", "resident_parts", "outlook", "spots", "buildings")
"""Datasets of which a page shows the place that is chosen."""
UNIT = 8
"""Pixels of one step of height in Superset's grid."""

_LIGHT = ("#a6cee3", "#fbd9a0", "#a3dcc8", "#f3b48b", "#c9e6f7")
"""Tints of the colours that charts have."""
_LINE_WIDE, _LINKS_WIDE = 150, 30
"""Latin letters on a line of a page 1,200 pixels wide, and as many as the links take."""

_WORDS = {
    "zh": {
        "place": "地区",
        "period": "期间",
        "building": "楼栋",
        "unit": "单位",
        "switch": "English",
        "list": "全部看板",
    },
    "en": {
        "place": "Place",
        "period": "Period",
        "building": "Building",
        "unit": "Unit",
        "switch": "中文",
        "list": "All dashboards",
    },
}


def position(dashboard: Dashboard, language: str) -> dict[str, Any]:
    """The tree of positions. A chart is named by its UUID, as import wants it."""
    tree: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {
            "type": "HEADER",
            "id": "HEADER_ID",
            "meta": {"text": dashboard.title[language]},
        },
    }
    _add_row(tree, 0, [_saying(dashboard, language)])
    numbers = numbered(dashboard)
    for number, row in enumerate(dashboard.rows, start=1):
        charts: list[dict[str, Any]] = [
            {
                "type": "CHART",
                "id": f"CHART-{chart['key']}",
                "children": [],
                "meta": {
                    "uuid": chart_uuid(dashboard, chart, language),
                    "chartId": numbers[chart["key"]],
                    "width": chart.get("width", 12),
                    "height": chart.get("height", 400) // UNIT,
                    "sliceName": chart["title"][language],
                },
            }
            for chart in row
        ]
        _add_row(tree, number, charts)
    return tree


def chart_uuid(dashboard: Dashboard, chart: Mapping[str, Any], language: str) -> str:
    """The UUID of a dashboard's chart in a language."""
    return uuid_of("chart", f"{dashboard.name}/{chart['key']}/{language}")


def numbered(dashboard: Dashboard) -> dict[str, int]:
    """A number for each chart: import puts its own in their places, wherever they are named."""
    return {chart["key"]: number for number, chart in enumerate(dashboard.charts, start=1)}


def slug(dashboard: str, language: str) -> str:
    """The dashboard's address: ``/superset/dashboard/<slug>/``."""
    return f"{dashboard}-{language}"


def metadata(dashboard: Dashboard, language: str, measures: Measures) -> dict[str, Any]:
    """Filters, colours and behaviour of a dashboard."""
    return {
        "native_filter_configuration": _filters(dashboard, language),
        "color_scheme": "civic",
        "cross_filters_enabled": True,
        "refresh_frequency": 0,
        "timed_refresh_immune_slices": [],
        "expanded_slices": {},
        "default_filters": "{}",
        "label_colors": _light(dashboard, language, measures),
        "shared_label_colors": [],
        "filter_bar_orientation": "HORIZONTAL",
    }


def _light(dashboard: Dashboard, language: str, measures: Measures) -> dict[str, str]:
    """Light colours for the steps of funnels, whose dark labels stand on them."""
    steps = [m for c in dashboard.charts if c["kind"] == "funnel" for m in c["measures"]]
    return {measures.said[m, language]: _LIGHT[n % len(_LIGHT)] for n, m in enumerate(steps)}


def _filters(dashboard: Dashboard, language: str) -> list[dict[str, Any]]:
    """What the reader chooses. Lists that are not of figures, such as alerts, stay whole."""
    numbers = numbered(dashboard)
    elsewhere = [numbers[c["key"]] for c in dashboard.charts if dataset_of(c) not in PLACED]
    others = [numbers[c["key"]] for c in dashboard.charts if dataset_of(c) not in FIGURES]
    reports = sorted({c["report"] for c in dashboard.charts if "report" in c})
    filters = []
    words = _WORDS[language]
    dataset = uuid_of("dataset", f"figures/{language}")
    if "place" in dashboard.filters:
        one = _select("place", words["place"], "place", dataset, sort="order_of_places", up=True)
        one["scope"]["excluded"] = elsewhere
        filters.append(one)
    if "period" in dashboard.filters:
        one = _select("period", words["period"], "period_name", dataset, sort="latest", up=False)
        # A line over all months stays whole, whichever month is looked at.
        one["adhoc_filters"] = [
            where("grain", "==", "month"),
            where("is_whole", "==", True),
            where("report", "IN", reports),
        ]
        one["scope"]["excluded"] = others + [
            numbers[chart["key"]]
            for chart in dashboard.charts
            if chart["kind"] in ("trend", "heat") or chart.get("grain", "month") != "month"
        ]
        filters.append(one)
    if "unit" in dashboard.filters:
        one = _select("unit", words["unit"], "unit_said", dataset, required=False)
        one["adhoc_filters"] = [where("report", "IN", reports), where("unit", "IS NOT NULL", None)]
        one["scope"]["excluded"] = others
        filters.append(one)
    if "building" in dashboard.filters:
        buildings = uuid_of("dataset", f"buildings/{language}")
        one = _select("building", words["building"], "building", buildings)
        one["cascadeParentIds"] = ["NATIVE_FILTER-place"]
        one["scope"]["excluded"] = [
            numbers[c["key"]] for c in dashboard.charts if dataset_of(c) != "floors"
        ]
        filters.append(one)
    return filters


def _select(
    key: str,
    name: str,
    column: str,
    dataset: str,
    *,
    sort: str | None = None,
    up: bool = True,
    required: bool = True,
) -> dict[str, Any]:
    """One value of a column: at first the first that the reader may see; all if not required."""
    return {
        "id": f"NATIVE_FILTER-{key}",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "name": name,
        "description": "",
        "targets": [{"datasetUuid": dataset, "column": {"name": column}}],
        "controlValues": {
            "enableEmptyFilter": required,
            "defaultToFirstItem": required,
            "multiSelect": False,
            "searchAllOptions": True,
            "inverseSelection": False,
            "sortAscending": up,
        },
        "sortMetric": sort,
        "requiredFirst": required,
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "adhoc_filters": [],
    }


def _saying(dashboard: Dashboard, language: str) -> dict[str, Any]:
    """What the dashboard shows, and the same in the other language."""
    words = _WORDS[language]
    [other] = [one for one in LANGUAGES if one != language]
    text = (
        f"{dashboard.says[language]}　"
        f"[{words['switch']}](/civic/language/{other}?to={slug(dashboard.name, other)}) · "
        f"[{words['list']}](/dashboard/list/)"
    )
    return {
        "type": "MARKDOWN",
        "id": "MARKDOWN-says",
        "children": [],
        "meta": {"width": 12, "height": _height_of(dashboard.says[language]), "code": text},
    }


def _height_of(said: str) -> int:
    """Steps of height that a text takes, as wide as a page for printing, with its links."""
    wide = sum(2 if ord(character) > 0x2E7F else 1 for character in said) + _LINKS_WIDE
    return 5 + 3 * -(-wide // _LINE_WIDE)


def _add_row(tree: dict[str, Any], number: int, children: list[dict[str, Any]]) -> None:
    row = f"ROW-{number}"
    tree["GRID_ID"]["children"].append(row)
    tree[row] = {
        "type": "ROW",
        "id": row,
        "children": [child["id"] for child in children],
        "parents": ["ROOT_ID", "GRID_ID"],
        "meta": {"background": "BACKGROUND_TRANSPARENT"},
    }
    for child in children:
        tree[child["id"]] = {**child, "parents": ["ROOT_ID", "GRID_ID", row]}
