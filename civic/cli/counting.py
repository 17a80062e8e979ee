"""What commands about counts over time share: which measures are counts, and how findings look.

Belongs here: what ``forecast``, ``hotspots``, ``changepoints`` and ``recurring`` have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from civic.cli.console import console, say, table
from civic.cli.report_drawing import plain, text
from civic.errors import CivicError

if TYPE_CHECKING:
    from analytics.reports.metrics import Metric


def demand_count(metric: Metric, whole: bool = False) -> None:
    """Raise CivicError where a metric is no count over time; ``whole``: of things, not of hours."""
    if metric.is_additive and metric.adds_over_time and not (whole and metric.decimals):
        return
    raise CivicError(
        f"{metric.name} is no count over time.",
        "For example: events_received",
        zh=f"{text(metric.label)}不是可相加的计数。",
        remedy_zh="例如：events_received",
    )


def draw_found(
    title: str,
    headings: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    figures: slice,
) -> None:
    """Print what was found as a table, or that there is none; ``figures``: columns of numbers."""
    if not rows:
        console.print(f"[green]✓[/] {plain(title)}: {say('没有', 'none')}", highlight=False)
        return
    made = table(title, headings, rows)
    for column in made.columns[figures]:
        column.justify = "right"
    console.print(made)
