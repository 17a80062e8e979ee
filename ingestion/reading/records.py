"""Where the records of delimited text begin and end, found from its bytes alone.

Belongs here: quotation marks, line ends and physical lines. Does not belong here: the values
of fields. The parser that takes the fields out must find the same number of records.

A quotation mark opens a quoted field only where a field begins; inside, two of them mean one;
after the closing one a delimiter or a line end must follow (RFC 4180). Elsewhere it is a
character like any other: ``5" pipe``. In UTF-8 no byte of a longer character equals a
quotation mark, a delimiter or a line feed, so bytes can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from ingestion.reading.wording import refusal

_QUOTE, _LINE_FEED, _CARRIAGE_RETURN = 0x22, 0x0A, 0x0D
_STAND_INS = bytes((*range(0x01, 0x09), *range(0x0E, 0x20)))


@dataclass(frozen=True)
class Chunk:
    """Whole records.

    ``text``: UTF-8. ``first_line``: physical line of its first byte. ``lines``: the physical
    line where each record starts; None where every line is a record. ``records``: how many.
    ``quoted``: whether quotation marks open fields. ``stand_in``: the character that stands in
    ``text`` for quotation marks that are characters, if there are any. ``is_end``: the last one.
    """

    text: bytes
    first_line: int
    lines: pl.Series | None
    records: int
    quoted: bool
    stand_in: bytes | None
    is_end: bool


@dataclass(frozen=True)
class _Cut:
    """Where a text was cut: ``end`` of its last whole record, and what ``Chunk`` holds."""

    end: int
    lines: pl.Series | None
    records: int
    quoted: bool
    stand_in: bytes | None
    text: bytes


def carve(
    blocks: Iterable[bytes], delimiter: str, max_record_bytes: int, first_line: int = 1
) -> Iterator[Chunk]:
    """Cut blocks of UTF-8 that end anywhere into chunks of whole records.

    Raises UnreadableDropError: unclosed_quote, record_too_long.
    """
    rest, line = b"", first_line
    for block in blocks:
        buffer = rest + block if rest else block
        cut = _cut(buffer, delimiter, line, is_end=False)
        if len(buffer) - cut.end > max_record_bytes + len(block):
            raise _endless(buffer[cut.end :], line + buffer.count(b"\n", 0, cut.end), delimiter)
        if cut.end:
            yield _chunk(cut, line, is_end=False)
            line += buffer.count(b"\n", 0, cut.end)
        rest = buffer[cut.end :]
    if rest:
        cut = _cut(rest, delimiter, line, is_end=True)
        yield _chunk(cut, line, is_end=True)


def _chunk(cut: _Cut, first_line: int, is_end: bool) -> Chunk:
    lines = None if cut.lines is None else cut.lines + first_line
    return Chunk(cut.text, first_line, lines, cut.records, cut.quoted, cut.stand_in, is_end)


def _cut(buffer: bytes, delimiter: str, line: int, is_end: bool) -> _Cut:
    if b'"' not in buffer:
        end = len(buffer) if is_end else buffer.rfind(b"\n") + 1
        text = buffer[:end]
        records = text.count(b"\n") + (is_end and not text.endswith(b"\n"))
        return _Cut(end, None, records, False, None, text)
    stand_in = None
    quotes = _positions(buffer, _QUOTE)
    if not _all_in_place(buffer, quotes, ord(delimiter)):
        buffer, stand_in = _without_loose_quotes(buffer, ord(delimiter), line)
        quotes = _positions(buffer, _QUOTE)
    cut = _cut_quoted(buffer, quotes, stand_in, is_end)
    if is_end and len(quotes) % 2:
        opening = _open_quote(buffer, ord(delimiter))
        raise refusal("unclosed_quote", line=line + buffer.count(b"\n", 0, opening))
    return cut


def _cut_quoted(buffer: bytes, quotes: pl.Series, stand_in: bytes | None, is_end: bool) -> _Cut:
    line_feeds = _positions(buffer, _LINE_FEED)
    ends_record = quotes.search_sorted(line_feeds) % 2 == 0
    last_lines = ends_record.arg_true()  # of each record, counted from 0
    whole = len(last_lines)
    end = line_feeds[last_lines[-1]] + 1 if whole else 0
    starts = pl.concat([pl.Series([0], dtype=pl.Int64), last_lines.cast(pl.Int64) + 1])
    if is_end and end < len(buffer):
        end, whole = len(buffer), whole + 1
    quoted = len(quotes) > 0
    return _Cut(end, starts.head(whole), whole, quoted, stand_in, buffer[:end])


def _positions(data: bytes, value: int) -> pl.Series:
    array = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    found = pl.Series(array) == value
    return found.arg_true().cast(pl.Int64)


def _all_in_place(data: bytes, quotes: pl.Series, delimiter: int) -> bool:
    """Whether every quotation mark opens or closes a field or is one of two that mean one.

    Marks at even places open, those at odd places close. One that neither stands at the edge
    of a field nor beside its partner shows that some mark is a mere character.
    """
    array = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    text = pl.Series(array)
    opening, closing = quotes.gather_every(2), quotes.gather_every(2, 1)
    opening = opening.filter(opening > 0)
    before = text.gather(opening - 1)
    if not before.is_in([delimiter, _LINE_FEED, _QUOTE]).all():
        return False
    # A mark after a closing one is its partner only if that one stands right before it: an
    # opening mark whose neighbour is a mark is always that, since the one before it closes.
    closing = closing.filter(closing < len(data) - 1)
    after = text.gather(closing + 1)
    at_end = after.is_in([delimiter, _LINE_FEED, _QUOTE])
    if at_end.all():
        return True
    others = closing.filter(~at_end)
    line_ends = others.filter(
        (text.gather(others + 1) == _CARRIAGE_RETURN) & (others < len(data) - 2)
    )
    returns_at_edge = int((others == len(data) - 2).sum())
    if len(line_ends) + returns_at_edge < len(others):
        return False
    return bool((text.gather(line_ends + 2) == _LINE_FEED).all())


def _without_loose_quotes(data: bytes, delimiter: int, line: int) -> tuple[bytes, bytes]:
    """The same bytes with a stand-in for every quotation mark that is a mere character."""
    stand_in = next((bytes((b,)) for b in _STAND_INS if b not in data), None)
    if stand_in is None:
        raise refusal("unclosed_quote", line=line + data.count(b"\n", 0, data.index(b'"')))
    edges = bytes((delimiter, _LINE_FEED))
    changed = bytearray(data)
    at = data.find(b'"')
    while at >= 0:
        if at and data[at - 1] not in edges:
            changed[at : at + 1] = stand_in
            at = data.find(b'"', at + 1)
            continue
        closing = _closing_quote(data, at)
        if closing < 0:
            break
        after = data[closing + 1 : closing + 3]
        if after and after[0] not in edges and after not in (b"\r\n", b"\r"):
            raise refusal("unclosed_quote", line=line + data.count(b"\n", 0, at))
        at = data.find(b'"', closing + 1)
    return bytes(changed), stand_in


def _closing_quote(data: bytes, opening: int) -> int:
    at = data.find(b'"', opening + 1)
    while at >= 0 and data[at + 1 : at + 2] == b'"':
        at = data.find(b'"', at + 2)
    return at


def _open_quote(data: bytes, delimiter: int) -> int:
    """Where the quotation mark stands that opens a field and is never closed, or -1."""
    edges = bytes((delimiter, _LINE_FEED))
    at = data.find(b'"')
    while at >= 0:
        if not at or data[at - 1] in edges:
            closing = _closing_quote(data, at)
            if closing < 0:
                return at
            at = closing
        at = data.find(b'"', at + 1)
    return -1


def _endless(rest: bytes, line: int, delimiter: str) -> Exception:
    opening = _open_quote(rest, ord(delimiter))
    if opening >= 0:
        return refusal("unclosed_quote", line=line + rest.count(b"\n", 0, opening))
    return refusal("record_too_long", line=line, limit=len(rest))
