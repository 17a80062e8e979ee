"""What one row of a fact puts into a metric, and what a group of rows makes of it.

Belongs here: the meaning of an aggregation. Does not belong here: which rows stand in which group
(``compilation``). Both readings of a metric, cells and atoms, use the same row's figure:

=============== ============================== ===========================================
aggregation     a row's figure                 the cell
=============== ============================== ===========================================
count           1                              their number
sum_boolean     1 where true                   their number
sum             the number, to 6 decimals      their sum (exact decimals: the same in any order)
average         the number, to 6 decimals      their sum / their number
ratio           of numerator and denominator   sum / sum
count_distinct  the value                      number of different values
median, ...     the value                      the aggregate of the values
=============== ============================== ===========================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics.reports.coordinates import quoted
from analytics.reports.metrics import Aggregate, Filter, Metric

RANKED = frozenset({"median", "percentile", "min", "max"})
NUMBER = "cast({} as double)"


def figure_names(metrics: Sequence[Metric]) -> dict[Aggregate, str]:
    """A column name for every aggregate of the metrics; shared aggregates share a column."""
    aggregates = dict.fromkeys(a for m in metrics for a in m.aggregates)
    return {aggregate: f"figure_{number}" for number, aggregate in enumerate(aggregates)}


def row_figure(aggregate: Aggregate) -> str:
    """SQL: what a row puts into the aggregate; null where it does not count."""
    condition = condition_of(aggregate.filters)
    expression = f"({aggregate.expression})"
    match aggregate.function:
        case "count":
            return f"case when {condition} and {expression} is not null then 1 end"
        case "sum_boolean":
            return f"case when {condition} and {expression} then 1 end"
        case "sum" | "average":
            value = f"cast({expression} as decimal(38, 6))"
        case "median" | "percentile":
            value = NUMBER.format(expression)
        case _:
            value = expression
    return f"case when {condition} then {value} end"


def condition_of(filters: Iterable[Filter]) -> str:
    """SQL: every filter holds."""
    return " and ".join(f"({f.sql})" for f in filters) or "true"


def counts(metric: Metric) -> str:
    """SQL: the row counts in the metric (for a ratio: in its numerator or its denominator)."""
    names = figure_names((metric,))
    return _any_known(metric, names)


def group_columns(metrics: Sequence[Metric]) -> dict[str, str]:
    """Column name -> SQL aggregate over the rows of a group, each computed once.

    ``<figure>_rows`` and ``<figure>_sources``: fact rows and source rows that count;
    ``<figure>_total``: the aggregate, where it is not just their number. Ratios have ``_rows`` and
    ``_sources`` of their own.
    """
    names = figure_names(metrics)
    made: dict[str, str] = {}
    for aggregate, name in names.items():
        made[f"{name}_rows"] = f"count({name})"
        made[f"{name}_sources"] = f"sum(source_rows) filter (where {name} is not null)"
        if total := _total(aggregate, name):
            made[f"{name}_total"] = total
    for metric in metrics:
        if len(metric.aggregates) == 2:
            either = f"filter (where {_any_known(metric, names)})"
            made[f"{metric.name}_rows"] = f"count(*) {either}"
            made[f"{metric.name}_sources"] = f"sum(source_rows) {either}"
    return made


def cell_figures(metric: Metric, names: dict[Aggregate, str]) -> str:
    """SQL: a struct of a metric's name and figures, over the columns of ``group_columns``."""
    first, name = metric.aggregates[0], names[metric.aggregates[0]]
    numerator = denominator = "null"
    rows = name
    if len(metric.aggregates) == 2:
        second = metric.aggregates[1]
        numerator, denominator = _amount(first, name), _amount(second, names[second])
        rows = metric.name
    elif first.function == "average":
        numerator, denominator = f"{name}_total", f"{name}_rows"
    if metric.is_ratio:
        value = f"{NUMBER.format(numerator)} / nullif({NUMBER.format(denominator)}, 0)"
    else:
        value = _amount(first, name)
    parts = {
        "metric": quoted(metric.name),
        "value": NUMBER.format(value),
        "numerator": NUMBER.format(numerator),
        "denominator": NUMBER.format(denominator),
        "fact_rows": f"{rows}_rows",
        "source_rows": f"cast(coalesce({rows}_sources, 0) as bigint)",
    }
    return "{" + ", ".join(f"'{key}': {sql}" for key, sql in parts.items()) + "}"


def atom_figures(metric: Metric, apart: str | None = None) -> str:
    """SQL: a counting row's ``contribution, numerator, denominator, ranked_value`` (doubles).

    The sum of the contributions is the cell; for a ratio the sum of the numerators over that of
    the denominators; for a ranked metric the aggregate of the ranked values. Of rows with one
    value the first in order of the key contributes to a number of different values; ``apart``: a
    column that tells the rows of one cell from those of another, where there are several.
    """
    names = list(figure_names((metric,)).values())
    made = dict.fromkeys(("contribution", "numerator", "denominator", "ranked_value"), "null")
    match metric.aggregates[0].function:
        case _ if len(metric.aggregates) == 2:
            made["numerator"] = f"coalesce({names[0]}, 0)"
            made["denominator"] = f"coalesce({names[-1]}, 0)"
        case "average":
            made["numerator"], made["denominator"] = names[0], "1"
        case "count_distinct":
            same = ", ".join(filter(None, (apart, names[0])))
            first = f"row_number() over (partition by {same} order by fact_key) = 1"
            made["contribution"] = f"case when {first} then 1 else 0 end"
        case function if function in RANKED:
            made["ranked_value"] = names[0]
        case _:
            made["contribution"] = names[0]
    return ", ".join(f"{NUMBER.format(sql)} as {name}" for name, sql in made.items())


def _total(aggregate: Aggregate, name: str) -> str | None:
    match aggregate.function:
        case "count" | "sum_boolean":
            return None
        case "sum" | "average":
            return f"sum({name})"
        case "count_distinct":
            return f"count(distinct {name})"
        case "percentile":
            kind = "disc" if aggregate.discrete else "cont"
            return f"quantile_{kind}({name}, {aggregate.percentile})"
        case function:
            return f"{function}({name})"


def _amount(aggregate: Aggregate, name: str) -> str:
    """The aggregate's number of a group: nothing counts as 0, but nothing has no median."""
    match aggregate.function:
        case "count" | "sum_boolean":
            return f"{name}_rows"
        case "sum":
            return f"coalesce({name}_total, 0)"
        case _:
            return f"{name}_total"


def _any_known(metric: Metric, names: dict[Aggregate, str]) -> str:
    columns = dict.fromkeys(names[a] for a in metric.aggregates)
    return "(" + " or ".join(f"{c} is not null" for c in columns) + ")"
