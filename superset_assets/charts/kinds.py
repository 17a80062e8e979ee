"""Each kind of chart as Superset's form of it.

A declaration states ``kind``, ``title``, what it shows (``report`` and ``measures``, divided ``by``
dimensions, or a ``dataset`` with ``columns``), and ``width`` of twelve. Belongs here: which kinds
there are. Does not belong here: their forms (``graphs``, ``maps``, ``tables``), files and
identifiers (``bundle``), where charts stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from civic.errors import CivicError
from superset_assets.charts import graphs, maps, tables
from superset_assets.charts.measures import Form, Measures

COLOURS = "civic"

KINDS: dict[str, Callable[[Mapping[str, Any], str, Measures], Form]] = {
    "cards": tables.cards,
    "trend": graphs.trend,
    "outlook": graphs.outlook,
    "bars": graphs.bars,
    "by_place": tables.by_place,
    "table": tables.table,
    "totals": tables.totals,
    "ribbon": graphs.ribbon,
    "funnel_plot": graphs.funnel_plot,
    "count_bars": graphs.count_bars,
    "heat": graphs.heat,
    "hours": graphs.hours,
    "funnel": graphs.funnel,
    "graph": graphs.graph,
    "map": maps.areas,
}


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
