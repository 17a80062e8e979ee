"""Why rows do not count in a metric, as ``reasons.yml`` states it.

Belongs here: reasons and their words. Does not belong here: the metric's own condition, which
stands in dbt's semantic layer and decides; a reason only explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analytics.reports.figures import row_figure
from analytics.reports.metrics import Label, Metric
from analytics.reports.rows import latest_keys

FILE = Path(__file__).parent / "reasons.yml"
OTHER_DATE = Label("属于名册的其他日期", "of another date of the register")
NO_VALUE = Label("没有数值", "has no value")
NOT_MET = Label("不符合指标条件", "does not meet the metric's condition")


@dataclass(frozen=True)
class Reason:
    """A condition on the fact, as SQL, and what to say where it is the reason."""

    sql: str
    label: Label


def reasons_of(metric: Metric, file: Path = FILE) -> tuple[Reason, ...]:
    """The stated reasons of a metric, in order.

    Those that name a dimension which the fact does not have are passed over: a publication is
    traced by the catalog it was made with, which may be older than the reasons.
    """
    columns = {d.name: f"({d.expression})" for d in metric.fact.dimensions.values()}
    made = []
    for stated in _stated(file).get(metric.name, []):
        try:
            sql = stated["when"].format(**columns)
        except KeyError:
            continue
        made.append(Reason(sql, Label(stated["zh"], stated["en"])))
    return tuple(made)


def reason_labels(metric: Metric) -> list[Label]:
    """The words by the number that ``reason_sql`` gives."""
    return [OTHER_DATE, *(r.label for r in reasons_of(metric)), NO_VALUE, NOT_MET]


def reason_sql(metric: Metric, grain: str) -> str:
    """SQL over the fact: the number of the reason why a row does not count; null where it does."""
    reasons = reasons_of(metric)
    figures = " or ".join(f"({row_figure(a)}) is not null" for a in metric.aggregates)
    latest = latest_keys(metric, grain)
    here = f"{metric.fact.key} in ({latest})" if latest else "true"
    stated = " ".join(f"when {r.sql} then {n}" for n, r in enumerate(reasons, start=1))
    empty = " and ".join(f"({a.expression}) is null" for a in metric.aggregates)
    return (
        f"case when ({figures}) and {here} then null when not {here} then 0 {stated} "
        f"when {empty} then {len(reasons) + 1} else {len(reasons) + 2} end"
    )


@cache
def _stated(file: Path) -> dict[str, Any]:
    stated: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return stated
