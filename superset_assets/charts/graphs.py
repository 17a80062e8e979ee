"""Kinds of charts that are drawn: lines, bars, bands, heat maps, graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from superset_assets.charts.measures import MOST_ROWS, Form, Measures, figures_of, of_one, where

KEY_VALUE_PERCENT = 5
"""Superset's number for labels of a funnel with name, value and share of the first."""


def trend(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
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
            *figures_of(chart, chart.get("grain", "month")),
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


def outlook(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """What came week by week, which weeks were unusual, and what may come with its interval."""
    came, unusual, may = {
        "zh": ("实际", "异常增多", "预测"),
        "en": ("Came", "Unusual", "Forecast"),
    }[language]
    lines = {came: "came", unusual: "unusual"}
    band = {f"{may}__yhat": "forecast", f"{may}__yhat_lower": "low", f"{may}__yhat_upper": "high"}
    return {
        "viz_type": "echarts_timeseries_line",
        "x_axis": "period_start",
        "time_grain_sqla": None,
        "metrics": of_one({**lines, **band}),
        "groupby": [],
        "adhoc_filters": [where(*one) for one in chart.get("where", [])],
        "row_limit": MOST_ROWS,
        "truncate_metric": True,
        "x_axis_time_format": "%Y-%m-%d",
        "y_axis_format": ",.0f",
        "tooltipTimeFormat": "%Y-%m-%d",
        "rich_tooltip": True,
        "markerEnabled": True,
        "markerSize": 5,
        "show_legend": True,
        "legendOrientation": "top",
        "truncateYAxis": False,
        "y_axis_bounds": [0, None],
        "zoomable": False,
        "seriesType": "line",
        "opacity": 0.2,
    }


def bars(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
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
            *figures_of(chart, chart.get("grain", "month")),
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


def ribbon(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """A score for each subject within the band of its interval, lowest first.

    The endings of the labels are those by which Superset draws a band about a line.
    """
    low, middle, high = chart["metrics"]
    said = chart["said"][language]
    bands = {f"{said}__yhat": middle, f"{said}__yhat_lower": low, f"{said}__yhat_upper": high}
    return {
        "viz_type": "echarts_timeseries_line",
        "x_axis": chart["columns"][0],
        "xAxisForceCategorical": True,
        "metrics": of_one(bands),
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


def funnel_plot(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """How far each subject lies from what was expected, over how surely that is known; between the
    two lines lie those who differ no more than chance would have it."""
    low, middle, high = chart["metrics"]
    own = [where(*one) for one in chart.get("where", [])]
    points = {chart["said"][language]: middle}
    limits = {chart["limits"][language][0]: low, chart["limits"][language][1]: high}
    return {
        "viz_type": "mixed_timeseries",
        "x_axis": chart["columns"][0],
        "time_grain_sqla": None,
        "metrics": of_one(points),
        "groupby": [],
        "adhoc_filters": own,
        "row_limit": MOST_ROWS,
        "metrics_b": of_one(limits),
        "groupby_b": [],
        "adhoc_filters_b": own,
        "row_limit_b": MOST_ROWS,
        "seriesType": "scatter",
        "markerEnabled": True,
        "markerSize": 7,
        "seriesTypeB": "line",
        "markerEnabledB": False,
        "x_axis_title": chart["x_title"][language],
        "x_axis_title_margin": 30,
        "x_axis_number_format": ",.0f",
        "y_axis_format": "+.2~f",
        "truncateYAxis": False,
        "show_legend": True,
        "legendOrientation": "top",
        "rich_tooltip": True,
        "truncate_metric": True,
        "truncate_metric_b": True,
    }


def count_bars(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
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


def heat(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """One measure over periods and classes: the darker, the more."""
    return {
        "viz_type": "heatmap_v2",
        "x_axis": "period_name",
        "groupby": "category",
        "metric": "figure",
        "adhoc_filters": [
            *figures_of(chart, chart.get("grain", "month")),
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


def hours(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """One measure over two classes, the first across, the second upwards: the darker, the more."""
    return {
        **heat(chart, language, measures),
        "x_axis": "category",
        "groupby": "second",
        "adhoc_filters": [
            *figures_of(chart, chart.get("grain", "all")),
            where("value", ">", 0),
        ],
        "sort_y_axis": "alpha_desc",
    }


def funnel(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Measures of which each is a part of the one before, the widest first."""
    return {
        "viz_type": "funnel",
        "groupby": ["measure"],
        "metric": "figure",
        "adhoc_filters": figures_of(chart, chart.get("grain", "month")),
        "row_limit": 20,
        "sort_by_metric": True,
        "percent_calculation_type": "first_step",
        "number_format": ",.0f",
        "label_type": KEY_VALUE_PERCENT,
        "tooltip_label_type": KEY_VALUE_PERCENT,
        "show_labels": True,
        "show_tooltip_labels": True,
        "show_legend": False,
        "legendOrientation": "top",
    }


def graph(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """What hangs together: one measure as lines between the values of two columns, its ``ends``."""
    source, target = chart["ends"]
    return {
        "viz_type": "graph_chart",
        "source": source,
        "target": target,
        "metric": "figure",
        "adhoc_filters": [
            *figures_of(chart, chart.get("grain", "month")),
            where("value", ">", 0),
        ],
        "row_limit": chart.get("most", 24),
        "sort_by_metric": True,
        "layout": "force",
        "roam": True,
        "draggable": False,
        "selectedMode": "single",
        "edgeSymbol": "none,none",
        "showSymbolThreshold": 0,
        "baseNodeSize": 12,
        "baseEdgeWidth": 2,
        "edgeLength": 160,
        "gravity": 0.4,
        "repulsion": 800,
        "friction": 0.3,
        "show_legend": False,
        "legendOrientation": "top",
    }


def _whole(names: Sequence[str], measures: Measures) -> bool:
    return all(measures.decimals[name] == 0 for name in names)
