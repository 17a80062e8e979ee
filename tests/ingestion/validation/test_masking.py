"""Masks show too little to know who, and never a short value whole."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.errors import CivicError
from ingestion.validation.masking import mask

KINDS = ("citizen_id", "phone", "name", "address", "text")


def masked(kind: str, text: str | None) -> str | None:
    frame = pl.DataFrame({"text": pl.Series([text], dtype=pl.String)})
    return frame.select(mask(pl.col("text"), kind)).item()


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("citizen_id", "11010519491231002X", "1101*************X"),
        ("citizen_id", "110105491231002", "1101**********2"),
        ("citizen_id", "110105194", "*********"),
        ("phone", "13800138000", "138******00"),
        ("phone", "12345", "*****"),
        ("name", "张三", "张*"),
        ("name", "欧阳娜娜", "欧*"),
        ("name", "张", "*"),
        ("address", "大连市西岗区胜利街道长江路12号3单元502", "大连市西岗区胜利街道***"),
        ("address", "辽宁省大连市甘井子区泉水街道某小区3号楼", "辽宁省大连市甘井子区泉水街道***"),
        ("address", "瓦房店市复州城镇某村12号", "瓦房店市复州城镇***"),
        ("address", "内蒙古自治区呼和浩特市新城区某路", "内蒙古自治区呼和浩特市新城区***"),
        ("address", "阳光小区3号楼502室", "阳光小区3***"),
        ("address", "华联超市对面二楼东户", "华联超市对***"),
        ("address", "3号楼", "3***"),
        ("text", "请打13800138000", "请打〔电话〕"),
    ],
)
def test_a_mask_keeps_what_finds_the_row_again(kind: str, text: str, shown: str) -> None:
    assert masked(kind, text) == shown


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stays_nothing(kind: str) -> None:
    assert masked(kind, None) is None


@given(st.sampled_from(["citizen_id", "phone"]), st.text("0123456789X", min_size=1, max_size=40))
def test_at_least_half_of_an_identifier_is_hidden(kind: str, text: str) -> None:
    shown = masked(kind, text)
    assert shown is not None
    assert len(shown.replace("*", "")) <= len(text) / 2


@given(
    st.sampled_from(KINDS[:4]),
    st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=1),
)
def test_no_value_is_shown_whole(kind: str, text: str) -> None:
    shown = masked(kind, text)
    assert shown is not None
    assert text not in shown


def test_an_unknown_kind_is_answered_with_the_kinds_there_are() -> None:
    with pytest.raises(CivicError, match="citizen_id, phone, name, address, text"):
        mask(pl.col("text"), "passport")
