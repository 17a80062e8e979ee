"""Run checks over the cells of a publication; every finding names the cells that it is about.

Belongs here: choosing cells and putting findings together. Does not belong here: scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.checks.declarations import Check, OutlierCheck, ValidationRule
from analytics.checks.scores import scores
from analytics.reports.metrics import Metric
from analytics.reports.periods import UNDATED, between, bounds
from analytics.reports.semantic_manifest import Catalog

_AT = ("level", "place_code", "grain", "period", "slices")
FINDINGS = pl.Schema(
    {
        "check": pl.String,
        "metric": pl.String,
        **dict.fromkeys(_AT, pl.String),
        "value": pl.Float64,
        "expected": pl.Float64,
        "score": pl.Float64,
        "cell_id": pl.String,
        "other_cell_id": pl.String,
    }
)
"""A finding. ``expected``: of a rule the right side; of an outlier the middle of the other periods.
``score``: of outliers only. ``cell_id``: the figure to trace; ``other_cell_id``: the right side."""


def run_checks(
    checks: Iterable[Check], cells: pl.DataFrame, catalog: Catalog, until: date | None = None
) -> pl.DataFrame:
    """The findings (columns ``FINDINGS``) of the checks, the furthest off first in each.

    ``cells``: those of a publication. ``until``: the last day of which there are data; a period
    that had not ended then is no outlier. Raises CivicError for a metric that is not declared.
    """
    found = [pl.DataFrame(schema=FINDINGS)]
    for check in checks:
        if isinstance(check, ValidationRule):
            found.append(_broken(check, cells))
        else:
            found.append(_outliers(check, cells, catalog, until))
    return pl.concat(found)


def _broken(rule: ValidationRule, cells: pl.DataFrame) -> pl.DataFrame:
    at = ["report", *_AT]
    left = cells.filter(metric=rule.left).select(*at, "value", "cell_id")
    right = cells.filter(metric=rule.right).select(*at, expected="value", other_cell_id="cell_id")
    holds = {
        "<=": pl.col("value") <= pl.col("expected"),
        "<": pl.col("value") < pl.col("expected"),
        "==": pl.col("value") == pl.col("expected"),
        ">=": pl.col("value") >= pl.col("expected"),
        ">": pl.col("value") > pl.col("expected"),
    }[rule.operator]
    return _findings(
        left.join(right, on=at)
        .filter(~holds)
        .unique(_AT, keep="first", maintain_order=True)
        .sort(*_AT),
        check=pl.lit(rule.name),
        metric=pl.lit(rule.left),
        score=pl.lit(None),
    )


def _outliers(
    check: OutlierCheck, cells: pl.DataFrame, catalog: Catalog, until: date | None
) -> pl.DataFrame:
    found: list[dict[str, Any]] = []
    for name in check.metrics:
        ours = cells.filter(
            pl.col("level").is_in(check.levels),
            pl.col("period") != UNDATED,
            metric=name,
            grain=check.grain,
            slices="",
        ).unique(_AT, keep="first", maintain_order=True)
        periods = _whole_periods(ours["period"].unique().to_list(), until)
        for (place,), own in ours.sort("period").group_by("place_code", maintain_order=True):
            found += _of_place(check, catalog.metric(name), own, periods, str(place))
    made = _findings(pl.DataFrame(found, schema=FINDINGS))
    return made.sort(pl.col("score").abs(), *_AT, descending=[True, *(False for _ in _AT)])


def _of_place(
    check: OutlierCheck, metric: Metric, own: pl.DataFrame, periods: list[str], place: str
) -> Iterator[dict[str, Any]]:
    """A count that has no cell was 0, from the first period in which the place had one."""
    by_period = {cell["period"]: cell for cell in own.iter_rows(named=True)}
    since = [p for p in periods if p >= own.item(0, "period")]
    if not metric.is_additive:
        since = [p for p in since if p in by_period and by_period[p]["value"] is not None]
    values = [by_period[p]["value"] if p in by_period else 0.0 for p in since]
    if len(values) <= check.periods:
        return
    for period, value, (score, expected) in zip(
        since, values, scores(values, check.method), strict=True
    ):
        if abs(score) > check.threshold:
            cell = by_period.get(period)
            yield {
                "check": check.name,
                "metric": metric.name,
                "level": own.item(0, "level"),
                "place_code": place,
                "grain": check.grain,
                "period": period,
                "slices": "",
                "value": value,
                "expected": expected,
                "score": score,
                "cell_id": cell["cell_id"] if cell else None,
                "other_cell_id": None,
            }


def _whole_periods(found: list[str], until: date | None) -> list[str]:
    """All periods from the first to the last of those found that had ended, none left out."""
    ended = [p for p in found if until is None or bounds(p)[1] - timedelta(days=1) <= until]
    return between(min(ended), max(ended)) if ended else []


def _findings(frame: pl.DataFrame, **stated: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(**stated).select(FINDINGS.names()).cast(FINDINGS)
