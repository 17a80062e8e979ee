"""JSON text to objects that remember the physical line on which they begin.

Belongs here: parsing without damage to numbers, and lines. Does not belong here: which objects
are records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ingestion.reading.wording import refusal

_WHITE_SPACE = re.compile(r"[ \t\r\n]*")
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\n]', re.DOTALL)


class NumberText(str):
    """A number as the file writes it: no digit is lost to a float."""

    __slots__ = ()


class Located(dict[str, Any]):
    """A JSON object and ``line``, the physical line of its opening bracket."""

    line: int = 0


def parse_document(text: str, first_line: int = 1) -> Iterator[Any]:
    """The top-level value, or one by one the elements of a top-level list.

    ``first_line`` is the physical line of ``text``'s first character. Raises
    UnreadableDropError: json_broken, json_too_deep, json_repeated_key.
    """
    decoder = _Decoder(first_line)
    start = _skip(text, 0)
    if text[start : start + 1] != "[":
        value, end = decoder.value_at(text, start)
        if _skip(text, end) < len(text):
            raise _broken(text, _skip(text, end), "extra data", first_line)
        yield value
        return
    position = _skip(text, start + 1)
    if text[position : position + 1] == "]":
        return
    while True:
        value, end = decoder.value_at(text, position)
        yield value
        position = _skip(text, end)
        mark = text[position : position + 1]
        if mark == "]":
            break
        if mark != ",":
            raise _broken(text, position, "',' or ']' expected", first_line)
        position = _skip(text, position + 1)
    if _skip(text, position + 1) < len(text):
        raise _broken(text, _skip(text, position + 1), "extra data", first_line)


def starts_with_list(text: str) -> bool:
    """Whether the top-level value is a list."""
    start = _skip(text, 0)
    return text[start : start + 1] == "["


def to_text(value: Any) -> str | None:
    """A scalar as text, a list or object as JSON; null and empty text are None."""
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, str) else _dump(value)


def _dump(value: Any) -> str:
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_dump(k)}: {_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class _Decoder:
    """Decodes values in the order of the text and counts the lines between them."""

    def __init__(self, first_line: int) -> None:
        self._first_line = first_line
        self._line, self._counted = first_line, 0
        self._made: list[Located] = []
        self._json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=NumberText, parse_int=NumberText
        )

    def value_at(self, text: str, start: int) -> tuple[Any, int]:
        """The value that begins at ``start``, and where it ends."""
        self._made.clear()
        try:
            value, end = self._json.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise _broken(text, error.pos, error.msg, self._first_line) from error
        except RecursionError as error:
            raise refusal("json_too_deep") from error
        self._line += text.count("\n", self._counted, start)
        self._counted = start
        # Objects are made when they close, so closing brackets come in the same order.
        lines = _lines_by_closing(text, start, end, self._line)
        for made, line in zip(self._made, lines, strict=True):
            made.line = line
        for made in self._made:
            if "\0repeated" in made:
                raise refusal("json_repeated_key", line=made.line, key=made["\0repeated"])
        return value, end

    def _object(self, pairs: list[tuple[str, Any]]) -> Located:
        made = Located(pairs)
        if len(made) < len(pairs):
            seen: set[str] = set()
            made["\0repeated"] = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        self._made.append(made)
        return made


def _lines_by_closing(text: str, start: int, end: int, line: int) -> list[int]:
    opened: list[int] = []
    closed: list[int] = []
    for match in _MARKS.finditer(text, start, end):
        mark = match.group()
        if mark == "{":
            opened.append(line)
        elif mark == "}":
            closed.append(opened.pop())
        elif mark == "\n":
            line += 1
    return closed


def _skip(text: str, position: int) -> int:
    match = _WHITE_SPACE.match(text, position)
    assert match is not None, "white space may be empty"
    return match.end()


def _broken(text: str, position: int, detail: str, first_line: int) -> Exception:
    line = first_line + text.count("\n", 0, position)
    return refusal("json_broken", line=line, detail=detail)
