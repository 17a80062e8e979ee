"""Which encoding a text file is in, and how sure that is.

Belongs here: byte marks, UTF-16 without a mark, and the choice between UTF-8 and GB18030
(whose subset GBK is what most office software in China still writes). Does not belong here:
decoding the file.

Where the bytes fit two encodings as text, the drop is refused unless the contract settles it.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from ingestion.reading.model import Note
from ingestion.reading.wording import note, refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CANDIDATES = ("utf-8", "gb18030")
_BLOCK = 1 << 20
_ENOUGH_EVIDENCE = 64 * 1024
"""Bytes of lines with non-ASCII text after which the search for more of them ends."""

CERTAIN_CHARACTERS = 16
"""So many different characters in valid UTF-8 do not come about by chance.

A two-byte character of GB 2312 is also valid UTF-8 for about one in eight (lead C2 to DF,
trail A1 to BF), so sixteen different ones would be one file in 10^14.
"""

READS_AS_TEXT = 0.5
CLEARLY_MORE = 0.25
_IN_A_WORD = re.compile(r"(?<=[a-z])[^\x00-\x7f]|[^\x00-\x7f](?=[a-z])")


@dataclass(frozen=True)
class Encoding:
    """``name``: a Python codec; ``mark``: length of the byte mark; ``notes``: how it was found."""

    name: str
    mark: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Evidence:
    """Lines with non-ASCII bytes, joined; of each: where it starts in ``text``, its physical
    line, and its byte offset in the file.
    """

    text: bytes
    places: list[tuple[int, int, int]]

    def place(self, at: int) -> tuple[int, int]:
        """Physical line and byte offset in the file of a position in ``text``."""
        start, line, offset = self.places[bisect_right(self.places, (at, 1 << 62)) - 1]
        return line, offset + at - start


def detect_encoding(stream: BinaryIO, stated: str | None = None) -> Encoding:
    """Find the encoding of a text stream, reading as far as is needed to be sure.

    ``stated`` settles the matter only where the bytes leave it open. Raises
    UnreadableDropError: encoding_ambiguous, encoding_unknown.
    """
    head = stream.read(_BLOCK)
    stated = _normal_name(stated)
    marked = _marked(head) or _utf16_without_mark(head)
    if marked:
        return _with_stated(marked, stated)
    evidence = _gather_evidence(head, stream)
    if not evidence.text:
        return Encoding("utf-8", 0, (note("encoding_ascii"),))
    utf8 = _decoded(evidence.text, "utf-8")
    gb18030 = _decoded(evidence.text, "gb18030")
    chosen = _choose(evidence, utf8, gb18030, stated)
    return _with_stated(chosen, stated)


def expectedness(text: str) -> float:
    """The share (0 to 1) of the non-ASCII characters that one expects in a register.

    Hanzi of GB 2312 level 1 (the 3,755 most frequent) and the symbols of GB 2312 count 1, level 2
    counts a half. Beside a lower-case Latin letter only a Latin letter is expected: ``café``,
    not ``caf茅``.
    """
    foreign = [c for c in text if c > "\x7f"]
    if not foreign:
        return 1.0
    inside_words = _IN_A_WORD.findall(text)
    weights = _weights()
    total = sum(weights.get(c, 0.0) for c in foreign)
    total += sum(("À" <= c <= "ɏ") - weights.get(c, 0.0) for c in inside_words)
    return max(total, 0.0) / len(foreign)


def _choose(
    evidence: _Evidence, utf8: str | None, gb18030: str | None, stated: str | None
) -> Encoding:
    if utf8 is not None and (gb18030 is None or _many_characters(utf8)):
        return _detected("utf-8", utf8)
    if utf8 is None and gb18030 is not None and expectedness(gb18030) >= READS_AS_TEXT:
        return _detected("gb18030", gb18030)
    if utf8 is None or gb18030 is None:
        return _only_as_stated(evidence, stated)
    return _between(evidence, utf8, gb18030, stated)


def _between(evidence: _Evidence, utf8: str, gb18030: str, stated: str | None) -> Encoding:
    gain = expectedness(utf8) - expectedness(gb18030)
    if gain >= CLEARLY_MORE and expectedness(utf8) >= READS_AS_TEXT:
        reading = _first_foreign_line(gb18030)
        return Encoding(
            "utf-8",
            0,
            (note("encoding_more_likely", encoding="utf-8", other="gb18030", reading=reading),),
        )
    if stated in ("utf-8", "gb18030"):
        return Encoding(stated, 0, (note("encoding_stated", encoding=stated),))
    raise refusal(
        "encoding_ambiguous",
        line=evidence.places[0][1],
        utf8=_first_foreign_line(utf8),
        gb18030=_first_foreign_line(gb18030),
    )


def _only_as_stated(evidence: _Evidence, stated: str | None) -> Encoding:
    if stated and _decoded(evidence.text, stated) is not None:
        return Encoding(stated, 0, (note("encoding_stated", encoding=stated),))
    line, offset = evidence.place(max(_fits_until(evidence.text, e) for e in _CANDIDATES))
    raise refusal("encoding_unknown", line=line, offset=offset)


def _fits_until(data: bytes, encoding: str) -> int:
    """Where bytes stop to fit an encoding; 0 where they fit it without being text."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _with_stated(found: Encoding, stated: str | None) -> Encoding:
    if stated is None or found.name.removesuffix("-sig") == stated or stated == "utf-16":
        return found
    told = note("encoding_not_as_stated", stated=stated, encoding=found.name)
    return Encoding(found.name, found.mark, (*found.notes, told))


def _marked(head: bytes) -> Encoding | None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark), (note("encoding_bom", encoding=name),))
    return None


def _utf16_without_mark(head: bytes) -> Encoding | None:
    """UTF-16 shows in its separators: a NUL in every line end, all on one side of the pairs."""
    sample = head[: 1 << 16]
    sample = sample[: len(sample) // 2 * 2]
    for name, line_end, nul_side in (("utf-16-le", b"\n\0", 1), ("utf-16-be", b"\0\n", 0)):
        nuls, others = sample[nul_side::2].count(0), sample[1 - nul_side :: 2].count(0)
        if not nuls or others or line_end not in sample:
            continue
        text = _decoded(sample, name)
        if text is not None and expectedness(text) >= READS_AS_TEXT:
            return _detected(name, text)
    return None


def _gather_evidence(head: bytes, stream: BinaryIO) -> _Evidence:
    found: list[bytes] = []
    places: list[tuple[int, int, int]] = []
    size, number, offset = 0, 1, 0
    for block in _whole_lines(head, stream):
        if block.isascii():
            number += block.count(b"\n")
            offset += len(block)
            continue
        for line in block.split(b"\n"):
            if not line.isascii():
                places.append((size, number, offset))
                found.append(line)
                size += len(line) + 1
            number += 1
            offset += len(line) + 1
            if size >= _ENOUGH_EVIDENCE:
                return _Evidence(b"\n".join(found), places)
        number, offset = number - 1, offset - 1  # what follows the last line end is no line
    return _Evidence(b"\n".join(found), places)


def _whole_lines(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Blocks that end at line ends, so that no character is cut; the last may be cut."""
    rest = b""
    block = head
    while block:
        block = rest + block
        cut = block.rfind(b"\n") + 1 or len(block)
        yield block[:cut]
        rest = block[cut:]
        block = stream.read(_BLOCK)
    if rest:
        yield rest


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text, or None where the bytes do not fit; a character cut at the end may still fit."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except (UnicodeDecodeError, LookupError):
        return None


def _detected(name: str, text: str) -> Encoding:
    foreign = sum(c > "\x7f" for c in text)
    return Encoding(name, 0, (note("encoding_detected", encoding=name, evidence=foreign),))


def _many_characters(text: str) -> bool:
    return len({c for c in text if c > "\x7f"}) >= CERTAIN_CHARACTERS


def _first_foreign_line(text: str) -> str:
    line = next((line for line in text.splitlines() if not line.isascii()), text)
    return line.strip()[:40]


def _normal_name(stated: str | None) -> str | None:
    if stated is None:
        return None
    name = codecs.lookup(stated).name
    return {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8"}.get(name, name)


@cache
def _weights() -> dict[str, float]:
    """Expectedness of each character of GB 2312, by its row in the code table."""
    weights: dict[str, float] = {}
    for lead in range(0xA1, 0xF8):
        weight = 0.5 if lead >= 0xD8 else 1.0
        for trail in range(0xA1, 0xFF):
            try:
                weights[bytes((lead, trail)).decode("gb2312")] = weight
            except UnicodeDecodeError:
                continue
    for character in "\u3000\xa0\ufeff–—…‘’“”•㎡㎥€":
        weights[character] = 1.0
    return weights
