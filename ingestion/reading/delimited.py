"""CSV and TSV: from UTF-8 blocks to batches, as fast as Polars parses.

Belongs here: joining what the bytes say about records (``records``) with the values that
Polars finds, and checking one against the other. Does not belong here: decoding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain

import polars as pl

from ingestion.reading.ahead import read_ahead
from ingestion.reading.containers import Member
from ingestion.reading.dialect import head_rows, sniff_delimiter
from ingestion.reading.encodings import Encoding
from ingestion.reading.headings import find_heading_row, rows_above
from ingestion.reading.model import HEADING_ROWS_SEARCHED, Limits, Part, ReadingRules
from ingestion.reading.plan import Frames
from ingestion.reading.records import Chunk, carve
from ingestion.reading.rows import finish_rows
from ingestion.reading.text import ends_lines_with_cr, refuse_broken_utf8, utf8_blocks
from ingestion.reading.wording import refusal

_FIRST_WIDENING = 8
_HEAD_BYTES = 1 << 20


@dataclass(frozen=True)
class Head:
    """``lone_cr``: lines end as on the old Mac; ``rows``: the cells of the first 30 rows."""

    delimiter: str
    lone_cr: bool
    rows: list[list[str]]


def delimited_frames(
    member: Member, encoding: Encoding, delimiter: str, rules: ReadingRules, limits: Limits
) -> Frames:
    """The rows below the headings of one delimited text.

    Raises UnreadableDropError: headings_not_found, too_many_columns, cell_too_long,
    unreadable, and what decoding and carving raise.
    """
    with member.open() as stream:
        blocks = utf8_blocks(stream, encoding)
        first = next(blocks, b"")
        rows = head_rows(first, delimiter, limits, rules.heading_row or 0)
        found = find_heading_row(rows, rules)
        if found is None:
            raise refusal("headings_not_found", name=member.label, searched=HEADING_ROWS_SEARCHED)
        heading = found[0]
        part = Part(member.name, heading.cells, heading.line, rows_above(rows, heading))
        below = chain((first[heading.end :],), blocks)
        first_line = first.count(b"\n", 0, heading.end) + 1
        chunks = carve(below, delimiter, limits.max_record_bytes, first_line)
        parse = _Parser(part, member.label, delimiter, limits)
        yield part, parse(Chunk(b"", first_line, None, 0, False, None, False))
        with read_ahead(chunks) as ready:
            for chunk in ready:
                yield part, parse(chunk)


def sniffed_head(
    member: Member, encoding: Encoding, limits: Limits, rules: ReadingRules | None
) -> Head:
    """What the first megabyte of a text tells."""
    with member.open() as stream:
        stream.read(encoding.mark)
        raw = stream.read(_HEAD_BYTES)
    head = next(utf8_blocks(BytesIO(raw), replace(encoding, mark=0)), b"")
    delimiter = sniff_delimiter(head, limits, rules)
    rows = [list(row.cells) for row in head_rows(head, delimiter, limits)]
    return Head(delimiter, ends_lines_with_cr(raw), rows)


class _Parser:
    """Takes the fields out of chunks; remembers how many fields the widest row has had."""

    def __init__(self, part: Part, label: str, delimiter: str, limits: Limits) -> None:
        self._columns = len(part.headings)
        self._width = self._columns
        self._label, self._delimiter, self._limits = label, delimiter, limits

    def __call__(self, chunk: Chunk) -> pl.DataFrame:
        """One row per record of ``chunk``."""
        frame = self._fields(chunk)
        if frame.height != chunk.records:
            detail = f"{frame.height} / {chunk.records}, L{chunk.first_line}"
            raise refusal("unreadable", name=self._label, detail=detail)
        if chunk.stand_in is not None:
            stand_in = chunk.stand_in.decode()
            frame = frame.select(pl.all().str.replace_all(stand_in, '"', literal=True))
        lines = chunk.lines
        if lines is None:
            start = chunk.first_line
            lines = pl.int_range(start, start + chunk.records, dtype=pl.Int64, eager=True)
        return finish_rows(frame, lines, self._columns, self._limits.max_cell_chars)

    def _fields(self, chunk: Chunk) -> pl.DataFrame:
        while True:
            try:
                return self._parsed(chunk)
            except pl.exceptions.ComputeError as error:
                refuse_broken_utf8(chunk.text, chunk.first_line, chunk.is_end)
                if "more fields" not in str(error):
                    detail = f"L{chunk.first_line}: {str(error).splitlines()[0]}"
                    raise refusal("unreadable", name=self._label, detail=detail) from error
            self._widen(chunk)

    def _widen(self, chunk: Chunk) -> None:
        """Make room for rows with more fields than there are headings."""
        most = self._columns + self._limits.max_columns
        if self._width >= most:
            raise refusal("too_many_columns", name=self._label, line=chunk.first_line, limit=most)
        surplus = max((self._width - self._columns) * 4, _FIRST_WIDENING)
        self._width = min(self._columns + surplus, most)

    def _parsed(self, chunk: Chunk) -> pl.DataFrame:
        # A heading line of our own fixes the number of columns, also where a chunk starts
        # with a blank line, and makes Polars refuse a row that has more.
        names = self._delimiter.join(map(str, range(self._width))).encode() + b"\n"
        return pl.read_csv(
            names + chunk.text,
            separator=self._delimiter,
            quote_char='"' if chunk.quoted else None,
            infer_schema=False,
            null_values=[""] if chunk.quoted and b'""' in chunk.text else None,
        )
