"""What changed against an earlier period: two published cells side by side, each to be traced.

Belongs here: which cell is the earlier one, and the difference. Does not belong here: computing
cells, explaining changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

from analytics.reports.arrangement import Arranged, Line, Naming, arrange, rows_of
from analytics.reports.asking import Asked
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import PERIODS, Report
from analytics.reports.metrics import Label, Metric
from analytics.reports.periods import UNDATED, grain_of, previous, year_before
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError

Against = Literal["previous", "year_before"]
AGAINST: dict[Against, Label] = {
    "previous": Label("上期", "the period before"),
    "year_before": Label("上年同期", "a year before"),
}

Cell = Mapping[str, Any] | None


@dataclass(frozen=True)
class Change:
    """A figure now and before: ``now`` and ``before`` are None where it is not known.

    ``cell``: the earlier one, None where nothing was counted then.
    """

    now: float | None
    before: float | None
    cell: Cell
    is_share: bool

    @property
    def amount(self) -> float | None:
        """By how much it changed; of a share in points (0.01 is one)."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def rate(self) -> float | None:
        """By which part of what it was before; None for a share, and where it was nothing."""
        if self.is_share or self.amount is None or not self.before:
            return None
        return self.amount / abs(self.before)


@dataclass(frozen=True)
class Compared:
    """A table of a report, and for each line the change of each of its figures."""

    arranged: Arranged
    changes: tuple[tuple[Change, ...], ...]


def compare(
    report: Report,
    cells: pl.DataFrame,
    catalog: Catalog,
    naming: Naming,
    asked: Asked,
    against: Against,
) -> list[Compared]:
    """The report as asked for, each figure with the one of the earlier period.

    Lines that were there only then come last. Where a count has no cell in a period of which others
    were counted it was 0; a period of which nothing is known has no figures to compare with. Raises
    CivicError as ``arrange`` does, and where no period is asked for.
    """
    shown = arrange(report, cells, catalog, naming, asked)
    in_one = [one for one in shown if rows_of(one.table, asked) != (PERIODS,)]
    if in_one and asked.period in (ALL, UNDATED):
        raise CivicError(
            "All time has nothing before it to compare with.",
            "Name a period, --period 2026-02, or one line for each: --period month.",
            zh="全部期间没有可比的上期。",
            remedy_zh="请指定期间：--period 2026-02，或按月列出：--period month。",
        )
    counted = _counted(cells.filter(pl.col("report") == report.name))
    before = earlier(asked.period, against) if in_one else None
    asked_then = replace(asked, period=before) if before else None
    then = arrange(report, cells, catalog, naming, asked_then) if asked_then else []
    old = {one.table: one for one in then}
    return [
        _in_one_period(one, old.get(one.table), before, counted)
        if one in in_one
        else _by_period(
            one, _all_periods(one, report, cells, catalog, naming, asked), against, counted
        )
        for one in shown
    ]


def _all_periods(
    shown: Arranged,
    report: Report,
    cells: pl.DataFrame,
    catalog: Catalog,
    naming: Naming,
    asked: Asked,
) -> Arranged:
    """A table whose lines are periods, with all of that grain: the first has one before it too."""
    periods = [_period(line) for line in shown.lines if not line.is_total]
    dated = [p for p in periods if p not in (ALL, UNDATED)]
    if not dated:
        return shown
    every = arrange(report, cells, catalog, naming, replace(asked, period=grain_of(dated[0])))
    return next(one for one in every if one.table == shown.table)


def earlier(period: str, against: Against) -> str | None:
    """The period to compare with; None where there is none (a 53rd week, a 29 February)."""
    if period in (ALL, UNDATED):
        return None
    return previous(period) if against == "previous" else year_before(period)


def _by_period(now: Arranged, whole: Arranged, against: Against, counted: _Counted) -> Compared:
    """Lines that are periods: each is compared with an earlier one of all lines that there are."""
    by_period = {_period(line): line for line in whole.lines}
    changes = []
    for line in now.lines:
        before = earlier(_period(line), against)
        old = by_period.get(before) if before else None
        changes.append(_changes(now.metrics, line, old, before, counted))
    return Compared(now, tuple(changes))


def _in_one_period(
    now: Arranged, then: Arranged | None, before: str | None, counted: _Counted
) -> Compared:
    """Lines of one period: each is compared with the line of the same labels in the earlier one."""
    old = {line.labels: line for line in then.lines} if then else {}
    there = {line.labels for line in now.lines}
    nothing = (None,) * len(now.metrics)
    gone = [replace(line, cells=nothing) for line in old.values() if line.labels not in there]
    lines = (*now.lines, *gone)
    changes = [_changes(now.metrics, n, old.get(n.labels), before, counted) for n in lines]
    return Compared(replace(now, lines=lines), tuple(changes))


_Counted = set[str]
"""The periods in which the report counts anything anywhere."""


def _counted(cells: pl.DataFrame) -> _Counted:
    whole = cells.filter(pl.col("level") == ALL, pl.col("slices") == "", pl.col("fact_rows") > 0)
    return set(whole["period"])


def _changes(
    metrics: tuple[Metric, ...], now: Line, old: Line | None, before: str | None, counted: _Counted
) -> tuple[Change, ...]:
    made = []
    for at, metric in enumerate(metrics):
        cell = old.cells[at] if old else None
        was = _value(metric, cell, before in counted)
        this = _value(metric, now.cells[at], known=True)
        made.append(Change(this, was, cell, metric.is_share))
    return tuple(made)


def _value(metric: Metric, cell: Cell, known: bool) -> float | None:
    if cell is not None:
        value: float | None = cell["value"]
        return value
    return 0.0 if metric.is_additive and known else None


def _period(line: Line) -> str:
    return next((str(cell["period"]) for cell in line.cells if cell), ALL)
