"""Rows of text as the bytes of a file, the same bytes every time, and where each row stands.

Belongs here: formats, encodings, containers. Does not: what the rows say.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import xlsxwriter

MADE_ON = datetime(2026, 1, 1)
ZIP_DATE = (2026, 1, 1, 0, 0, 0)
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
NUMBER = r"^-?\d+(\.\d+)?$"


@dataclass(frozen=True)
class Table:
    """One table of a file: a sheet, a zip's member, or all of it (``name`` None).

    ``rows``: text columns named by field; ``headings``: field to heading. ``titles``: lines
    above the headings. ``cells``: fields that a workbook or JSON holds as numbers or dates.
    """

    name: str | None
    headings: dict[str, str]
    rows: pl.DataFrame
    titles: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def heading_line(self) -> int:
        """Physical line or sheet row of the headings, 1-based."""
        return len(self.titles) + 1


def write_file(tables: Sequence[Table], layout: dict[str, Any]) -> bytes:
    """The file's bytes. ``layout``: format (csv, tsv, xlsx, jsonl), encoding, newline, container."""
    if layout["format"] == "xlsx":
        data = _workbook(tables)
    elif layout.get("container") == "zip":
        return _zipped(tables, layout)
    else:
        (table,) = tables
        data = _text(table, layout)
    return gzip.compress(data, mtime=0) if layout.get("container") == "gzip" else data


def write_document(document: dict[str, Any], encoding: str) -> bytes:
    """A nested JSON document on one line."""
    return _encoded(json.dumps(document, ensure_ascii=False), encoding)


def row_lines(table: Table, layout: dict[str, Any]) -> pl.Series:
    """Physical line (or sheet row) where each row starts, 1-based, in order of the rows."""
    if layout["format"] == "jsonl":
        return pl.int_range(1, len(table.rows) + 1, eager=True)
    first = table.heading_line + 1
    numbers = pl.int_range(first, first + len(table.rows), eager=True)
    if layout["format"] == "xlsx":
        return numbers
    breaks = table.rows.select(
        pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    ).to_series()
    return numbers + breaks.cum_sum().shift(1, fill_value=0)


def _text(table: Table, layout: dict[str, Any]) -> bytes:
    frame = table.rows.rename(table.headings)
    if layout["format"] == "jsonl":
        numbers = [table.headings[c] for c in table.cells]
        frame = frame.with_columns(pl.col(numbers).cast(pl.Float64, strict=False))
        return _encoded(frame.write_ndjson(), layout["encoding"])
    text = frame.write_csv(
        separator="\t" if layout["format"] == "tsv" else ",", line_terminator=layout["newline"]
    )
    above = "".join(title + layout["newline"] for title in table.titles)
    return _encoded(above + text, layout["encoding"])


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16":  # the codec of that name writes the machine's own byte order
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(encoding)


def _zipped(tables: Sequence[Table], layout: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for table in tables:
            member = zipfile.ZipInfo(str(table.name), ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, _text(table, layout))
    return packed.getvalue()


def _workbook(tables: Sequence[Table]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": MADE_ON})
    formats = {
        "heading": book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1}),
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for table in tables:
        _sheet(book.add_worksheet(table.name), table, formats)
    book.close()
    return made.getvalue()


def _sheet(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    last = len(table.headings) - 1
    for row, title in enumerate(table.titles):
        sheet.merge_range(row, 0, row, last, title, formats["title"])
    for column, (field, heading) in enumerate(table.headings.items()):
        sheet.write_string(len(table.titles), column, heading, formats["heading"])
        _column(sheet, column, table.heading_line, table.rows[field], field in table.cells, formats)
    sheet.set_column(0, last, 16)


def _column(
    sheet: Any, column: int, first: int, texts: pl.Series, typed: bool, formats: dict[str, Any]
) -> None:
    dates = texts.str.contains(ISO_DATE) if typed else None
    numbers = texts.str.contains(NUMBER) if typed else None
    for row, text in enumerate(texts):
        if text is None:
            continue
        if dates is not None and dates[row]:
            day = datetime.strptime(text, "%Y-%m-%d")
            sheet.write_datetime(first + row, column, day, formats["date"])
        elif numbers is not None and numbers[row]:
            sheet.write_number(first + row, column, float(text))
        else:
            sheet.write_string(first + row, column, text)
