"""Identifiers leave free text however they are written; ordinary numbers stay."""

import re
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from ingestion.validation.masking import scrub

TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def scrubbed(text: str | None) -> str:
    frame = pl.DataFrame({"text": pl.Series([text], dtype=pl.String)})
    return frame.select(scrub(pl.col("text"))).item()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("张三13800138000", "张三〔电话〕"),
        ("tel13800138000.", "tel〔电话〕."),
        ("+86 138-0013-8000打不通", "〔电话〕打不通"),
        ("电话138 0013 8000，备用138-0013-8000", "电话〔电话〕，备用〔电话〕"),
        ("１３８００１３８０００", "〔电话〕"),
        ("138.0013.8000", "〔电话〕"),
        ("138 - 0013 - 8000", "〔电话〕"),
        ("1 3 8 0 0 1 3 8 0 0 0", "〔电话〕"),
        ("1\u200b3800\u200b138000", "〔电话〕"),
        ("13800138000/13900139000、13700137000", "〔电话〕/〔电话〕、〔电话〕"),
        ("13800138000 13900139000 13700137000", "〔电话〕 〔电话〕 〔电话〕"),
        ("20190228 13800138000 20190301", "20190228 〔电话〕 20190301"),
        ("0411-83671234转801", "〔电话〕转801"),
        ("（０４１１）８３６７１２３４", "〔电话〕"),
        ("010 6234 5678", "〔电话〕"),
        ("座机：8367-1234", "座机：〔电话〕"),
        ("电话是83671234", "电话是〔电话〕"),
        ("打幺三八零零一三八零零零", "打〔电话〕"),
        ("身份证11010519491231002X号", "身份证〔证件号〕号"),
        ("11010519491231002x,210202199001011234;", "〔证件号〕,〔证件号〕;"),
        ("110105 19491231 002X", "〔证件号〕"),
        ("2102 0219 9001 0112 34", "〔证件号〕"),
        ("１１０１０５１９４９１２３１００２Ｘ", "〔证件号〕"),
        ("110105491231002", "〔证件号〕"),
        ("京A·12345", "〔车牌〕"),
        ("辽B12345。", "〔车牌〕。"),
        ("辽B D12345冲卡", "〔车牌〕冲卡"),
        ("粤Z1234港", "〔车牌〕"),
        ("姓名：李四；京Ａ１２３４５", "姓名：李四；〔车牌〕"),
        ("写信到abc.def@qq.com谢谢", "写信到〔邮箱〕谢谢"),
        ("13800138000@qq.com", "〔邮箱〕"),
    ],
)
def test_an_identifier_is_taken_out_and_the_rest_stays(text: str, left: str) -> None:
    assert scrubbed(text) == left


@pytest.mark.parametrize(
    "text",
    [
        *("2019-02-28 11:25:05", "2019年2月28日", "20190228", "20190228112505", "9:00-17:00"),
        *("金额13800138.00元", "扣款1,380,013.80", "100000-200000元", "面积138.5平米", "2.1.3-4.5"),
        *("订单1380013800012345", "138001380001", "SF1234567890123", "123456789012345678"),
        *("编号210213013001", "网格210203011003001", "经度121.618622，纬度38.914592"),
        *("12345热线", "拨打110", "请拨打12345", "共83671234元", "138****8000"),
        *("新STUDENT来了", "京东A12345", "新A类12345", "👨\u200d👩\u200d👧一家", "a@b", ""),
    ],
)
def test_ordinary_numbers_and_words_are_not_mangled(text: str) -> None:
    assert scrubbed(text) == text


def test_no_text_stays_no_text() -> None:
    assert scrubbed(None) is None


mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
citizen_ids = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(
    lambda day: (stem := f"210202{day:%Y%m%d}123") + ric.calc_check_digit(stem + "0")
)
separated = st.builds(
    lambda number, mark: f"{number[:3]}{mark}{number[3:7]}{mark}{number[7:]}",
    mobiles,
    st.sampled_from(["", " ", "-", "－", "\u3000", "\u00a0", " - ", ".", "·", "—"]),
)
wide = st.one_of(mobiles, citizen_ids).map(lambda number: number.translate(TO_FULL_WIDTH))
words = st.sampled_from(["，", " ", "打电话给", "号码是", "；", "\n", "/", "abc", "。（", "、"])


@given(st.lists(st.tuples(words, st.one_of(mobiles, separated, citizen_ids, wide)), max_size=8))
def test_no_identifier_survives_among_its_neighbours(parts: list[tuple[str, str]]) -> None:
    left = scrubbed("".join(word + number for word, number in parts))
    assert not re.search(r"[0-9０-９]", left)
    assert left == "".join(
        word + ("〔证件号〕" if len(number) == 18 else "〔电话〕") for word, number in parts
    )


@given(st.text())
def test_any_text_can_be_scrubbed_and_scrubbing_again_changes_nothing(text: str) -> None:
    once = scrubbed(text)
    assert scrubbed(once) == once


@given(st.text(alphabet="长江路灯坏了三天没人修，。！？\n 0123", max_size=60))
def test_text_with_short_numbers_only_stays_as_it_is(text: str) -> None:
    if not re.search(r"[0-9](?:[ ]?[0-9]){4}", text):
        assert scrubbed(text) == text
