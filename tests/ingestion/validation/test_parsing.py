"""Numbers and booleans as clerks type them; whatever arrives, parsing does not raise."""

import math
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.validation import parsing

TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def read(parse: Callable[[pl.Expr], pl.Expr], *texts: str | None) -> list[Any]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(parse(pl.col("text"))).to_series().to_list()


def test_blanks_of_every_width_are_trimmed_at_the_ends_only() -> None:
    assert read(parsing.clean, "\u3000 张 三\u00a0\u200b", "\ufeffa\tb\r\n") == ["张 三", "a\tb"]


def test_nothing_but_blanks_is_null() -> None:
    assert read(parsing.clean, "", "  ", "\u3000\u200b", None) == [None] * 4


def test_a_column_without_any_type_is_read_as_empty() -> None:
    frame = pl.DataFrame({"text": [None, None]})
    for parse in (parsing.parse_integer, parsing.parse_date, parsing.parse_boolean):
        assert frame.select(parse(pl.col("text"))).to_series().to_list() == [None, None]


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30))
def test_full_width_text_becomes_what_it_was_in_ascii(text: str) -> None:
    assert read(parsing.half_width, text.translate(TO_FULL_WIDTH), text) == [text, text]


def test_half_width_leaves_chinese_text_alone() -> None:
    assert read(parsing.half_width, "大连市（西岗区）１２号。") == ["大连市(西岗区)12号。"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("1 234", 1234), ("1,234", 1234), ("１２３", 123), ("12.0", 12), ("12.", 12)),
        *((" -5 ", -5), ("+5", 5), ("007", 7), ("1,234,567.00", 1234567), ("1\u00a0234", 1234)),
        *(("12.5", None), ("1,23", None), ("1,234 567", None), ("1e5", None), ("--5", None)),
        *(("1_000", None), ("", None), ("９２２３３７２０３６８５４７７５８０８", None)),
    ],
)
def test_integers_are_read_or_refused(text: str, number: int | None) -> None:
    assert read(parsing.parse_integer, text) == [number]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("12.5", 12.5), (".5", 0.5), ("5.", 5.0), ("-1,234.5", -1234.5), ("1.2E-3", 0.0012)),
        *(("１２．５", 12.5), ("1 234.5", 1234.5), ("3", 3.0)),
        *(("12%", None), ("nan", None), ("inf", None), ("-Infinity", None), ("1e999", None)),
        *((".", None), ("1,2345", None), ("1.2.3", None), ("12元", None), ("e5", None)),
    ],
)
def test_numbers_are_read_or_refused(text: str, number: float | None) -> None:
    assert read(parsing.parse_number, text) == [number]


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_survives_every_way_of_writing_it(number: int) -> None:
    grouped = f"{number:,}"
    forms = [str(number), grouped, grouped.replace(",", " "), f"{number}.0", f" {number}\u3000"]
    forms += [str(number).translate(TO_FULL_WIDTH)]
    assert read(parsing.parse_integer, *forms) == [number] * len(forms)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_survives_being_written(number: float) -> None:
    (found,) = read(parsing.parse_number, repr(number))
    assert math.isclose(found, number, rel_tol=1e-15, abs_tol=5e-324)


def test_booleans_are_read_in_any_case_and_width() -> None:
    assert read(parsing.parse_boolean, "是", "有", "1", "TRUE", "Ｙ", "yes", "√") == [True] * 7
    assert read(parsing.parse_boolean, "否", "无", "0", "False", "n", "No", "×") == [False] * 7
    assert read(parsing.parse_boolean, "2", "是的", "不详", "", None) == [None] * 5


PARSERS = [
    parsing.parse_integer,
    parsing.parse_number,
    parsing.parse_date,
    parsing.parse_timestamp,
    lambda text: parsing.parse_timestamp(text, "Asia/Shanghai"),
    parsing.parse_boolean,
]
ALMOST = st.text(alphabet="0123456789０９-/.年月日时分秒: TZ+,eE上下午amp\x00\n", max_size=30)


@given(st.lists(st.one_of(st.none(), st.text(), ALMOST), max_size=6))
def test_no_text_makes_parsing_raise(texts: list[str | None]) -> None:
    for parse in PARSERS:
        assert len(read(parse, *texts)) == len(texts)


def test_very_long_texts_and_nul_bytes_are_only_unreadable() -> None:
    texts = ["1" * 1_000_000, "2019-" * 100_000, "\x00", "2019-02-28\x00", "1\x00"]
    for parse in PARSERS:
        assert read(parse, *texts) == [None] * len(texts)


def test_parsing_works_in_a_lazy_and_in_a_streaming_query() -> None:
    lazy = pl.LazyFrame({"text": ["2019-2-28", "1 234", "x"] * 1000}).select(
        parsing.parse_date(pl.col("text")).alias("date"),
        parsing.parse_integer(pl.col("text")).alias("integer"),
    )
    assert lazy.collect().equals(lazy.collect(engine="streaming"))
    assert lazy.collect_schema() == {"date": pl.Date, "integer": pl.Int64}
