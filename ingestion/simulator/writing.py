"""Rows of text as the bytes of a file, the same bytes every time, and where each row stands.

Belongs here: formats, encodings, containers. Does not: what the rows say.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

MADE_ON = datetime(2026, 1, 1)
ZIP_DATE = (2026, 1, 1, 0, 0, 0)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LATER_PARTS = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")


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
    """The file's bytes, always the same for the same rows.

    ``layout``: format (csv, tsv, xlsx, jsonl), encoding, newline, container (gzip, zip).
    """
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


def row_lines(
    table: Table, layout: dict[str, Any], start: int = 0, *, with_headings: bool = True
) -> tuple[pl.Series, int]:
    """Physical line (or sheet row) where each row starts, 1-based, and the last line of all.

    ``start``: lines that stand before the part in its file.
    """
    first, rows = start + 1, len(table.rows)
    if layout["format"] != "jsonl" and with_headings:
        first += table.heading_line
    numbers = pl.int_range(first, first + rows, eager=True)
    if layout["format"] in ("xlsx", "jsonl"):
        return numbers, first + rows - 1
    breaks = table.rows.select(
        pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    ).to_series()
    ends = numbers + breaks.cum_sum()
    return numbers + breaks.cum_sum().shift(1, fill_value=0), int(ends[-1]) if rows else first - 1


def append_text(path: Path, data: bytes, layout: dict[str, Any], first: bool) -> None:
    """Add encoded text to a file; a gzip file gets another member."""
    if layout.get("container") == "gzip":
        data = gzip.compress(data, compresslevel=6, mtime=0)
    with path.open("wb" if first else "ab") as file:
        file.write(data)


def zip_member(name: str) -> zipfile.ZipInfo:
    """A member without the clock in it."""
    member = zipfile.ZipInfo(name, ZIP_DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def text_of(table: Table, layout: dict[str, Any], *, with_headings: bool = True) -> bytes:
    """The rows as the encoded text of a file, or of a later part of one."""
    if not with_headings:
        layout = layout | {"encoding": LATER_PARTS.get(layout["encoding"], layout["encoding"])}
    return _text(table, layout, with_headings)


def _text(table: Table, layout: dict[str, Any], with_headings: bool = True) -> bytes:
    frame = table.rows.rename(table.headings)
    if layout["format"] == "jsonl":
        numbers = [table.headings[c] for c in table.cells]
        frame = frame.with_columns(pl.col(numbers).cast(pl.Float64, strict=False))
        return _encoded(frame.write_ndjson(), layout["encoding"])
    text = frame.write_csv(
        separator="\t" if layout["format"] == "tsv" else ",",
        line_terminator=layout["newline"],
        include_header=with_headings,
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
            archive.writestr(zip_member(str(table.name)), _text(table, layout))
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
        sheet.write_string(table.heading_line - 1, column, heading, formats["heading"])
        typed = field in table.cells
        for row, text in enumerate(table.rows[field], start=table.heading_line):
            if text is not None:
                _cell(sheet, (row, column), text, formats["date"] if typed else None)
    sheet.set_column(0, last, 16)


def _cell(sheet: Any, at: tuple[int, int], text: str, date_format: Any) -> None:
    """A typed cell (``date_format`` given) where the text reads as date or number, else text."""
    if date_format is not None and ISO_DATE.fullmatch(text):
        sheet.write_datetime(*at, datetime.strptime(text, "%Y-%m-%d"), date_format)
    elif date_format is not None and NUMBER.fullmatch(text):
        sheet.write_number(*at, float(text))
    else:
        sheet.write_string(*at, text)
