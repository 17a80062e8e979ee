"""Lines that ``row_lines`` names are the lines of the file."""

import gzip
import io
import zipfile

import openpyxl
import polars as pl

from ingestion.simulator.writing import Table, row_lines, write_file

ROWS = pl.DataFrame({"a": ["1", "2\n3", None, "4"], "b": ["x", "y\n\nz", "", "w"]})
HEADINGS = {"a": "甲", "b": "乙"}
CSV = {"format": "csv", "encoding": "utf-8", "newline": "\n"}


def test_a_row_after_one_with_line_breaks_starts_further_down():
    table = Table(None, HEADINGS, ROWS, titles=("标题",))
    lines = write_file([table], CSV).decode().split("\n")
    starts = row_lines(table, CSV)[0].to_list()
    assert starts == [3, 4, 8, 9]
    assert [lines[n - 1][:2] for n in starts] == ["1,", '"2', ',"', "4,"]


def test_a_sheet_row_is_a_row_whatever_its_cells_hold():
    table = Table("表", HEADINGS, ROWS, titles=("标题", "说明"))
    layout = {"format": "xlsx"}
    sheet = openpyxl.load_workbook(io.BytesIO(write_file([table], layout))).active
    assert [sheet.cell(n, 1).value for n in row_lines(table, layout)[0]] == ["1", "2\n3", None, "4"]


def test_only_declared_cells_become_numbers_and_dates():
    rows = pl.DataFrame({"a": ["12", "2026-03-01", "约九十"], "b": ["12", "2026-03-01", "x"]})
    table = Table("表", HEADINGS, rows, cells=("a",))
    sheet = openpyxl.load_workbook(io.BytesIO(write_file([table], {"format": "xlsx"}))).active
    assert [type(sheet.cell(r, 1).value).__name__ for r in (2, 3, 4)] == ["int", "datetime", "str"]
    assert [sheet.cell(r, 2).value for r in (2, 3)] == ["12", "2026-03-01"]


def test_archives_carry_no_clock():
    table = Table("甲.csv", HEADINGS, ROWS)
    packed = write_file([table], CSV | {"container": "zip"})
    assert zipfile.ZipFile(io.BytesIO(packed)).infolist()[0].date_time[0] == 2026
    wrapped = write_file([table], CSV | {"container": "gzip"})
    assert wrapped[4:8] == b"\0\0\0\0"
    assert gzip.decompress(wrapped).decode().startswith("甲,乙\n")


def test_utf_16_has_its_mark_and_one_byte_order_on_every_machine():
    made = write_file([Table(None, HEADINGS, ROWS)], CSV | {"encoding": "utf-16"})
    assert made.startswith("\ufeff甲,乙".encode("utf-16-le"))
