"""Metrics as this room sees them: typed, immutable, read from dbt's semantic layer.

Belongs here: what a metric is. Does not belong here: reading it (``semantic_manifest``) or
computing it (``figures``, ``compilation``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from civic.errors import CivicError

ADDITIVE = frozenset({"count", "sum", "sum_boolean"})


@dataclass(frozen=True)
class Label:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Dimension:
    """A column of a fact by which it can be sliced; ``expression`` is SQL over the fact."""

    name: str
    kind: str
    expression: str
    label: Label


@dataclass(frozen=True)
class Fact:
    """A mart that metrics aggregate.

    ``mart``: its name in the lake. ``relation``: what is read, it or a view of it. ``key``: its key
    column. ``lineage``: the bridge from its key to source rows. ``entity``: the prefix of its
    dimensions in filters (``event__is_due``).
    """

    name: str
    mart: str
    relation: str
    key: str
    lineage: str
    entity: str
    dimensions: Mapping[str, Dimension] = field(hash=False)

    def dimension(self, name: str) -> Dimension:
        """The dimension of that name; CivicError where the fact has none."""
        try:
            return self.dimensions[name]
        except KeyError:
            known = ", ".join(sorted(self.dimensions))
            raise CivicError(f"{self.name} has no dimension {name}; it has {known}.") from None


@dataclass(frozen=True)
class Filter:
    """A condition on a fact's rows: SQL over the fact, and the same as the metric states it."""

    sql: str
    template: str


@dataclass(frozen=True)
class Snapshot:
    """A measure that must not be added up over time: only the first or last date counts.

    ``groups``: SQL over the fact; within each group the date is chosen on its own.
    """

    choice: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Aggregate:
    """One aggregation of a fact's rows.

    ``time``: the dimension that dates a row. ``percentile``: between 0 and 1, ``discrete`` for a
    value that occurs (SQL ``percentile_disc``).
    """

    fact: Fact
    function: str
    expression: str
    time: Dimension
    filters: tuple[Filter, ...] = ()
    percentile: float | None = None
    discrete: bool = False
    snapshot: Snapshot | None = None


@dataclass(frozen=True)
class Metric:
    """A named measure: ``aggregates`` is one, or numerator and denominator of a ratio.

    ``direction``: 'up' where more is better, 'down' where less is, else 'neutral'.
    ``decimals``: how many to show.
    """

    name: str
    label: Label
    unit: Label
    description: str
    direction: str
    decimals: int
    aggregates: tuple[Aggregate, ...]

    @property
    def fact(self) -> Fact:
        """The fact that the metric is computed from."""
        return self.aggregates[0].fact

    @property
    def is_ratio(self) -> bool:
        """Whether the metric has a numerator and a denominator."""
        return len(self.aggregates) == 2 or self.aggregates[0].function == "average"

    @property
    def is_share(self) -> bool:
        """Whether a value is a part of its whole, shown as a percentage.

        A weighted mean is a ratio too; its unit says what it is counted in.
        """
        return len(self.aggregates) == 2 and self.unit.en in ("", "ratio")

    @property
    def is_additive(self) -> bool:
        """Whether the values of parts add up to the value of the whole."""
        return len(self.aggregates) == 1 and self.aggregates[0].function in ADDITIVE

    @property
    def adds_over_time(self) -> bool:
        """Whether rows of different periods are different things; not so for a register."""
        return all(a.snapshot is None for a in self.aggregates)
