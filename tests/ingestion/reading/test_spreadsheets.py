"""Workbooks as a person sees them: rows by their sheet row, cells as text."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter
import xlwt

from ingestion.reading import Limits, peek_headings


def xlsx(fill) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(book)
    book.close()
    return buffer.getvalue()


def table(*rows, name="Sheet1", first_row=0):
    def fill(book):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows, first_row):
            sheet.write_row(number, 0, row)

    return xlsx(fill)


def test_leading_and_inner_blank_rows_count_in_the_sheet_row(read):
    content = table(("某区名册",), ("编号", "名称"), (1, "甲"), (), (2, "乙"), first_row=3)
    read = read(content, "a.xlsx")
    (part,) = read.parts
    assert (part.heading_line, part.rows_before) == (5, ((4, "某区名册"),))
    assert read.frame["_line"].to_list() == [6, 7, 8]
    assert read.frame["_record"].to_list() == [1, None, 2]


def test_cells_are_text_as_a_person_sees_them(read):
    def fill(book):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy/m/d hh:mm:ss"})
        clock = book.add_format({"num_format": "hh:mm:ss"})
        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, ["编号", "小数", "日期", "时刻", "钟点", "是否", "错误", "公式", "文字"]
        )
        sheet.write(1, 0, 188006)
        sheet.write(1, 1, 1.5)
        sheet.write_datetime(1, 2, dt.datetime(2024, 1, 2), day)
        sheet.write_datetime(1, 3, dt.datetime(2024, 1, 2, 3, 4, 5), moment)
        sheet.write_datetime(1, 4, dt.time(13, 1, 2), clock)
        sheet.write_boolean(1, 5, True)
        sheet.write_formula(1, 6, "=NA()", value="#N/A")
        sheet.write_formula(1, 7, "=6*7", value=42)
        sheet.write_string(1, 8, "007\n\t")

    read = read(xlsx(fill), "a.xlsx")
    (row,) = read.rows
    assert row[:5] == ("188006", "1.5", "2024-01-02", "2024-01-02 03:04:05", "13:01:02")
    assert row[5:] == ("true", "#N/A", "42", "007\n\t")
    assert "formulas_by_value" in read.note_codes


@pytest.mark.parametrize("error", ["#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"])
def test_error_cells_keep_their_text(read, error):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "值"])
        sheet.write(2, 0, 1)
        sheet.write_formula(2, 1, "=A1", value=error)

    assert read(xlsx(fill), "a.xlsx").rows == [("1", error)]


def test_merged_cells_keep_their_value_top_left_and_that_is_said(read):
    def fill(book):
        sheet = book.add_worksheet("册")
        sheet.write_row(0, 0, ["编号", "街道"])
        sheet.write_column(1, 0, [1, 2])
        sheet.merge_range(1, 1, 2, 1, "湾里街道")

    read = read(xlsx(fill), "a.xlsx")
    assert read.rows == [("1", "湾里街道"), ("2", None)]
    assert "merged_cells" in read.note_codes


def several_sheets(book):
    for name, heading in (("一月", "编号"), ("说明", "请勿改动"), ("二月", "编号"), ("旧", "编号")):
        sheet = book.add_worksheet(name)
        sheet.write_column(0, 0, [heading, name])
        if name == "旧":
            sheet.hide()


def test_every_visible_sheet_with_the_headings_is_read(read):
    read = read(xlsx(several_sheets), "a.xlsx")
    assert [part.name for part in read.parts] == ["一月", "二月"]
    assert (read.records, read.lines) == ([1, 2], [2, 2])
    assert set(read.note_codes) == {"sheets_hidden", "sheets_left_out"}


@pytest.mark.parametrize(("rule", "parts"), [("二月", ["二月"]), (r".月", ["一月", "二月"])])
def test_the_contract_may_name_sheets(read, rule, parts):
    read = read(xlsx(several_sheets), "a.xlsx", sheet=rule)
    assert [part.name for part in read.parts] == parts


def test_a_missing_sheet_is_refused_with_those_there_are(refused):
    error = refused(xlsx(several_sheets), "a.xlsx", sheet="三月")
    assert error.code == "sheet_not_found"
    assert "一月" in error.zh


def test_cells_beyond_the_headings_are_surplus(read):
    read = read(table(("编号", "名称"), (1, "甲"), (2, "乙", None, "批注")), "a.xlsx")
    assert read.frame["_surplus"].to_list() == [0, 2]


def test_a_workbook_in_a_zip_is_named_by_member_and_sheet(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("一.xlsx", table(("编号",), (1,), name="册"))
        archive.writestr("二.xlsx", table(("编号",), (2,), name="册"))
    read = read(buffer.getvalue(), "a.zip")
    assert [part.name for part in read.parts] == ["一.xlsx!册", "二.xlsx!册"]
    assert read.rows == [("1",), ("2",)]


def test_old_xls_with_titles_reads_like_xlsx(read):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    sheet.write(1, 0, "附件1：")
    for column, heading in enumerate(["编号", "名称", "时间"]):
        sheet.write(3, column, heading)
    sheet.write(4, 0, 4111010001)
    sheet.write(4, 1, "某校")
    moment = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    sheet.write(4, 2, dt.datetime(2024, 1, 2, 3, 4, 5), moment)
    buffer = io.BytesIO()
    book.save(buffer)
    read = read(buffer.getvalue(), "a.xls")
    assert (read.format, read.lines) == ("xls", [5])
    assert read.rows == [("4111010001", "某校", "2024-01-02 03:04:05")]


def test_two_cells_in_far_corners_are_refused_before_they_fill_memory(refused):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "编号")
        sheet.write(1_048_575, 16_383, "x")

    assert refused(xlsx(fill), "a.xlsx").code == "too_many_cells"


@pytest.mark.parametrize("record", [b"\x03\x02\x0e\x00", b"\x00\x02\x0e\x00"])
def test_an_old_workbook_that_claims_far_cells_is_refused(refused, record):
    book = xlwt.Workbook()
    book.add_sheet("册").write(0, 0, 1.23456789)
    book.save(buffer := io.BytesIO())
    data = bytearray(buffer.getvalue())
    at = data.rindex(record) + 4  # a number's cell, and the range that the sheet announces
    data[at : at + 14] = b"\xff" * 14
    assert refused(bytes(data), "a.xls").code == "too_many_cells"


def test_a_workbook_that_unpacks_to_a_bomb_is_refused(refused):
    content = table(("编号",), ("x" * 30_000,))
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"0" * (80 << 20))
    assert refused(buffer.getvalue(), "a.xlsx").code == "archive_bomb"


def test_too_many_columns_and_damaged_workbooks_are_refused(refused):
    wide = table(["编号"] * 30)
    assert refused(wide, "a.xlsx", limits=Limits(max_columns=20)).code == "too_many_columns"
    broken = zipfile.ZipFile(buffer := io.BytesIO(), "w")
    broken.writestr("xl/workbook.xml", "<broken")
    broken.writestr("[Content_Types].xml", "<broken")
    broken.close()
    assert refused(buffer.getvalue(), "a.xlsx").code == "archive_broken"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") * 100
    assert refused(ole, "a.xls").code == "unreadable"


def test_peeking_shows_the_first_rows_of_visible_sheets(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(xlsx(several_sheets))
    assert peek_headings(path, "a.xlsx") == [
        ["编号"], ["一月"], ["请勿改动"], ["说明"], ["编号"], ["二月"]
    ]  # fmt: skip
