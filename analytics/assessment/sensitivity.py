"""How much a rank owes to the method: other weights, other ways to put indicators together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import spearmanr

from analytics.assessment import aggregation
from analytics.assessment.schemes import Scheme
from analytics.assessment.scoring import means_of, weights_of

Floats = NDArray[np.float64]
METHODS = ("given", "equal", "entropy", "critic", "geometric", "topsis")
"""Weights with the scheme's aggregation, then the scheme's weights put together otherwise."""
LEAST = 3
RANKS = pl.Schema(
    {"period": pl.String(), "subject": pl.String(), "method": pl.String(), "rank": pl.Int64()}
)


def ranks_by_method(
    scheme: Scheme, scores: pl.DataFrame, indicators: pl.DataFrame, period: str
) -> pl.DataFrame:
    """The rank of each subject with a score among its peers, by every method (``RANKS``).

    Of fewer than ``LEAST`` peers there are none: there weights have nothing to weigh.
    """
    own = indicators.filter(scheme=scheme.name, period=period)
    ranked = scores.filter(pl.col("score").is_not_null(), scheme=scheme.name, period=period)
    made = [pl.DataFrame(schema=RANKS)]
    for (_peers,), group in ranked.group_by("peers", maintain_order=True):
        names = group["subject"].to_list()
        if len(names) < LEAST:
            continue
        matrix = means_of(own, scheme, names)
        for method in METHODS:
            ranks = 1 + (-_together(scheme, matrix, method)).argsort(kind="stable").argsort()
            made.append(
                pl.DataFrame(
                    {"period": period, "subject": names, "method": method, "rank": ranks}
                ).cast(RANKS)
            )
    return pl.concat(made)


AGREEMENT = pl.Schema(
    {"method": pl.String(), "correlation": pl.Float64(), "largest_move": pl.Int64()}
)


def agreement(ranks: pl.DataFrame) -> pl.DataFrame:
    """Per method how its ranks go along with those of the first (Spearman), and the largest move.

    Columns ``method, correlation, largest_move``; no rows where nobody is ranked.
    """
    if ranks.is_empty():
        return pl.DataFrame(schema=AGREEMENT)
    wide = ranks.pivot(on="method", index=["period", "subject"], values="rank")
    first = wide[METHODS[0]].to_numpy()
    lines = []
    for method in METHODS[1:]:
        other = wide[method].to_numpy()
        correlation = spearmanr(first, other).statistic if len(first) > 2 else float("nan")
        moved = int(np.abs(first - other).max()) if len(first) else 0
        lines.append({"method": method, "correlation": correlation, "largest_move": moved})
    return pl.DataFrame(lines)


def _together(scheme: Scheme, matrix: Floats, method: str) -> Floats:
    given = weights_of(replace(scheme, weights="given"), matrix)
    if method == "topsis":
        return aggregation.topsis(matrix, given)
    if method == "geometric":
        return aggregation.geometric(matrix, given)
    how = getattr(aggregation, scheme.aggregation)
    chosen: Floats = how(matrix, weights_of(replace(scheme, weights=method), matrix))  # type: ignore[arg-type]
    return chosen
