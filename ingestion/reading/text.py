"""From the bytes of a text file to UTF-8 in blocks, exact or refused with the line.

Belongs here: decoding, NUL bytes, lone carriage returns. Does not belong here: what a record
is. Decoding comes before any parsing, because parsers that decode on the way have been seen to
corrupt a character that straddles their buffer (duckdb-encodings issue 19).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from ingestion.reading.encodings import Encoding
from ingestion.reading.wording import refusal

BLOCK_BYTES = 16 << 20
_DECODED_AT_ONCE = 1 << 14
"""Decoding holds Python's lock: small pieces let the parsing thread in, and stay in the cache."""


def utf8_blocks(
    stream: BinaryIO, encoding: Encoding, block_bytes: int = BLOCK_BYTES
) -> Iterator[bytes]:
    """The text of ``stream`` as UTF-8, in blocks of about ``block_bytes``.

    A block may end anywhere. UTF-8 input is handed on unchecked: whoever parses it checks, and
    calls ``refuse_broken_utf8``. A file whose first block has carriage returns and no line feed
    has its carriage returns turned into line feeds. Raises UnreadableDropError:
    encoding_broken, truncated, nul_bytes.
    """
    stream.read(encoding.mark)
    blocks = _raw(stream, block_bytes)
    if encoding.name not in ("utf-8", "utf-8-sig"):
        blocks = _recoded(blocks, encoding)
    lone_cr: bool | None = None
    line = 1
    for block in blocks:
        if b"\0" in block:
            raise refusal("nul_bytes", line=line + block.count(b"\n", 0, block.index(b"\0")))
        if lone_cr is None:
            lone_cr = ends_lines_with_cr(block)
        line += block.count(b"\n")
        yield block.replace(b"\r", b"\n") if lone_cr else block


def ends_lines_with_cr(head: bytes) -> bool:
    """Whether a text uses the line ends of the old Mac."""
    return b"\r" in head[:-1] and b"\n" not in head


def refuse_broken_utf8(text: bytes, first_line: int, is_end: bool) -> None:
    """Raise the refusal that names the line of the first byte that is not UTF-8, if there is one.

    ``text`` starts with ``first_line``; ``is_end`` tells that the file ends with it.
    """
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + text.count(b"\n", 0, error.start)
        if is_end and error.end == len(text) and error.reason == "unexpected end of data":
            raise refusal("truncated", line=line) from error
        raise refusal("encoding_broken", line=line, encoding="utf-8") from error


def _raw(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while block := stream.read(size):
        yield block


def _recoded(blocks: Iterator[bytes], encoding: Encoding) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    line = 1
    for block in blocks:
        pieces = []
        for start in range(0, len(block), _DECODED_AT_ONCE):
            piece = block[start : start + _DECODED_AT_ONCE]
            try:
                pieces.append(decoder.decode(piece).encode("utf-8"))
            except UnicodeDecodeError as error:
                line += error.object[: error.start].decode(encoding.name).count("\n")
                raise refusal("encoding_broken", line=line, encoding=encoding.name) from error
            line += pieces[-1].count(b"\n")
        yield b"".join(pieces)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise refusal("truncated", line=line) from error
