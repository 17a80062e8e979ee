"""Kinds of charts that are tables: cards, the parts of a place, rows as they are, totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superset_assets.charts.measures import MOST_ROWS, Form, Measures, figure_of, figures_of, where

TABLE_AROUND, TABLE_ROW = 190, 30
"""Pixels: what stands about a table's rows, and a row."""


def cards(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Each measure with its value, the change against the period before and its sources.

    A table of one row, whose cells are drawn by the view: Superset's own pages of HTML (Handlebars)
    need a policy of contents that lets scripts be made of texts, which is not to be had here.
    """
    columns = [figure_of(name, language, measures, "card") for name in chart["measures"]]
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": [],
        "metrics": columns,
        "adhoc_filters": figures_of(chart, chart.get("grain", "month")),
        "row_limit": 10,
        "include_search": False,
        "page_length": 0,
        "show_cell_bars": False,
        "allow_render_html": True,
        "column_config": {column["label"]: {"horizontalAlign": "left"} for column in columns},
    }


def by_place(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """The parts of the chosen place, a column for each measure; a click on a part opens it."""
    names = chart["measures"]
    columns = [figure_of(name, language, measures) for name in names]
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": ["part_link"],
        "metrics": columns,
        "adhoc_filters": figures_of(chart, chart.get("grain", "month")),
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


def table(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """Rows of a dataset as they are."""
    order = chart.get("order", [])
    if chart.get("report"):
        filters = figures_of(chart, chart.get("grain", "month"), any_slice=True)
    else:
        filters = [where(*one) for one in chart.get("where", [])]
    return {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": list(chart["columns"]),
        "order_by_cols": [f'["{name}", {str(up).lower()}]' for name, up in order],
        "adhoc_filters": filters,
        "row_limit": chart.get("most", MOST_ROWS),
        "include_search": chart.get("searchable", True),
        "page_length": _page_length(chart),
        "show_cell_bars": False,
        "table_timestamp_format": "%Y-%m-%d",
        "column_config": {
            name: {"d3NumberFormat": chart.get("format", {}).get(name, ",.7~g")}
            for name in chart["columns"]
        },
    }


def totals(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
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


def _page_length(chart: Mapping[str, Any]) -> int:
    """As many rows as fit between the heading and the numbers of pages."""
    return max(
        5, (int(chart.get("height", 400)) - TABLE_AROUND) // chart.get("row_height", TABLE_ROW)
    )
