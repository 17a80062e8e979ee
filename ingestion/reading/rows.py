"""What every format does to its rows last: blank rows, surplus fields, lines, record numbers.

Belongs here: the columns that begin with an underscore. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

import polars as pl

from ingestion.reading.model import Batch
from ingestion.reading.plan import Frames
from ingestion.reading.wording import refusal

_MOST_SURPLUS = 65_535


def finish_rows(
    frame: pl.DataFrame, lines: pl.Series, columns: int, max_cell_chars: int
) -> pl.DataFrame:
    """Add ``_line``, ``_surplus`` and ``_blank`` to rows of text.

    ``frame``: String columns, empty fields null; those from the ``columns``-th on are surplus
    and are taken away. ``lines``: physical line of each row. Raises UnreadableDropError
    ``cell_too_long``.
    """
    frame = frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    _refuse_long_cells(frame, lines, max_cell_chars)
    blank = _blank_rows(frame)
    surplus = _surplus_fields(frame, columns)
    return frame.select(frame.columns[:columns]).with_columns(
        lines.cast(pl.Int64).alias("_line"), surplus.alias("_surplus"), blank.alias("_blank")
    )


def number_records(frames: Frames) -> Generator[Batch, None, None]:
    """Batches whose records are numbered from 1 over all parts of the drop.

    Closing it closes ``frames``.
    """
    read = 0
    with closing(frames):
        for part, frame in frames:
            yield Batch(part, frame.with_columns(_numbers(frame, read).alias("_record")))
            read += frame.height - int(frame["_blank"].sum())


def _numbers(frame: pl.DataFrame, read: int) -> pl.Expr:
    if not frame["_blank"].any():
        return pl.int_range(read + 1, read + 1 + frame.height, dtype=pl.Int64)
    is_record = ~pl.col("_blank")
    counted = is_record.cast(pl.Int64).cum_sum() + read
    return pl.when(is_record).then(counted).otherwise(None)


def _refuse_long_cells(frame: pl.DataFrame, lines: pl.Series, most: int) -> None:
    longest = frame.select(pl.all().str.len_bytes().max())
    if max((n or 0 for n in longest.row(0)), default=0) > most:
        too_long = pl.any_horizontal(pl.all().str.len_bytes() > most)
        at = frame.select(too_long.arg_true()).to_series()[0]
        raise refusal("cell_too_long", line=lines[at], limit=most)


def _blank_rows(frame: pl.DataFrame) -> pl.Series:
    """Rows that a person sees as blank; the first column tells which rows need a closer look."""
    blank = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    if not frame.width or not frame.height:
        return blank
    candidates = frame.select(_is_empty("0").arg_true()).to_series()
    if candidates.is_empty():
        return blank
    close = frame[candidates].select(pl.all_horizontal(_is_empty(c) for c in frame.columns))
    return blank.scatter(candidates.filter(close.to_series()), True)


def _is_empty(column: str) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")


def _surplus_fields(frame: pl.DataFrame, columns: int) -> pl.Series:
    """How far beyond the headings the last field stands that is not empty."""
    extra = frame.columns[columns:]
    reach = [
        pl.when(pl.col(name).is_not_null()).then(pl.lit(min(place, _MOST_SURPLUS)))
        for place, name in enumerate(extra, 1)
    ]
    if not reach:
        return pl.repeat(0, frame.height, dtype=pl.UInt16, eager=True)
    furthest = pl.max_horizontal(reach).fill_null(0).cast(pl.UInt16)
    return frame.select(furthest.alias("_surplus")).to_series()
