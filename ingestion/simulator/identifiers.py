"""Identifiers of people who do not exist: valid by their check digits, told apart by their numbers.

Citizen ids carry a region under 2199, which no district has been given; phones begin with 19900.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

REGION = "219902"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = tuple("10X98765432")
FIRST_DAY, LAST_DAY = -36_500, 47_500
"""1870 to 2100, in days since 1970-01-01."""


@dataclass(frozen=True)
class Numbers:
    """What tells the identifiers of one part of the city from those of another.

    ``region``: first six digits of citizen ids. ``first``, ``last``: ordinals 0 to 499 that the
    part may use within one birth date and sex. ``household``: begins household numbers.
    ``passport``: the first passport number.
    """

    region: str = REGION
    first: int = 0
    last: int = 499
    household: str = ""
    passport: int = 100_000


def citizen_ids(
    birth_date: pl.Series, male: pl.Series, numbers: Numbers | None = None
) -> pl.Series:
    """Ids valid under GB 11643, each once as long as the ordinals last for a birth date and sex.

    The order code is odd for men and even for women. The check digit is added up from three
    tables: of the region, of the day and of the order code. Raises ValueError where more people
    share a birth date and sex than there are ordinals.
    """
    numbers = numbers or Numbers()
    span = numbers.last - numbers.first + 1
    days = birth_date.to_physical().to_numpy().astype(np.int64)
    nth = _nth_of_its_kind(days * 2 + male.to_numpy())
    if len(nth) and nth.max() >= span:
        raise ValueError(f"More than {span} people of one sex were born on one day.")
    order = (numbers.first + (days * 37 + nth) % span) * 2 + male.to_numpy()
    spelled, of_day = _days()
    day = days - FIRST_DAY
    orders = padded(np.arange(1000), 3)
    total = (
        _weighted(pl.Series([numbers.region]), 0)[0] + of_day[day] + _weighted(orders, 14)[order]
    )
    check = pl.Series(list(CHECK_DIGITS)).gather(total % 11)
    parts = [spelled.gather(day), orders.gather(order), check]
    return pl.select(pl.concat_str(pl.lit(numbers.region), *parts)).to_series()


@cache
def _days() -> tuple[pl.Series, np.ndarray]:
    """Every day on which somebody may have been born, spelled, and its share in the sum."""
    days = pl.int_range(FIRST_DAY, LAST_DAY + 1, eager=True, dtype=pl.Int32).cast(pl.Date)
    spelled = days.dt.strftime("%Y%m%d")
    return spelled, _weighted(spelled, 6)


def _nth_of_its_kind(kind: np.ndarray) -> np.ndarray:
    """For each element how many equal ones stand before it."""
    order = np.argsort(kind, kind="stable")
    ordered = kind[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    lengths = np.diff(np.append(starts, len(kind)))
    nth = np.empty(len(kind), dtype=np.int64)
    nth[order] = np.arange(len(kind)) - np.repeat(starts, lengths)
    return nth


def _weighted(texts: pl.Series, position: int) -> np.ndarray:
    """The digits' share in the weighted sum, when the text begins at that place of an id."""
    digits = np.array([[int(c) for c in text] for text in texts], dtype=np.int64)
    return digits @ np.array(WEIGHTS[position : position + digits.shape[1]])


def with_check_digit(first_17: pl.Expr) -> pl.Expr:
    """Seventeen digits with their check digit behind them (GB 11643, ISO 7064 MOD 11-2)."""
    total = pl.sum_horizontal(
        first_17.str.slice(i, 1).cast(pl.Int64) * weight for i, weight in enumerate(WEIGHTS)
    )
    return first_17 + (total % 11).replace_strict(dict(enumerate(CHECK_DIGITS)))


def phones(count: int, rng: np.random.Generator) -> pl.Series:
    """Mobile numbers that all begin with 19900."""
    return pl.Series(rng.integers(19_900_000_000, 19_901_000_000, count)).cast(pl.String)


def padded(number: np.ndarray, width: int) -> pl.Series:
    """Whole numbers with zeros in front: cut out of the number made one digit longer."""
    return pl.Series(number + 10**width).cast(pl.String).str.tail(width)
