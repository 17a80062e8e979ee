"""The words of coordinates as small tables, one line for each that occurs, in both languages.

They are joined to figures by views, so that a text stands once and not in half a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.reports.coordinates import ALL, LEVELS, UNPLACED, parse_slices, slices_text
from analytics.reports.metrics import Label
from analytics.reports.periods import GRAIN_NAMES, UNDATED, bounds, grain_of, previous
from analytics.reports.wording import (
    level_name,
    names_told_apart,
    period_name,
    place_name,
    slices_name,
)
from publishing.screens.schemas import PERIODS, PLACES, SLICES

UNIT_SLICES = ("unit", "unit_name", "unit_label")
"""Slices whose value is a unit: those of which a unit sees its own. A label is code and name."""

RECENT = timedelta(days=3 * 365)
"""How far back lines over time reach: beside one wrong date of 1950 nothing would be seen."""

CODES = [f"{level}_code" for level in LEVELS[1:]]


def trace_link(alias: str, language: str) -> str:
    """SQL: the link to what counts in a figure, whose ``cell_id`` is a column of ``alias``."""
    said = {"zh": "来源", "en": "sources"}[language]
    return (
        f"""'<a href="/civic/trace/' || {alias}.cell_id || '?lang={language}" target="_blank">"""
        f"""{said}</a>'"""
    )


def said_places(places: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """One line (``PLACES``) for each level and place code that a figure stands at.

    ``places``: as ``asking.known_places`` gives them. ``used``: ``level, place_code``.
    ``place_order`` sorts a place before its parts, so that the first a person may see is the one in
    her charge. A name that several places share is told apart by what it lies in.
    """
    known = {row["place_code"]: row for row in places.to_dicts()}
    names = names_told_apart(known)
    rows = []
    for level, code in used.unique().sort("level", "place_code").iter_rows():
        base = code.removesuffix(UNPLACED)
        said = place_name(code, names)
        path = known.get(base, {})
        rows.append(
            {
                "level": level,
                "place_code": code,
                "place_zh": said.zh,
                "place_en": said.en,
                "parent_code": _parent(level, code, path),
                "place_order": f"{LEVELS.index(level)}{code}",
                **{name: path.get(name) for name in CODES},
            }
        )
    return pl.DataFrame(rows, schema=PLACES)


def said_periods(used: pl.DataFrame, until: date | None) -> pl.DataFrame:
    """One line (``PERIODS``) for each grain and period; ``until``: the last day data speaks of."""
    rows = []
    for grain, period in used.unique().sort("grain", "period").iter_rows():
        said = period_name(period)
        dated = period not in (ALL, UNDATED, *GRAIN_NAMES)
        first, behind = bounds(period) if dated else (None, None)
        rows.append(
            {
                "grain": grain,
                "period": period,
                "period_zh": said.zh,
                "period_en": said.en,
                "period_start": first,
                "previous_period": previous(period) if dated else None,
                "is_whole": bool(
                    behind is not None
                    and until is not None
                    and behind - timedelta(days=1) <= until
                    and grain_of(period) == grain
                ),
                "is_recent": bool(
                    first is not None and until is not None and until - RECENT < first <= until
                ),
            }
        )
    return pl.DataFrame(rows, schema=PERIODS)


def said_slices(used: pl.Series, labels: Mapping[tuple[str, str], Label]) -> pl.DataFrame:
    """One line (``SLICES``) for each text of slices; ``labels``: ``wording.value_labels``."""
    rows = []
    for text in used.unique().sort():
        values = parse_slices(text)
        whole = slices_name(text, labels)
        named = next((name for name in UNIT_SLICES if values.get(name)), None)
        row: dict[str, Any] = {
            "slices": text,
            "slice_by": ",".join(values),
            "slice_zh": whole.zh,
            "slice_en": whole.en,
            "unit": str(values[named]).split(" ")[0] if named else None,
        }
        if named:
            unit = slices_name(slices_text({named: values[named]}), labels)
            row |= {"unit_zh": unit.zh, "unit_en": unit.en}
        for number, (name, value) in enumerate(list(values.items())[:2], start=1):
            one = slices_name(slices_text({name: value}), labels)
            row |= {
                f"slice_{number}": value,
                f"slice_{number}_zh": one.zh,
                f"slice_{number}_en": one.en,
            }
        rows.append(row)
    return pl.DataFrame(rows, schema=SLICES)


def said_levels() -> pl.DataFrame:
    """Levels in words, in their order."""
    return pl.DataFrame(
        [
            {"level": level, "level_zh": level_name(level).zh, "level_en": level_name(level).en}
            for level in LEVELS
        ]
    )


def _parent(level: str, code: str, path: Mapping[str, Any]) -> str | None:
    if level == "all":
        return None
    if code.endswith(UNPLACED):
        return code.removesuffix(UNPLACED)
    return ALL if level == "city" else path.get("parent_code")
