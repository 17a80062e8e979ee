"""A figure of a page in words: its value as a reader expects it, its unit behind the name.

Belongs here: what the first page and the printed summary say alike. Does not belong here:
workbooks, which keep numbers as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.reports.changes import Change
from analytics.reports.metrics import Metric
from publishing.pages import Lang, in_language
from publishing.wording import EMPTY, word


def label_told(metric: Metric, lang: Lang) -> str:
    """The measure's name, with its unit unless it is a share."""
    return f"{in_language(metric.label, lang)}{_unit(metric, lang)}"


def value_told(metric: Metric, value: float | None) -> str:
    """The value with the decimals of its measure; a share in per cent; a dash for none."""
    if value is None:
        return EMPTY
    if metric.is_share:
        return f"{value:.1%}"
    return f"{value:,.{metric.decimals}f}"


def figure_told(metric: Metric, cell: Mapping[str, Any] | None) -> str:
    """The same of a cell."""
    return value_told(metric, cell["value"] if cell is not None else None)


def change_told(change: Change, lang: Lang) -> str:
    """By which part a figure changed, of a share by how many points, with a sign; or that it did
    not."""
    if change.amount == 0:
        return word("unchanged", lang)
    if change.is_share:
        points = change.amount
        return EMPTY if points is None else f"{points * 100:+.1f} {word('points', lang)}"
    if change.rate is not None:
        return f"{change.rate:+.1%}"
    return EMPTY if change.amount is None else f"{change.amount:+,.0f}"


def _unit(metric: Metric, lang: Lang) -> str:
    unit = in_language(metric.unit, lang)
    if metric.is_share or not unit:
        return ""
    return f"（{unit}）" if lang == "zh" else f" ({unit})"
