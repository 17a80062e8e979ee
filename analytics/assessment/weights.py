"""How much each indicator counts: equal weights, and two that the data give.

A matrix has a line for each subject and a column for each indicator, all to be maximised. Weights
add up to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def equal(matrix: Floats) -> Floats:
    """The same for each of the columns of a matrix of shape (subjects, indicators)."""
    return np.full(matrix.shape[1], 1 / matrix.shape[1])


def entropy(matrix: Floats) -> Floats:
    """More for indicators that tell the subjects apart (Shannon's entropy of their shares).

    ``matrix``: shape (subjects, indicators), no negative value. Equal weights where none tells
    anybody apart.
    """
    if (matrix < 0).any():
        raise ValueError("entropy weights need values that are not negative")
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = matrix / matrix.sum(axis=0)
        terms = np.where(shares > 0, shares * np.log(shares), 0.0)
    spread = 1 + terms.sum(axis=0) / np.log(len(matrix))
    spread = np.where(np.isfinite(spread) & (matrix.sum(axis=0) > 0), np.maximum(spread, 0), 0.0)
    return _to_one(spread)


def critic(matrix: Floats) -> Floats:
    """More for indicators that spread and say what no other says (Diakoulaki et al. 1995).

    ``matrix``: shape (subjects, indicators). Deviation of the values, taken to 0..1, times how
    little they go along with the other indicators. Equal weights where nothing spreads.
    """
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    scaled = (matrix - low) / np.where(high > low, high - low, 1.0)
    deviation = scaled.std(axis=0, ddof=1) if len(matrix) > 1 else np.zeros(matrix.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.nan_to_num(np.atleast_2d(np.corrcoef(scaled, rowvar=False)), nan=0.0)
    np.fill_diagonal(together, 1.0)
    return _to_one(deviation * (1 - together).sum(axis=0))


def _to_one(amounts: Floats) -> Floats:
    total = amounts.sum()
    return amounts / total if total > 0 else np.full(len(amounts), 1 / len(amounts))
