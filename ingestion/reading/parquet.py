"""Parquet: columns of any type to text.

Belongs here: how each type is written as text. Does not belong here: guessing what it means.
A record's line is its number in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.reading.containers import Member, read_whole
from ingestion.reading.model import Limits, Part, ReadingRules
from ingestion.reading.plan import Frames, Plan
from ingestion.reading.rows import finish_rows
from ingestion.reading.wording import refusal

_ROWS_AT_ONCE = 100_000
_DAMAGE = (pa.ArrowException, OSError, ValueError)  # ValueError: names that are not UTF-8


def plan_parquet(member: Member, rules: ReadingRules, limits: Limits) -> Plan:  # noqa: ARG001
    """Plan for a Parquet file.

    Raises UnreadableDropError: unreadable, too_many_columns, too_many_records, archive_bomb.
    """
    with member.open() as stream:
        headings = tuple(_opened(stream, member.label, limits).schema_arrow.names)
    part = Part(member.name, headings, None)

    def frames() -> Frames:
        with member.open() as stream:
            yield from _frames(_opened(stream, member.label, limits), part, member.label, limits)

    return Plan("parquet", None, None, (), frames)


def peek(member: Member, limits: Limits) -> list[list[str]]:
    """The columns' names, as one row."""
    with member.open() as stream:
        return [list(_opened(stream, member.label, limits).schema_arrow.names)]


def _opened(stream: BinaryIO, label: str, limits: Limits) -> pq.ParquetFile:
    source: Any = stream
    if not stream.seekable():
        source = pa.BufferReader(read_whole(stream, label, limits))
    try:
        file = pq.ParquetFile(source)
    except _DAMAGE as error:
        raise refusal("unreadable", name=label, detail=_first_line(error)) from error
    if len(file.schema_arrow.names) > limits.max_columns:
        raise refusal("too_many_columns", name=label, line=0, limit=limits.max_columns)
    rows = file.metadata.num_rows
    if rows > limits.max_records:
        raise refusal("too_many_records", name=label, count=rows, limit=limits.max_records)
    groups = range(file.metadata.num_row_groups)
    if sum(file.metadata.row_group(g).total_byte_size for g in groups) > limits.max_bytes_unpacked:
        raise refusal("archive_bomb", name=label, limit=limits.max_bytes_unpacked)
    return file


def _frames(file: pq.ParquetFile, part: Part, label: str, limits: Limits) -> Frames:
    read = 0
    yield part, _finished(file.schema_arrow.empty_table(), 0, part, limits)
    batches = file.iter_batches(batch_size=_ROWS_AT_ONCE)
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                batch.validate(full=True)
        except _DAMAGE as error:
            raise refusal("unreadable", name=label, detail=_first_line(error)) from error
        if batch is None:
            return
        yield part, _finished(pa.Table.from_batches([batch]), read, part, limits)
        read += batch.num_rows


def _finished(table: pa.Table, before: int, part: Part, limits: Limits) -> pl.DataFrame:
    columns = [_as_text(column).alias(str(i)) for i, column in enumerate(_series(table))]
    lines = pl.int_range(before + 1, before + 1 + table.num_rows, dtype=pl.Int64, eager=True)
    return finish_rows(pl.DataFrame(columns), lines, len(part.headings), limits.max_cell_chars)


def _series(table: pa.Table) -> Iterator[pl.Series]:
    for column in table.columns:
        series = pl.from_arrow(column)
        assert isinstance(series, pl.Series)
        yield series


def _as_text(column: pl.Series) -> pl.Series:
    """ISO dates and times, plain numbers, ``true`` and ``false``; nested values as JSON."""
    kind = column.dtype
    if kind.is_float():
        # A whole number that some tool stored as a float is still written as one.
        text = column.cast(pl.String).str.replace(r"\.0$", "")
    elif isinstance(kind, pl.Datetime):
        text = column.dt.to_string("%Y-%m-%d %H:%M:%S%.f%:z" if kind.time_zone else _DATETIME)
    elif kind.is_nested() or kind in (pl.Binary, pl.Object):
        text = pl.Series([_json(value) for value in column.to_list()], dtype=pl.String)
    else:
        text = column.cast(pl.String)
    return text.replace("", None)


_DATETIME = "%Y-%m-%d %H:%M:%S%.f"


def _json(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False, default=str)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
