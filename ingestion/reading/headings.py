"""Which of the first rows of a table names its columns.

Belongs here: the choice of the heading row, the same for delimited text and spreadsheets. Does
not belong here: what a heading means; the contract scores a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.reading.model import HEADING_ROWS_SEARCHED, LOWEST_HEADING_SCORE, ReadingRules


@dataclass(frozen=True)
class HeadRow:
    """One of the first rows: its physical line or sheet row, its cells, and where it ends.

    ``end`` is a byte offset in delimited text and the row's number elsewhere.
    """

    line: int
    cells: tuple[str, ...]
    end: int


def find_heading_row(rows: Sequence[HeadRow], rules: ReadingRules) -> tuple[HeadRow, float] | None:
    """The heading row and its score; None where no row names enough of the headings.

    A row number in the rules wins over any score.
    """
    if rules.heading_row is not None:
        named = next((row for row in rows if row.line == rules.heading_row), None)
        return None if named is None else (named, rules.score_headings(named.cells))
    searched = [row for row in rows[:HEADING_ROWS_SEARCHED] if any(row.cells)]
    scored = [(rules.score_headings(row.cells), -index) for index, row in enumerate(searched)]
    if not scored:
        return None
    score, index = max(scored)
    return (searched[-index], score) if score >= LOWEST_HEADING_SCORE else None


def rows_above(rows: Sequence[HeadRow], heading: HeadRow) -> tuple[tuple[int, str], ...]:
    """(line, text) of the non-empty rows above the headings, cells joined by a blank."""
    above = ((row.line, " ".join(cell for cell in row.cells if cell)) for row in rows)
    return tuple((line, text) for line, text in above if text and line < heading.line)
