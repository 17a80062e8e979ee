"""Run checks over the cells of a publication; every finding names the cells that it is about.

Belongs here: choosing cells and putting findings together. Does not belong here: scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from analytics.checks.declarations import Check, OutlierCheck, ValidationRule
from analytics.checks.scores import scores
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.series import Series, series_of

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
        for series in series_of(cells, catalog.metric(name), check.grain, check.levels, until):
            found += _of_place(check, series)
    made = _findings(pl.DataFrame(found, schema=FINDINGS))
    return made.sort(pl.col("score").abs(), *_AT, descending=[True, *(False for _ in _AT)])


def _of_place(check: OutlierCheck, series: Series) -> Iterator[dict[str, Any]]:
    there = np.flatnonzero(~np.isnan(series.values))
    if len(there) <= check.periods:
        return
    judged = scores(series.values[there].tolist(), check.method)
    for at, (score, expected) in zip(there, judged, strict=True):
        if abs(score) > check.threshold:
            yield {
                "check": check.name,
                "metric": series.metric,
                "level": series.level,
                "place_code": series.place_code,
                "grain": check.grain,
                "period": series.periods[at],
                "slices": series.slices,
                "value": series.values[at],
                "expected": expected,
                "score": score,
                "cell_id": series.cell_ids[at],
                "other_cell_id": None,
            }


def _findings(frame: pl.DataFrame, **stated: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(**stated).select(FINDINGS.names()).cast(FINDINGS)
