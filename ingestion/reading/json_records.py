"""JSON documents and JSON Lines: objects along a path become records with dotted headings.

Belongs here: the path, flattening, batches. Does not belong here: parsing (``json_text``).

A record is the deepest object on the path together with the scalars of the objects above it.
An object whose list is missing or empty is still a record, so that nothing is left out.
Headings are collected in a first pass over the file, rows are made in a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import polars as pl

from ingestion.reading.containers import Member, read_whole
from ingestion.reading.encodings import Encoding, detect_encoding
from ingestion.reading.json_text import Located, parse_document, starts_with_list, to_text
from ingestion.reading.model import HEADING_ROWS_SEARCHED, Limits, Note, Part, ReadingRules
from ingestion.reading.plan import Frames, Plan
from ingestion.reading.rows import finish_rows
from ingestion.reading.text import refuse_broken_utf8, utf8_blocks
from ingestion.reading.wording import note, refusal

_ROWS_AT_ONCE = 50_000
_LIST = "[]"

Record = tuple[int, dict[str, str | None]]
"""Physical line of the object, and its texts by dotted heading."""


@dataclass(frozen=True)
class Step:
    """One key of a path, and whether a list lies below it."""

    key: str
    is_list: bool


def plan_json(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    """Plan for a JSON document, read as a whole.

    Raises UnreadableDropError: too_large, empty, json_broken, json_too_deep, json_shape,
    json_repeated_key, too_many_columns, and what decoding raises.
    """
    encoding = _encoding(member, rules)
    path = None if rules.json_path is None else parse_path(rules.json_path)
    notes = list(encoding.notes)

    def records(told: list[Note] | None = None) -> Iterator[Record]:
        return document_records(_document(member, encoding, limits), path, told)

    headings = _headings(records(notes), member.label, limits)
    part = Part(member.name, headings, None)
    return Plan("json", encoding.name, None, tuple(notes), lambda: _frames(records(), part, limits))


def plan_json_lines(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    """Plan for JSON Lines, streamed; raises as ``plan_json`` does."""
    encoding = _encoding(member, rules)
    path = parse_path(rules.json_path or "")

    def records() -> Iterator[Record]:
        return line_records(member, encoding, path, limits)

    headings = _headings(records(), member.label, limits)
    part = Part(member.name, headings, None)
    return Plan(
        "jsonl", encoding.name, None, encoding.notes, lambda: _frames(records(), part, limits)
    )


def peek_json(member: Member, limits: Limits) -> list[list[str]]:
    """All dotted key paths of a document's objects, as one row."""
    text = _document(member, _encoding(member, None), limits)
    paths: dict[str, None] = {}
    for value in islice(parse_document(text), HEADING_ROWS_SEARCHED):
        _collect_paths(value, "", paths)
    return [list(paths)]


def peek_json_lines(member: Member, limits: Limits) -> list[list[str]]:
    """All dotted key paths of the first objects, as one row."""
    paths: dict[str, None] = {}
    values = _line_values(member, _encoding(member, None), limits)
    for _, value in islice(values, HEADING_ROWS_SEARCHED):
        _collect_paths(value, "", paths)
    return [list(paths)]


def parse_path(path: str) -> tuple[Step, ...]:
    """``city[].country[]`` as steps; a leading ``[]`` for the top-level list may be left out."""
    keys = [key for key in path.split(".") if key not in ("", _LIST)]
    return tuple(Step(key.removesuffix(_LIST), key.endswith(_LIST)) for key in keys)


def document_records(
    text: str, path: tuple[Step, ...] | None, told: list[Note] | None = None
) -> Iterator[Record]:
    """The records of a document; ``path`` None finds the only list of objects.

    Then headings are the objects' own keys, and ``told`` gets a note of what lies around it.
    """
    values = parse_document(text)
    if path is None and not starts_with_list(text):
        values = iter(_only_list(next(values), told))
    for value in values:
        yield from _records(_object(value, "", 1), path or (), "", {})


def line_records(
    member: Member, encoding: Encoding, path: tuple[Step, ...], limits: Limits
) -> Iterator[Record]:
    """The records of JSON Lines; a blank line is a record without texts."""
    for line, value in _line_values(member, encoding, limits):
        if value is None:
            yield line, {}
        else:
            yield from _records(_object(value, "", line), path, "", {})


def _records(
    item: Located, path: tuple[Step, ...], prefix: str, above: dict[str, str | None]
) -> Iterator[Record]:
    step = path[0] if path else None
    texts = dict(above)
    for key, value in item.items():
        if step is None or key != step.key:
            _flatten(value, prefix + key, texts, item.line)
    below = item.get(step.key) if step else None
    if step is None or below is None or below == []:
        yield item.line, texts
        return
    name = prefix + step.key
    if step.is_list != isinstance(below, list):
        raise _unexpected(name, item.line, "a list" if step.is_list else "an object")
    for child in below if step.is_list else [below]:
        yield from _records(_object(child, name, item.line), path[1:], name + ".", texts)


def _flatten(value: Any, name: str, texts: dict[str, str | None], line: int) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _flatten(inner, f"{name}.{key}", texts, line)
        return
    if name in texts:
        raise refusal("json_repeated_key", line=line, key=name)
    texts[name] = to_text(value)


def _only_list(top: Any, told: list[Note] | None) -> list[Any]:
    top = _object(top, "", 1)
    lists = [key for key, value in top.items() if _is_list_of_objects(value)]
    if len(lists) != 1:
        raise _unexpected("", top.line, "a list")
    around = [key for key in top if key != lists[0]]
    if around and told is not None:
        told.append(note("json_around_list", path=lists[0], names=", ".join(around)))
    found: list[Any] = top[lists[0]]
    return found


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _object(value: Any, path: str, line: int) -> Located:
    if not isinstance(value, Located):
        raise _unexpected(path, line, "an object")
    return value


def _unexpected(path: str, line: int, wanted: str) -> Exception:
    wanted_zh = {"a list": "列表", "an object": "对象"}[wanted]
    return refusal("json_shape", line=line, path=path, wanted=wanted, wanted_zh=wanted_zh)


def _headings(records: Iterable[Record], label: str, limits: Limits) -> tuple[str, ...]:
    headings: dict[str, None] = {}
    for line, texts in records:
        headings.update(dict.fromkeys(texts))
        if len(headings) > limits.max_columns:
            raise refusal("too_many_columns", name=label, line=line, limit=limits.max_columns)
    if not headings:
        raise refusal("empty", name=label)
    return tuple(headings)


def _frames(records: Iterator[Record], part: Part, limits: Limits) -> Frames:
    names = {heading: str(i) for i, heading in enumerate(part.headings)}
    schema = dict.fromkeys(names.values(), pl.String)
    rows = list(islice(records, _ROWS_AT_ONCE))
    while True:
        columns = {
            name: pl.Series([texts.get(heading) for _, texts in rows], dtype=pl.String)
            for heading, name in names.items()
        }
        lines = pl.Series([line for line, _ in rows], dtype=pl.Int64)
        frame = pl.DataFrame(columns, schema=schema)
        yield part, finish_rows(frame, lines, len(names), limits.max_cell_chars)
        rows = list(islice(records, _ROWS_AT_ONCE))
        if not rows:
            return


def _document(member: Member, encoding: Encoding, limits: Limits) -> str:
    with member.open() as stream:
        data = read_whole(stream, member.label, limits)
    text = b"".join(utf8_blocks(BytesIO(data), encoding))
    refuse_broken_utf8(text, 1, is_end=True)
    return text.decode("utf-8")


def _line_values(member: Member, encoding: Encoding, limits: Limits) -> Iterator[tuple[int, Any]]:
    """(physical line, object) of each line; None for a blank one."""
    number, rest = 1, b""
    with member.open() as stream:
        for block in utf8_blocks(stream, encoding):
            *whole, rest = (rest + block).split(b"\n")
            if len(rest) > limits.max_record_bytes:
                raise refusal("record_too_long", line=number, limit=limits.max_record_bytes)
            for line in whole:
                yield number, _line_value(line, number, is_end=False)
                number += 1
    if rest:
        yield number, _line_value(rest, number, is_end=True)


def _line_value(line: bytes, number: int, is_end: bool) -> Any:
    refuse_broken_utf8(line, number, is_end)
    text = line.decode("utf-8")
    if not text.strip():
        return None
    if starts_with_list(text):
        raise _unexpected("", number, "an object")
    (value,) = parse_document(text, number)
    return value


def _collect_paths(value: Any, prefix: str, paths: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect_paths(inner, f"{prefix}.{key}" if prefix else key, paths)
    elif isinstance(value, list) and _is_list_of_objects(value):
        for inner in value:
            _collect_paths(inner, prefix, paths)
    elif prefix:
        paths[prefix] = None


def _encoding(member: Member, rules: ReadingRules | None) -> Encoding:
    with member.open() as stream:
        return detect_encoding(stream, rules.encoding if rules else None)
