"""Measures as charts name and write them, and the conditions that leave their figures.

Belongs here: what every kind of chart needs. Does not belong here: a kind of chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Form = dict[str, Any]
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


def figures_of(
    chart: Mapping[str, Any], grain: str, any_slice: bool = False
) -> list[dict[str, Any]]:
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


def figure_of(
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


def of_one(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Of each column, under its label, the value of the one row that there is."""
    return [
        {
            "expressionType": "SQL",
            "sqlExpression": f"case when count(*) = 1 then max({column}) end",
            "label": label,
            "hasCustomLabel": True,
            "optionName": f"metric_{column}",
        }
        for label, column in labels.items()
    ]
