"""How measured numbers are written: seconds, bytes, ratios.

Belongs here: the form of a figure's text. Does not belong here: measuring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MEBIBYTE = 1 << 20
RESIDENTS = (50_000, 500_000, 5_081_167)
"""The sizes at which lines about the whole city are measured, unless other ones are asked for."""


def seconds_of(side: Iterable[float]) -> str:
    """Every run's seconds."""
    return ", ".join(f"{seconds:.2f}" for seconds in side)


def mebibytes(size: float) -> str:
    """A size in MiB, with a decimal where it is small."""
    return f"{size / MEBIBYTE:,.{0 if size >= 10 * MEBIBYTE else 1}f} MiB"


def times(above: float, below: float) -> str:
    """A ratio, where there is something below; clocks of processors tick in hundredths."""
    return f"{above / below:.2f} times" if below else "too short to measure"


def named_seconds(seconds: Mapping[str, float], most: int | None = None) -> str:
    """Names with their seconds; ``most``: the longest only, longest first."""
    pairs = list(seconds.items())
    if most is not None:
        pairs = sorted(pairs, key=lambda pair: -pair[1])[:most]
    return ", ".join(f"{name} {value:.1f}" for name, value in pairs)
