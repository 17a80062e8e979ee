"""Maps: areas on a plain ground, drawn without any map server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superset_assets.charts.measures import Form, Measures, figure_of, figures_of, of_one, where


def areas(chart: Mapping[str, Any], language: str, measures: Measures) -> Form:
    """The parts of the chosen place as areas, the darker the more; drawn without any map server."""
    if shown := chart.get("shows"):
        [metric] = of_one({shown[language]: shown["column"]})
        conditions = [where(*one) for one in chart.get("where", [])]
        written = ",.1~f"
    else:
        [name] = chart["measures"]
        metric = figure_of(name, language, measures)
        conditions = figures_of(chart, chart.get("grain", "month"))
        written = ",.0%" if name in measures.shares else ",.1~f"
    dimension = chart.get("dimension", "part")
    return {
        "viz_type": "deck_polygon",
        "line_column": chart.get("area", "area"),
        "line_type": "json",
        "reverse_long_lat": False,
        "metric": metric,
        "dimension": dimension,
        "adhoc_filters": conditions,
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
        "legend_format": written,
        "table_filter": False,
        "toggle_polygons": True,
        "js_columns": [dimension],
    }
