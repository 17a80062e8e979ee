"""What a method of surveillance says of the periods that it was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """One entry for each period judged.

    ``at``: its position in the series; ``expected``: the count that was to be expected; ``upper``:
    the count above which there is an alarm; ``alarms``: whether there is one. ``expected`` and
    ``upper`` are NaN where the history is too short to judge; there is no alarm then. ``since``:
    the position of the first period of the rise, of the period itself where the method looks at
    no other.
    """

    at: Positions
    expected: Floats
    upper: Floats
    alarms: Bools
    since: Positions

    def only(self, which: Bools) -> Judged:
        """The same of some of the periods."""
        return Judged(*(getattr(self, field.name)[which] for field in fields(self)))


def positions(at: Sequence[int]) -> Positions:
    """Positions in a series as an array."""
    return np.asarray(at, dtype=np.int64)
