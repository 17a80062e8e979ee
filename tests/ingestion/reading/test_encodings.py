"""The encoding is found and stated, and never guessed where two would fit."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading import UnreadableDropError
from ingestion.reading.encodings import detect_encoding

REGISTER = "编号,姓名,住址\r\n1,张三,大连市西岗区胜利社区\r\n2,李四,金州区湾里街道\r\n"
FREQUENT_HANZI = st.text(st.sampled_from(sorted(set(REGISTER + "中国的一是在不了有和人这"))))


@pytest.mark.parametrize(
    ("encoding", "stated_as", "how"),
    [
        ("utf-8", "utf-8", "encoding_detected"),
        ("utf-8-sig", "utf-8-sig", "encoding_bom"),
        ("gb18030", "gb18030", "encoding_detected"),
        ("gbk", "gb18030", "encoding_detected"),
        ("utf-16", "utf-16-le", "encoding_bom"),
        ("utf-16-le", "utf-16-le", "encoding_detected"),
        ("utf-16-be", "utf-16-be", "encoding_detected"),
    ],
)
def test_each_encoding_is_found_and_stated(read, encoding, stated_as, how):
    read = read(REGISTER.encode(encoding))
    assert (read.encoding, read.note_codes) == (stated_as, [how])
    assert read.rows[1] == ("2", "李四", "金州区湾里街道")


def test_plain_ascii_is_said_to_fit_everything(read):
    read = read(b"id,name\n1,a\n", headings=("id",))
    assert (read.encoding, read.note_codes) == ("utf-8", ["encoding_ascii"])


def test_text_that_starts_late_is_still_found(read):
    content = b"id,name\n" + b"1,a\n" * 600_000 + "2,大连市西岗区\n".encode("gb18030")
    read = read(content, headings=("id",))
    assert read.encoding == "gb18030"
    assert read.rows[-1] == ("2", "大连市西岗区")


AMBIGUOUS = "编号,省\n".encode("ascii", "ignore") + b"id,name\n1,\xc2\xb1\n"


def test_two_readings_that_both_fit_are_refused_and_shown(refused):
    error = refused(AMBIGUOUS, headings=("id",))
    assert error.code == "encoding_ambiguous"
    assert "1,±" in error.zh and "1,卤" in error.zh and "第3行" in error.zh


@pytest.mark.parametrize(("stated", "reading"), [("utf-8", "±"), ("gbk", "卤")])
def test_the_contract_settles_what_the_bytes_leave_open(read, stated, reading):
    read = read(AMBIGUOUS, headings=("id",), encoding=stated)
    assert read.rows[-1] == ("1", reading)
    assert read.note_codes == ["encoding_stated"]


def test_the_contract_does_not_overrule_clear_bytes(read):
    read = read(REGISTER.encode(), encoding="gb18030")
    assert read.encoding == "utf-8"
    assert "encoding_not_as_stated" in read.note_codes


@given(FREQUENT_HANZI, st.sampled_from(["utf-8", "gb18030"]))
def test_no_chinese_text_is_ever_read_in_the_wrong_encoding(text, encoding):
    try:
        found = detect_encoding(io.BytesIO(text.encode(encoding)))
    except UnreadableDropError as refusal:
        assert refusal.code == "encoding_ambiguous"
        return
    assert text.encode(encoding).decode(found.name) == text


@pytest.mark.parametrize("foreign", ["caf\xe9 montr\xe9al".encode("latin-1"), b"\xff\xfe\xfd,\x80"])
def test_bytes_that_are_no_known_text_are_refused_with_their_place(refused, foreign):
    error = refused(b"id,name\n1," + foreign + b"\n", headings=("id",))
    assert error.code == "encoding_unknown"
    assert "line 2" in error.en


@pytest.mark.parametrize(("encoding", "bad"), [("utf-8", "李".encode("gbk")), ("gb18030", b"\xff")])
def test_a_file_joined_from_two_encodings_names_the_line(refused, encoding, bad):
    many = "3,王五,大连市西岗区胜利社区人民路\n" * 40_000
    content = (REGISTER + many).encode(encoding) + b"4," + bad + b",x\n5,a,b\n"
    error = refused(content)
    assert error.code == "encoding_broken"
    assert "line 40004" in error.en


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_a_character_cut_at_the_end_means_a_truncated_file(refused, encoding):
    content = (REGISTER + "3,王五,大连").encode(encoding)[:-1]
    error = refused(content)
    assert error.code == "truncated"
    assert "line 4" in error.en


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_broken_byte_is_named_by_its_own_line(refused, encoding):
    content = REGISTER.encode(encoding) + b"3,\xff\xff,x\r\n" + "4,王五,街\r\n".encode(encoding)
    error = refused(content)
    assert error.code == "encoding_unknown"
    assert "line 4" in error.en
    assert f"byte {len(REGISTER.encode(encoding)) + 2}" in error.en
