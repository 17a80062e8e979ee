"""What somebody can work out from sums: by linear programs, for the tests of what is hidden."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

SMALLEST = 5


class Attack:
    """What follows from known sums about variables that are not negative."""

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self.rows: list[csr_matrix] = []
        self.values: list[float] = []

    def learn(self, members: np.ndarray, value: float) -> None:
        """A sum is known. ``members``: 1 for each variable in it."""
        self.rows.append(csr_matrix(members.reshape(1, -1)))
        self.values.append(value)

    def bounds(self, members: np.ndarray) -> tuple[float, float]:
        """The least and the greatest that another sum can be."""
        known = vstack(self.rows) if self.rows else None
        ends = []
        for sign in (1, -1):
            made = linprog(
                sign * members.reshape(-1), A_eq=known, b_eq=self.values or None, method="highs"
            )
            ends.append(sign * made.fun if made.status == 0 else np.inf)
        return ends[0], ends[1]


def is_open(ends: tuple[float, float]) -> bool:
    """Whether every small count is possible: nothing has come back."""
    return ends[0] <= 1 + 1e-6 and ends[1] >= SMALLEST - 1 - 1e-6
