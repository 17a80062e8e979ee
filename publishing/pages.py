"""A report arranged for paper: titles, headings and lines of figures, not yet any file format.

``analytics/reports`` decides which figures stand where; ``workbooks`` draws pages. Texts here are
already in the reader's language. Everything is immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from analytics.reports.metrics import Label

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
Kind = Literal["count", "rate", "number", "change", "points"]

#: (rows of cells, how many source rows of each) -> by cell_id the first source rows:
#: unit, feed, file_name, sha256, sheet, line, contribution
AtomsOf = Callable[[Sequence[Mapping[str, Any]], int], Mapping[str, pl.DataFrame]]


def in_language(label: Label, lang: Lang) -> str:
    """A text in the reader's language."""
    return label.zh if lang == "zh" else label.en


@dataclass(frozen=True)
class Column:
    """A column of figures.

    ``rate``: fractions, shown as percentages; ``change``: the same with a sign; ``points``:
    percentage points, with a sign and the unit.
    """

    label: str
    unit: str = ""
    kind: Kind = "count"
    decimals: int = 0


@dataclass(frozen=True)
class Line:
    """A line of figures. ``cells``: one row of ``cells`` for each column, None where there is none.
    A figure that is no cell (``derived``) has no identifier. ``columns``: those of this line, where
    its figures are written otherwise than those of the page.

    ``is_total``: the line sums up the others and is set apart.
    """

    labels: tuple[str, ...]
    cells: tuple[Mapping[str, Any] | None, ...]
    is_total: bool = False
    columns: tuple[Column, ...] = ()


def derived(value: float | None) -> Mapping[str, Any] | None:
    """A figure that follows from others on the line: no rows of its own are behind it."""
    return None if value is None else {"cell_id": None, "value": value, "source_rows": 0}


@dataclass(frozen=True)
class Page:
    """One table of a report for one place and period; becomes one sheet.

    ``notes`` explain the figures, ``remark`` says what they do not cover, ``signed`` who signed
    them (empty: a line to sign on).
    """

    name: str
    title: str
    place: str
    period: str
    notes: str
    row_headings: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    remark: str = ""
    signed: str = ""


@dataclass(frozen=True)
class Imprint:
    """Where the figures come from: the publication's number, digest and date (ISO, UTC)."""

    number: int
    digest: str
    created_at: str
