"""CSV and TSV as unit clerks really send them: ragged, titled, oddly quoted."""

from __future__ import annotations

import threading

import pytest

from ingestion.reading import Limits, ReadingRules, open_drop
from ingestion.reading.dialect import sniff_delimiter
from tests.ingestion.reading.drops import names_headings


def test_surplus_fields_are_counted_and_lose_no_row(read):
    read = read("编号,名称\n1,甲\n2,乙,多,,余,\n3,丙,\n4\n".encode())
    assert read.rows == [("1", "甲"), ("2", "乙"), ("3", "丙"), ("4", None)]
    assert read.frame["_surplus"].to_list() == [0, 3, 0, 0]


def test_a_row_far_wider_than_the_headings_is_still_one_row(read):
    wide = ",".join(["9"] * 300)
    read = read(f"编号,名称\n1,甲\n{wide}\n3,丙\n".encode())
    assert read.frame["_surplus"].to_list() == [0, 298, 0]
    assert read.lines == [2, 3, 4]


def test_a_blank_row_is_no_record_but_is_shown(read):
    read = read("编号,名称\n1,甲\n\n,\n \t,　\n2,乙\n\n".encode())
    assert read.frame["_record"].to_list() == [1, None, None, None, 2, None]
    assert read.frame["_blank"].to_list() == [False, True, True, True, False, True]
    assert read.frame["_line"].to_list() == [2, 3, 4, 5, 6, 7]


def test_only_a_surplus_field_makes_a_row_that_is_not_blank(read):
    read = read("编号,名称\n,,字\n".encode())
    assert read.frame["_blank"].to_list() == [False]


def test_quoted_empty_and_missing_are_both_null(read):
    read = read('编号,名称,备注\n1,"",\n2\n'.encode())
    assert read.rows == [("1", None, None), ("2", None, None)]


def test_title_rows_stand_above_the_headings(read):
    read = read("某区居民名册,,\n\n填报单位：某街道,,\n编号,名称\n1,甲\n".encode())
    (part,) = read.parts
    assert part.heading_line == 4
    assert part.rows_before == ((1, "某区居民名册"), (3, "填报单位：某街道"))
    assert (read.lines, read.records) == ([5], [1])


def test_headings_alone_are_a_part_without_rows(read):
    read = read("编号,名称\n".encode())
    assert read.parts[0].headings == ("编号", "名称")
    assert read.frame.height == 0


def test_a_heading_may_hold_a_line_break(read):
    read = read('"编号","名称\n（全称）"\n1,甲\n'.encode())
    assert read.parts[0].headings == ("编号", "名称\n（全称）")
    assert read.lines == [3]


def test_doubled_headings_are_kept_apart_by_position(read):
    read = read("编号,电话,电话\n1,a,b\n".encode())
    assert read.parts[0].headings == ("编号", "电话", "电话")
    assert read.rows == [("1", "a", "b")]


def test_the_contract_may_name_the_heading_row(read):
    read = read("编号,旧\n编号,名称\n1,甲\n".encode(), heading_row=2)
    assert read.parts[0].headings == ("编号", "名称")
    assert read.lines == [3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_headings_appear(read, delimiter):
    text = delimiter.join(["编号", "名称", "一,二;三"]) if delimiter not in ",;" else "编号,名称"
    text = text.replace(",", delimiter) if delimiter == ";" else text
    read = read(f"{text}\n".encode() + delimiter.join("123").encode())
    assert read.delimiter == delimiter
    assert read.format == ("tsv" if delimiter == "\t" else "csv")


def test_without_a_contract_the_most_shared_width_tells_the_delimiter():
    text = "甲;乙;丙\n1,5;2;3\n4,5;5;6\n".encode()
    assert sniff_delimiter(text, Limits(), None) == ";"


def test_a_quotation_mark_inside_a_plain_field_is_a_character(read):
    content = '编号,说明\n1,5" 管\n2,他说"好"\n3,"带,逗号"\n4,"双""引"\n5,6" 管\n'
    read = read(content.encode("gb18030"))
    assert [row[1] for row in read.rows] == ['5" 管', '他说"好"', "带,逗号", '双"引', '6" 管']
    assert read.lines == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "content",
    [
        '编号,说明\n1,好\n2,"没有关\n3,好\n',
        '编号,说明\n1,"好"\n2,"没有关\n3,"好"\n',
        '编号,说明\n1,"a""b"\n2,"没有""关\n',
        '编号,说明\n1,"好"\n2,"关"了又写,x\n',
    ],
)
def test_an_unclosed_quotation_mark_is_named_by_the_line_that_opens_it(refused, content):
    error = refused(content.encode())
    assert error.code == "unclosed_quote"
    assert "第3行" in error.zh and "line 3" in error.en


def test_an_endless_record_is_refused_before_memory_runs_out(refused):
    limits = Limits(max_record_bytes=1000)
    content = '编号,说明\n1,"'.encode() + b"x\n" * (20 << 20)
    assert refused(content, limits=limits).code == "unclosed_quote"


def test_lone_carriage_returns_end_lines_and_that_is_said(read):
    read = read("编号,名称\r1,甲\r2,乙\r".encode())
    assert read.rows == [("1", "甲"), ("2", "乙")]
    assert read.lines == [2, 3]
    assert "line_ends_cr" in read.note_codes


def test_numbers_and_spaces_come_back_as_written(read):
    read = read("编号,值\n007, 1.50 \n1e5,０１２\n".encode())
    assert read.rows == [("007", " 1.50 "), ("1e5", "０１２")]


def test_a_file_without_the_headings_is_refused(refused):
    assert refused("甲,乙\n1,2\n".encode()).code == "headings_not_found"


def test_a_million_columns_are_refused(refused):
    content = ",".join(["编号"] * 1_000_000).encode()
    assert refused(content).code == "too_many_columns"
    body = "编号,名称\n1,2\n".encode() + b"," * 1_000_000 + b"1\n"
    assert refused(body).code == "too_many_columns"


def test_a_cell_longer_than_the_limit_is_refused_with_its_line(refused):
    error = refused("编号,名称\n1,2\n2,".encode() + b"x" * 50, limits=Limits(max_cell_chars=40))
    assert (error.code, "line 3" in error.en) == ("cell_too_long", True)


def test_a_nul_byte_is_refused_with_its_line(refused):
    error = refused("编号,名称\n1,甲\n2,\0\n".encode())
    assert (error.code, "line 3" in error.en) == ("nul_bytes", True)


def test_batches_left_half_read_leave_nothing_behind(tmp_path):
    path = tmp_path / "drop"
    path.write_bytes("编号,名称\n".encode() + "1,甲\n".encode() * 100)
    with open_drop(path, "a.csv", ReadingRules(names_headings("编号"))) as opened:
        next(opened.batches)
        next(opened.batches)
    assert "read-ahead" not in {thread.name for thread in threading.enumerate()}
