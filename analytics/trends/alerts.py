"""Alerts: weeks in which more came in than was to be expected, each with its reason and its cell.

Belongs here: which series are watched (``alerts.yml``), judging them. Does not belong here: the
methods (``surveillance``), finding a series (``series``), what explains one (``contributions``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from analytics.intervals import count_interval
from analytics.one_thread import one_thread
from analytics.reports.coordinates import LEVELS
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.series import Series, series_of
from analytics.trends.surveillance import ensemble
from civic.errors import CivicError

PATH = Path(__file__).parent / "alerts.yml"
ALERTS = pl.Schema(
    {
        "metric": pl.String(),
        "level": pl.String(),
        "place_code": pl.String(),
        "slices": pl.String(),
        "period": pl.String(),
        "since": pl.String(),
        "value": pl.Float64(),
        "expected": pl.Float64(),
        "limit": pl.Float64(),
        "ratio": pl.Float64(),
        "ratio_low": pl.Float64(),
        "ratio_high": pl.Float64(),
        "methods": pl.List(pl.String()),
        "cell_id": pl.String(),
    }
)
"""An alert. ``since``: the first week of the rise. ``expected`` and ``limit``: what was to be
expected, and the most that would be no alert of a week by itself. ``ratio``: of what came since the
rise began to what was expected, with its 95 % interval (of the count). ``methods``: those that
saw it."""


@dataclass(frozen=True)
class Watch:
    """A count that is watched at these levels; ``by``: the slices that are series of their own."""

    metric: str
    levels: tuple[str, ...]
    by: tuple[str, ...]


@dataclass(frozen=True)
class Watching:
    """What is declared. ``at_most``: alerts to show of one week; ``rule``: of ``ensemble.RULES``.

    ``false_alarms``: of a series in a week, measured (``benchmarks/alert_rules.py``).
    ``judged_weeks``: the last weeks, which are judged by all before them. ``least_cases``: a rise
    to fewer than these is none to send anybody out for.
    """

    rule: str
    false_alarms: float
    judged_weeks: int
    at_most: int
    least_cases: int
    watches: tuple[Watch, ...]


def load_watching(path: Path = PATH) -> Watching:
    """What is watched. Raises CivicError naming the file and the fault."""
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        watches = tuple(_watch(entry) for entry in stated.pop("watches"))
        made = Watching(watches=watches, **stated)
        if made.rule not in ensemble.RULES:
            raise ValueError(f"no rule {made.rule!r}; there are {', '.join(ensemble.RULES)}")
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CivicError(f"{path}: {error}") from error
    return made


def alerts(
    cells: pl.DataFrame, catalog: Catalog, watching: Watching, until: date | None = None
) -> tuple[pl.DataFrame, int]:
    """All alerts of the judged weeks (columns ``ALERTS``), and how many series were watched.

    The newest week comes first, in it the strongest.

    ``cells``: those of a publication; ``until``: the last day of which there are data. Raises
    CivicError for a metric that is not declared or that is no count.
    """
    found: list[dict[str, Any]] = []
    watched = 0
    for watch in watching.watches:
        metric = catalog.metric(watch.metric)
        if not (metric.is_additive and metric.adds_over_time):
            raise CivicError(f"{metric.name} is no count over time; alerts are made on counts.")
        with one_thread():
            for series in series_of(cells, metric, "week", watch.levels, until, watch.by):
                found += _of_series(series, watching)
                watched += 1
    made = pl.DataFrame(found, schema=ALERTS).sort(
        "period", "ratio_low", "place_code", "slices", descending=[True, True, False, False]
    )
    return made, watched


def _watch(entry: Mapping[str, Any]) -> Watch:
    watch = Watch(str(entry["metric"]), tuple(entry["levels"]), tuple(entry["by"]))
    if not set(watch.levels) <= set(LEVELS):
        raise ValueError(f"levels are some of {', '.join(LEVELS)}")
    return watch


def _of_series(series: Series, watching: Watching) -> Iterator[dict[str, Any]]:
    first = max(len(series.values) - watching.judged_weeks, 0)
    at = range(first, len(series.values))
    whole, said = ensemble.votes_where_needed(series.values, series.first_days, at)
    glr = said["glr"]
    if not len(glr.at):
        return
    for found in np.flatnonzero(ensemble.RULES[watching.rule](said)):
        now, since = int(glr.at[found]), int(glr.since[found])
        came = series.values[since : now + 1].sum()
        if came < watching.least_cases:
            continue
        expected = whole.expected[since - first : now - first + 1].sum()
        low, high = count_interval(came)
        yield {
            "metric": series.metric,
            "level": series.level,
            "place_code": series.place_code,
            "slices": series.slices,
            "period": series.periods[now],
            "since": series.periods[since],
            "value": series.values[now],
            "expected": glr.expected[found],
            "limit": glr.upper[found],
            "ratio": came / expected,
            "ratio_low": float(low) / expected,
            "ratio_high": float(high) / expected,
            "methods": [name for name, one in said.items() if one.alarms[found]],
            "cell_id": series.cell_ids[now],
        }
