"""How sure a figure is, and how much of a change chance alone would make.

Belongs here: which measures are of things that happen, and a survey's margins. Does not belong
here: the interval of a survey's mean (``analytics.reports.intervals``).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from scipy.stats import t

from analytics.reports.declarations import Report
from analytics.reports.intervals import CONFIDENCE, Interval
from analytics.reports.semantic_manifest import Catalog

HAPPENING = ("event", "sentiment")
"""Facts whose rows come as they may: matters, calls, answers. What is planned has no chance."""
CHANCES = {"metric": pl.String, "chance": pl.String}
_AT = ("level", "place_code", "grain", "period", "slices")


def chances(catalog: Catalog, metrics: Iterable[str]) -> pl.DataFrame:
    """For each metric how chance moves it (``CHANCES``): 'count', 'share', or null: not known."""
    found = [(name, _chance(catalog, name)) for name in metrics]
    return pl.DataFrame(found, CHANCES, orient="row")


def _chance(catalog: Catalog, name: str) -> str | None:
    metric = catalog.metric(name)
    if metric.fact.name not in HAPPENING:
        return None
    if metric.is_ratio:
        return "share" if metric.unit.en in ("", "ratio") else None
    # Visits and entries of logs are there to become many: they are work, and planned.
    is_work = metric.fact.name == "sentiment" and metric.direction == "up"
    return "count" if metric.is_additive and metric.decimals == 0 and not is_work else None


def margins(cells: pl.DataFrame, reports: Iterable[Report]) -> pl.DataFrame:
    """Half the 95 % interval of each published mean of a survey: ``metric``, where and when, and
    ``margin``."""
    found = [
        _margins(cells, interval)
        for interval in {
            table.interval for report in reports for table in report.tables if table.interval
        }
    ]
    empty = pl.DataFrame(
        schema={"metric": pl.String, **dict.fromkeys(_AT, pl.String), "margin": pl.Float64}
    )
    return pl.concat([empty, *found]).unique(["metric", *_AT], keep="first")


def _margins(cells: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    """As ``Interval.around`` has it for one line, for all at once."""
    sums = {
        "weight": interval.weight,
        "squared": interval.weight_squared,
        "score": interval.weighted_score,
        "square": interval.weighted_square,
    }
    wide = cells.filter(metric=interval.weight).select(_AT).unique()
    for name, metric in sums.items():
        own = cells.filter(metric=metric).select(*_AT, pl.col("value").alias(name))
        wide = wide.join(own.unique(_AT, keep="first"), on=_AT)
    answers = pl.col("weight") ** 2 / pl.col("squared")
    mean = pl.col("score") / pl.col("weight")
    made = (
        wide.filter(pl.col("weight") > 0, pl.col("squared") > 0)
        .with_columns(answers=answers, variance=pl.col("square") / pl.col("weight") - mean**2)
        .filter(pl.col("answers") > 1)
    )
    free = made["answers"].to_numpy() - 1
    quantile = t.ppf((1 + CONFIDENCE) / 2, free)
    half = quantile * np.sqrt(np.maximum(made["variance"].to_numpy(), 0.0) / free)
    return made.select(pl.lit(interval.mean).alias("metric"), *_AT).with_columns(
        margin=pl.Series(half)
    )
