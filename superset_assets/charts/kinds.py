"""Each kind of chart as Superset's form of it.

A declaration states ``kind``, ``title``, what it shows (``report`` and ``measures``, divided ``by``
dimensions, or a ``dataset`` with ``columns``), and ``width`` of twelve. Belongs here: one function
for each kind. Does not belong here: files and identifiers (``bundle``), where charts stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from civic.errors import CivicError

Form = dict[str, Any]
COLOURS = "civic"
MOST_ROWS = 1000


@dataclass(frozen=True)
class Measures:
    """Labels, units and forms of measures, by name.

    ``said``: (measure, language) to label; ``shares``: those that are parts of a whole;
    ``decimals``: how many of the others are shown.
    """

    said: Mapping[tuple[str, str], str]
    shares: frozenset[str]
    decimals: Mapping[str, int]

    def format_of(self, measure: str) -> str:
        """How a measure's number is written, as D3 says it."""
        return ",.1%" if measure in self.shares else f",.{self.decimals[measure]}f"


def form_of(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Superset's form of a declared chart. Raises CivicError for a kind that there is not."""
    kind = chart["kind"]
    if kind not in KINDS:
        raise CivicError(f"There is no kind of chart {kind}; there are {', '.join(KINDS)}.")
    form = KINDS[kind](chart, language, measures)
    return {"color_scheme": COLOURS, "extra_form_data": {}, "time_range": "No filter", **form}


def dataset_of(chart: Mapping[str, Any]) -> str:
    """The dataset that a declared chart draws."""
    drawn = {"by_place": "parts", "map": "areas"}
    return str(chart.get("dataset") or drawn.get(chart["kind"], "figures"))


def _cards(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Each measure with its value, the change against the period before and its sources.

    A table of one row, whose cells are drawn by the view: Superset's own pages of HTML (Handlebars)
    need a policy of contents that lets scripts be made of texts, which is not to be had here.
    """
    columns = [_of_measure(name, language, measures, "card") for name in chart["measures"]]
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": [],
        "metrics": columns,
        "adhoc_filters": _figures(chart, chart.get("grain", "month")),
        "row_limit": 10,
        "include_search": False,
        "page_length": 0,
        "show_cell_bars": False,
        "allow_render_html": True,
        "column_config": {column["label"]: {"horizontalAlign": "left"} for column in columns},
    }


def _trend(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Lines over the months: one for each measure, or for each class of one measure."""
    names = chart["measures"]
    share = all(name in measures.shares for name in names)
    series = "category" if chart.get("by") else "measure"
    return {
        "viz_type": "echarts_timeseries_line",
        "x_axis": "period_start",
        "time_grain_sqla": None,
        "metrics": ["figure"],
        "groupby": [series],
        "adhoc_filters": [
            *_figures(chart, chart.get("grain", "month")),
            where("is_recent", "==", True),
        ],
        "row_limit": 10000,
        "truncate_metric": True,
        "show_empty_columns": True,
        "x_axis_time_format": "%Y-%m-%d" if chart.get("grain") in ("week", "day") else "%Y-%m",
        "y_axis_format": ",.0%" if share else ",.0f" if _whole(names, measures) else ",.1f",
        "tooltipTimeFormat": "%Y-%m-%d",
        "rich_tooltip": True,
        "markerEnabled": True,
        "markerSize": 4,
        "show_legend": True,
        "legendType": "scroll",
        "legendOrientation": "top",
        "truncateYAxis": share,
        "y_axis_bounds": [None, None],
        "zoomable": False,
        "sort_series_type": "name",
        "sort_series_ascending": True,
        "seriesType": "line",
        "opacity": 0.2,
    }


def _bars(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Classes of one measure, the longest bar first."""
    [name] = chart["measures"]
    return {
        "viz_type": "echarts_timeseries_bar",
        "orientation": "horizontal",
        "x_axis": "category",
        "xAxisForceCategorical": True,
        "metrics": ["figure"],
        "groupby": [],
        "adhoc_filters": [
            *_figures(chart, chart.get("grain", "month")),
            # None of something is no bar; no part of a whole is one, and says something.
            *([] if name in measures.shares else [where("value", "!=", 0)]),
            where("value", "IS NOT NULL", None),
        ],
        "x_axis_sort": "figure",
        "x_axis_sort_asc": True,
        "row_limit": chart.get("most", 20),
        "order_desc": True,
        "y_axis_format": measures.format_of(name) if name in measures.shares else ",.0f",
        "show_value": True,
        "show_legend": False,
        "rich_tooltip": True,
        "truncateYAxis": False,
        "y_axis_bounds": [0, None],
        "truncate_metric": True,
    }


def _by_place(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """The parts of the chosen place, a column for each measure; a click on a part opens it."""
    names = chart["measures"]
    columns = [_of_measure(name, language, measures) for name in names]
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": ["part_link"],
        "metrics": columns,
        "adhoc_filters": _figures(chart, chart.get("grain", "month")),
        "row_limit": MOST_ROWS,
        "timeseries_limit_metric": columns[0],
        "order_desc": True,
        "show_cell_bars": False,
        "include_search": True,
        "page_length": _page_length(chart),
        "table_timestamp_format": "%Y-%m-%d",
        "column_config": {
            column["label"]: {"d3NumberFormat": measures.format_of(name)}
            for name, column in zip(names, columns, strict=True)
        },
    }


def _table(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Rows of a dataset as they are."""
    order = chart.get("order", [])
    if chart.get("report"):
        filters = _figures(chart, chart.get("grain", "month"), any_slice=True)
    else:
        filters = [where(*one) for one in chart.get("where", [])]
    return {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": list(chart["columns"]),
        "order_by_cols": [f'["{name}", {str(up).lower()}]' for name, up in order],
        "adhoc_filters": filters,
        "row_limit": chart.get("most", MOST_ROWS),
        "include_search": True,
        "page_length": _page_length(chart),
        "show_cell_bars": False,
        "table_timestamp_format": "%Y-%m-%d",
        "column_config": {
            name: {"d3NumberFormat": chart.get("format", {}).get(name, ",.4~g")}
            for name in chart["columns"]
        },
    }


def _totals(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Metrics of a dataset, for each value of some columns."""
    names = list(chart["metrics"])
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": list(chart["columns"]),
        "metrics": names,
        "adhoc_filters": [where(*one) for one in chart.get("where", [])],
        "row_limit": chart.get("most", MOST_ROWS),
        "timeseries_limit_metric": chart.get("largest", names[0]),
        "order_desc": True,
        "show_cell_bars": True,
        "include_search": bool(chart["columns"]),
        "page_length": _page_length(chart),
        "column_config": {
            name: {"d3NumberFormat": chart.get("format", {}).get(name, ",.0f")} for name in names
        },
    }


def _ribbon(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """A score for each subject within the band of its interval, lowest first.

    The endings of the labels are those by which Superset draws a band about a line.
    """
    low, middle, high = chart["metrics"]
    said = chart["said"][language]
    bands = {f"{said}__yhat": middle, f"{said}__yhat_lower": low, f"{said}__yhat_upper": high}
    metrics = [
        {
            "expressionType": "SQL",
            "sqlExpression": f"case when count(*) = 1 then max({column}) end",
            "label": label,
            "hasCustomLabel": True,
            "optionName": f"metric_{column}",
        }
        for label, column in bands.items()
    ]
    return {
        "viz_type": "echarts_timeseries_line",
        "x_axis": chart["columns"][0],
        "xAxisForceCategorical": True,
        "metrics": metrics,
        "groupby": [],
        "adhoc_filters": [where(*one) for one in chart.get("where", [])],
        "x_axis_sort": f"{said}__yhat",
        "x_axis_sort_asc": True,
        "row_limit": MOST_ROWS,
        "y_axis_format": ",.0f",
        "y_axis_bounds": [0, 100],
        "truncateYAxis": True,
        "markerEnabled": True,
        "markerSize": 5,
        "rich_tooltip": True,
        "show_legend": True,
        "legendOrientation": "top",
        "xAxisLabelRotation": 45,
        "truncate_metric": True,
        "opacity": 0.2,
        "seriesType": "line",
    }


def _count_bars(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Metrics of a dataset as bars over one column, divided by another where one is named."""
    return {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": chart["columns"][0],
        "xAxisForceCategorical": chart.get("categorical", True),
        "metrics": list(chart["metrics"]),
        "groupby": list(chart["columns"][1:]),
        "adhoc_filters": [where(*one) for one in chart.get("where", [])],
        "row_limit": chart.get("most", MOST_ROWS),
        "orientation": chart.get("orientation", "vertical"),
        "stack": "Stack" if len(chart["columns"]) > 1 else None,
        "time_grain_sqla": None if chart.get("categorical", True) else "P1M",
        "x_axis_time_format": "%Y-%m",
        "y_axis_format": ",.0f",
        "show_value": False,
        "show_legend": len(chart["columns"]) > 1,
        "rich_tooltip": True,
        "truncate_metric": True,
        "order_desc": True,
    }


def _heat(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """One measure over periods and classes: the darker, the more."""
    return {
        "viz_type": "heatmap_v2",
        "x_axis": "period_name",
        "groupby": "category",
        "metric": "figure",
        "adhoc_filters": [
            *_figures(chart, chart.get("grain", "month")),
            where("is_recent", "==", True),
        ],
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "value_asc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "oranges",
        "row_limit": 10000,
        "left_margin": "auto",
        "bottom_margin": "auto",
        "show_legend": True,
        "show_values": False,
        "show_percentage": False,
        "value_bounds": [None, None],
        "y_axis_format": ",.0f",
        "xscale_interval": -1,
        "yscale_interval": -1,
    }


def _map(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """The parts of the chosen place as areas, the darker the more; drawn without any map server."""
    [name] = chart["measures"]
    return {
        "viz_type": "deck_polygon",
        "line_column": "area",
        "line_type": "json",
        "reverse_long_lat": False,
        "metric": _of_measure(name, language, measures),
        "dimension": "part",
        "adhoc_filters": _figures(chart, chart.get("grain", "month")),
        "filter_nulls": True,
        "row_limit": 5000,
        "mapbox_style": "",
        "viewport": {"longitude": 0, "latitude": 0, "zoom": 9, "bearing": 0, "pitch": 0},
        "autozoom": True,
        "linear_color_scheme": "oranges",
        "num_buckets": "5",
        "color_scheme_type": "linear_palette",
        "fill_color_picker": {"r": 230, "g": 159, "b": 0, "a": 1},
        "stroke_color_picker": {"r": 60, "g": 60, "b": 60, "a": 1},
        "filled": True,
        "stroked": True,
        "extruded": False,
        "multiplier": 1,
        "line_width": 1,
        "line_width_unit": "pixels",
        "opacity": 80,
        "legend_position": "br",
        "legend_format": measures.format_of(name),
        "table_filter": False,
        "toggle_polygons": True,
        "js_columns": ["part"],
    }


KINDS: dict[str, Callable[[Mapping[str, Any], str, Measures], Form]] = {
    "cards": _cards,
    "trend": _trend,
    "bars": _bars,
    "by_place": _by_place,
    "table": _table,
    "totals": _totals,
    "ribbon": _ribbon,
    "count_bars": _count_bars,
    "heat": _heat,
    "map": _map,
}


def where(column: str, operator: str, value: Any) -> dict[str, Any]:
    """A condition on a column: ``==``, ``!=``, ``IN``, ``>`` and the like."""
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": operator,
        "comparator": value,
        "isExtra": False,
        "isNew": False,
    }


def _figures(chart: Mapping[str, Any], grain: str, any_slice: bool = False) -> list[dict[str, Any]]:
    """The conditions that leave the figures of a declared chart."""
    conditions = [where("report", "==", chart["report"])]
    if chart.get("measures"):
        conditions.append(where("metric", "IN", list(chart["measures"])))
    conditions.append(where("grain", "==", grain))
    if grain not in ("all",):
        conditions.append(where("is_whole", "==", True))
    if not any_slice:
        conditions.append(where("slice_by", "==", ",".join(sorted(chart.get("by", [])))))
    for column, operator, value in chart.get("where", []):
        conditions.append(where(column, operator, value))
    return conditions


def _of_measure(
    name: str, language: str, measures: Measures, column: str = "value"
) -> dict[str, Any]:
    """A metric that gives one measure's figure, and nothing where there are several."""
    only = f"filter (where metric = '{name}')"
    return {
        "expressionType": "SQL",
        "sqlExpression": f"case when count(*) {only} = 1 then max({column}) {only} end",
        "label": measures.said[name, language],
        "hasCustomLabel": True,
        "optionName": f"metric_{name}",
    }


def _page_length(chart: Mapping[str, Any]) -> int:
    """As many rows as fit between the heading and the numbers of pages."""
    return max(5, (int(chart.get("height", 400)) - TABLE_AROUND) // TABLE_ROW)


TABLE_AROUND, TABLE_ROW = 190, 30
"""Pixels: what stands about a table's rows, and a row."""


def _whole(names: Sequence[str], measures: Measures) -> bool:
    return all(measures.decimals[name] == 0 for name in names)
