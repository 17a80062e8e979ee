"""Whatever is written as delimited text comes back, every record with its physical line."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.reading import delimited
from tests.ingestion.reading.drops import read_drop

TEXT = st.text(
    st.sampled_from("ab1 ,;\t|\"\r\n'\\#市区街道é𠮷€㎡　。“”")
    | st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)),
    max_size=12,
).filter(lambda cell: not cell.startswith("\ufeff"))


@dataclass(frozen=True)
class Table:
    """Rows of cells (None for a blank line) and how they are written down."""

    width: int
    rows: list[list[str] | None]
    delimiter: str
    line_end: str
    quoting: int
    encoding: str
    packing: str
    last_line_ends: bool
    block_bytes: int


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 6))
    row = st.lists(TEXT, min_size=width, max_size=width)
    return Table(
        width=width,
        rows=draw(st.lists(st.none() | row, max_size=12)),
        delimiter=draw(st.sampled_from(",;\t|")),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        encoding=draw(
            st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
        ),
        packing=draw(st.sampled_from(["", "gzip", "zip"])),
        last_line_ends=draw(st.booleans()),
        block_bytes=draw(st.sampled_from([64, 100, 1 << 24])),
    )


@settings(max_examples=400, deadline=None)
@given(tables())
def test_every_record_comes_back_with_its_physical_line(table: Table) -> None:
    text, expected = write_down(table)
    with tempfile.TemporaryDirectory() as folder, small_blocks(table.block_bytes):
        read = read_drop(
            Path(folder),
            pack(text.encode(table.encoding), table.packing),
            "drop.csv" + {"": "", "gzip": ".gz", "zip": ".zip"}[table.packing],
            delimiter=table.delimiter,
            encoding=table.encoding,
        )
    assert list(zip(read.lines, read.rows, strict=True)) == expected
    assert read.records == list(range(1, len(expected) + 1))
    assert read.frame["_surplus"].to_list() == [0] * read.frame.height


def write_down(table: Table) -> tuple[str, list[tuple[int, tuple[str | None, ...]]]]:
    """The text of a table, and the (physical line, fields) that a reader must find."""
    # Sixteen different characters make the encoding certain, whatever the cells are.
    names = ["编号", "姓名性别出生住址电话户籍网格街道", "c", "d", "e", "f"][: table.width]
    lines = ["居民登记信息花名册（甲乙丙丁戊己庚辛壬）" + table.line_end]
    lines.append(table.delimiter.join(names) + table.line_end)
    expected: list[tuple[int, tuple[str | None, ...]]] = []
    for row in table.rows:
        if row is None:
            lines.append(table.line_end)
            continue
        buffer = io.StringIO(newline="")
        # csv.writer leaves a carriage return bare, which no reader could tell from a line end.
        quoting = csv.QUOTE_ALL if "\r" in "".join(row) else table.quoting
        writer = csv.writer(
            buffer, delimiter=table.delimiter, lineterminator=table.line_end, quoting=quoting
        )
        writer.writerow(row)
        # Python takes the four separators U+001C to U+001F for blanks, Unicode does not.
        if any(not c.isspace() or c in "\x1c\x1d\x1e\x1f" for cell in row for c in cell):
            line = "".join(lines).count("\n") + 1
            expected.append((line, tuple(cell or None for cell in row)))
        lines.append(buffer.getvalue())
    text = "".join(lines)
    return text if table.last_line_ends else text.removesuffix(table.line_end), expected


def pack(data: bytes, packing: str) -> bytes:
    if packing == "gzip":
        return gzip.compress(data)
    if packing == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("名册.csv", data)
        return buffer.getvalue()
    return data


def small_blocks(block_bytes: int) -> object:
    """Blocks of a few bytes, so that records and characters straddle them."""
    whole = delimited.utf8_blocks
    return mock.patch.object(
        delimited,
        "utf8_blocks",
        lambda stream, encoding: joined_head(whole(stream, encoding, block_bytes)),
    )


def joined_head(blocks):  # type: ignore[no-untyped-def]
    """The first block must hold the headings, as sixteen megabytes always do."""
    head = b""
    for block in blocks:
        head += block
        if head.count(b"\n") >= 3:
            break
    yield head
    yield from blocks


@pytest.mark.parametrize("records", [1, 7, 1000])
def test_lines_do_not_depend_on_where_blocks_end(tmp_path: Path, records: int) -> None:
    rows = "".join(f'{i},"第一行\n第二行 ""引"" 号",x\r\n' for i in range(records))
    content = ("编号,内容,备注\r\n" + rows).encode("gb18030")
    for block_bytes in (40, 61, 4096):
        with small_blocks(block_bytes):
            read = read_drop(tmp_path, content)
        assert read.lines == [2 + 2 * i for i in range(records)]
        assert {row[1] for row in read.rows} == {'第一行\n第二行 "引" 号'}
