"""Parquet: every type as text, in ISO where there is one."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import polars as pl

from ingestion.reading import Limits, peek_headings


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, row_group_size=2)
    return buffer.getvalue()


FRAME = pl.DataFrame(
    {
        "编号": [1, 2, None],
        "小数": [188006.0, 0.5, None],
        "金额": [Decimal("1.50"), Decimal("2.00"), None],
        "日期": [dt.date(2024, 1, 2), None, None],
        "时刻": [dt.datetime(2024, 1, 2, 3, 4, 5), None, None],
        "是否": [True, False, None],
        "列表": [[1, 2], [], None],
        "文字": ["甲", "", None],
    }
)


def test_values_are_text_and_lines_are_record_numbers(read):
    read = read(parquet(FRAME), "a.parquet")
    assert read.parts[0].headings == tuple(FRAME.columns)
    assert read.rows == [
        ("1", "188006", "1.50", "2024-01-02", "2024-01-02 03:04:05", "true", "[1, 2]", "甲"),
        ("2", "0.5", "2.00", None, None, "false", "[]", None),
    ]
    assert read.frame["_blank"].to_list() == [False, False, True]
    assert read.lines == [1, 2]
    assert (read.format, read.encoding, read.parts[0].heading_line) == ("parquet", None, None)


def test_damage_and_excess_are_refused(refused):
    data = parquet(FRAME)
    assert refused(data[:-20], "a.parquet").code == "unreadable"
    assert refused(data, "a.parquet", limits=Limits(max_columns=3)).code == "too_many_columns"
    assert refused(data, "a.parquet", limits=Limits(max_records=2)).code == "too_many_records"


def test_peeking_shows_the_columns(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(parquet(FRAME))
    assert peek_headings(path, "a.parquet") == [FRAME.columns]
