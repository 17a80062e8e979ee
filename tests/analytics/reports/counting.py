"""Cells counted one by one in plain Python: the independent opinion that the tests ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from statistics import median

from tests.analytics.reports.town import LEVELS, Event

At = tuple[str, str, str, str, str]
Key = tuple[str, str, str, str, str, str]


def count_cells(
    events: Sequence[Event],
    metrics: Iterable[str],
    slices: Iterable[tuple[str, ...]],
    grains: Sequence[str] = ("year", "month"),
) -> dict[Key, tuple[float, int, int]]:
    """(metric, level, place, grain, period, slices) -> (value, fact rows, source rows)."""
    groups: dict[tuple[str, str, str, str, str], list[Event]] = {
        ("all", "all", "all", "all", ""): []
    }
    for event in events:
        for level, place in _places(event):
            for grain, period in _periods(event, grains):
                for by in slices:
                    at = (level, place, grain, period, _slices(event, by))
                    groups.setdefault(at, []).append(event)
    cells = {}
    for at, group in groups.items():
        for metric in metrics:
            counting = [e for e in group if COUNTS[metric](e)]
            value = VALUES[metric](counting)
            if value is not None:
                sources = sum(1 + e.supporters for e in counting)
                cells[(metric, *at)] = (float(value), len(counting), sources)
    return cells


def _places(event: Event) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    for depth, level in enumerate(LEVELS):
        if depth < len(event.place):
            yield level, event.place[depth]
        elif depth == len(event.place):
            yield level, f"{event.place[-1] if event.place else 'all'}/unplaced"


def _periods(event: Event, grains: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    for grain in grains:
        yield grain, period_of(grain, event.on) if event.on else "undated"


def period_of(grain: str, day: date) -> str:
    """The period in which a day lies, as cells spell it."""
    match grain:
        case "half_year":
            return f"{day.year}-H{1 if day.month <= 6 else 2}"
        case "quarter":
            return f"{day.year}-Q{1 + (day.month - 1) // 3}"
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case _:
            return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[grain]]


def _slices(event: Event, by: tuple[str, ...]) -> str:
    pairs = []
    for name in sorted(by):
        value = getattr(event, name)
        text = "\\N" if value is None else value
        if value is not None:
            for character in "\\;=":
                text = text.replace(character, "\\" + character)
        pairs.append(f"{name}={text}")
    return ";".join(pairs)


def _hours(events: list[Event]) -> list[float]:
    return sorted(e.hours for e in events if e.hours is not None)


def _percentile(values: list[float], share: float) -> float | None:
    if not values:
        return None
    at = share * (len(values) - 1)
    low, high = math.floor(at), math.ceil(at)
    return values[low] + (values[high] - values[low]) * (at - low)


def _due(event: Event) -> bool:
    return event.due is True


def _timed(event: Event) -> bool:
    return event.hours is not None


COUNTS: dict[str, Callable[[Event], bool]] = {
    "events_received": lambda _: True,
    "events_due": _due,
    "events_in_time": lambda e: _due(e) and e.in_time is True,
    "on_time_rate": _due,
    "parts_used": lambda e: e.parts is not None,
    "mean_handling_hours": _timed,
    "median_handling_hours": lambda e: _due(e) and _timed(e),
    "hours_90": _timed,
    "longest": _timed,
    "shortest": _timed,
    "kinds": lambda e: e.category is not None,
}

VALUES: dict[str, Callable[[list[Event]], float | None]] = {
    "events_received": len,
    "events_due": len,
    "events_in_time": len,
    "on_time_rate": lambda es: sum(e.in_time is True for e in es) / len(es) if es else None,
    "parts_used": lambda es: sum(e.parts or 0 for e in es),
    "mean_handling_hours": lambda es: math.fsum(_hours(es)) / len(es) if es else None,
    "median_handling_hours": lambda es: median(_hours(es)) if es else None,
    "hours_90": lambda es: _percentile(_hours(es), 0.9),
    "longest": lambda es: max(_hours(es), default=None),
    "shortest": lambda es: min(_hours(es), default=None),
    "kinds": lambda es: len({e.category for e in es}),
}
