"""The first rows of delimited text, and its delimiter.

Belongs here: taking a few records apart one by one, before the fast parser starts. Does not
belong here: reading the whole file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from ingestion.reading.headings import HeadRow, find_heading_row
from ingestion.reading.model import HEADING_ROWS_SEARCHED, Limits, ReadingRules
from ingestion.reading.wording import refusal

DELIMITERS = (",", "\t", ";", "|")
_HEAD_BYTES = 1 << 20


def head_rows(text: bytes, delimiter: str, limits: Limits, last_line: int = 0) -> list[HeadRow]:
    """The first 30 records of UTF-8 text, or all down to physical line ``last_line``.

    Raises UnreadableDropError ``too_many_columns``.
    """
    rows: list[HeadRow] = []
    for row in _records(text[:_HEAD_BYTES], delimiter, limits):
        rows.append(row)
        if len(rows) >= HEADING_ROWS_SEARCHED and row.line >= last_line:
            break
    return rows


def sniff_delimiter(text: bytes, limits: Limits, rules: ReadingRules | None) -> str:
    """The delimiter under which a row names most headings; else the one that makes most columns.

    Without a convincing heading row the delimiter decides by the number of fields that most of
    the first rows share.
    """
    if rules and rules.delimiter:
        return rules.delimiter
    ranked = []
    for preference, delimiter in enumerate(DELIMITERS):
        rows = _head_or_nothing(text, delimiter, limits)
        found = find_heading_row(rows, rules) if rules else None
        ranked.append((found[1] if found else 0.0, _shared_width(rows), -preference))
    return DELIMITERS[-max(ranked)[2]]


def _head_or_nothing(text: bytes, delimiter: str, limits: Limits) -> list[HeadRow]:
    try:
        return head_rows(text, delimiter, limits)
    except Exception as error:
        # A wrong delimiter may well make too many columns; only the chosen one counts.
        if getattr(error, "code", None) == "too_many_columns" and delimiter != ",":
            return []
        raise


def _shared_width(rows: list[HeadRow]) -> int:
    widths = Counter(len(row.cells) for row in rows if any(row.cells))
    return max(widths, key=lambda width: (widths[width] * (width > 1), width), default=0)


def _records(text: bytes, delimiter: str, limits: Limits) -> Iterator[HeadRow]:
    position, line = 0, 1
    while position < len(text):
        cells, end = _record(text, position, delimiter)
        if len(cells) > limits.max_columns:
            raise refusal("too_many_columns", name="", line=line, limit=limits.max_columns)
        yield HeadRow(line, cells, end)
        line += text.count(b"\n", position, end)
        position = end


def _record(text: bytes, position: int, delimiter: str) -> tuple[tuple[str, ...], int]:
    cells: list[str] = []
    separator = ord(delimiter)
    pattern = _field(separator)
    while True:
        match = pattern.match(text, position)
        assert match is not None, "the second alternative of a field matches anything"
        quoted, plain = match.groups()
        value = plain if quoted is None else quoted.replace(b'""', b'"')
        position = match.end()
        is_last = position >= len(text) or text[position] != separator
        if is_last and quoted is None:
            value = value.removesuffix(b"\r")
        cells.append(value.decode("utf-8", "replace"))
        if is_last:
            line_feed = text.find(b"\n", position)
            return tuple(cells), len(text) if line_feed < 0 else line_feed + 1
        position += 1


@cache
def _field(separator: int) -> re.Pattern[bytes]:
    edge = re.escape(bytes((separator,)))
    quoted = rb'"((?:[^"]|"")*)"(?=' + edge + rb"|\r?\n|\r?\Z)"
    return re.compile(quoted + rb"|([^\n" + edge + rb"]*)")
