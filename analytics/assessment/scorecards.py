"""One subject's card: its indicators, what each adds, what would change the score.

Belongs here: opening a score into its parts. Does not belong here: drawing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analytics.assessment.schemes import Scheme
from analytics.assessment.scoring import means_of, weights_of
from analytics.assessment.sensitivity import ranks_by_method
from civic.errors import CivicError


@dataclass(frozen=True)
class Card:
    """``score``: the line of ``SCORES``. ``lines``: those of ``INDICATORS``, each with ``weight``
    (as it counts, of what is judged), ``adds`` (points of the score) and ``if_expected`` (points
    that the score would change by if the work had been as expected). ``history``: the scores of
    all periods; ``ranks``: method to rank.
    """

    scheme: Scheme
    score: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    history: pl.DataFrame
    ranks: Mapping[str, int]


def card_of(
    scheme: Scheme,
    scores: pl.DataFrame,
    indicators: pl.DataFrame,
    subject: str,
    period: str | None = None,
) -> Card:
    """The card of a subject, of its last period where none is given.

    Raises CivicError where there is no such subject or period.
    """
    history = scores.filter(scheme=scheme.name, subject=subject).sort("period")
    if history.is_empty():
        raise CivicError(
            f"{scheme.name} has no {subject}.",
            f"See: civic assess show {scheme.name}",
            zh=f"考核方案 {scheme.name} 中没有 {subject}。",
            remedy_zh=f"查看：civic assess show {scheme.name}",
        )
    period = period or str(history["period"].max())
    found = history.filter(period=period).to_dicts()
    if not found:
        there = ", ".join(history["period"])
        raise CivicError(
            f"{subject} has no score of {period}; there are {there}.",
            zh=f"{subject} 没有 {period} 的得分；可查的有 {there}。",
        )
    own = indicators.filter(scheme=scheme.name, period=period)
    names = scores.filter(scheme=scheme.name, period=period)["subject"].to_list()
    matrix = means_of(own, scheme, names)
    row = matrix[names.index(subject)]
    weights = weights_of(scheme, matrix) * ~np.isnan(row)
    weights = weights / weights.sum() if weights.sum() else weights
    by_name = {line["indicator"]: line for line in own.filter(subject=subject).to_dicts()}
    lines = tuple(
        {
            **by_name[indicator.name],
            "weight": weights[at],
            "adds": 0.0 if np.isnan(row[at]) else weights[at] * row[at],
            "if_expected": 0.0 if np.isnan(row[at]) else weights[at] * (50 - row[at]),
        }
        for at, indicator in enumerate(scheme.indicators)
        if indicator.name in by_name
    )
    ranks = ranks_by_method(scheme, scores, indicators, period).filter(subject=subject)
    return Card(scheme, found[0], lines, history, dict(ranks.select("method", "rank").iter_rows()))
