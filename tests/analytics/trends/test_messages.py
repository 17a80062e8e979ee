"""Messages are sorted better than by chance or by words, doubt is said, copies are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import f1_score

from analytics.trends.messages.same import groups, near_duplicates
from analytics.trends.messages.sorting import train
from civic.errors import CivicError

LIGHT = "小区路灯坏了晚上很黑请尽快维修"
NOISE = "楼下工地夜间施工噪音太大影响休息"
rng = np.random.default_rng(0)


def varied(text: str, number: int) -> list[tuple[str, str]]:
    """The same matter in other words: some characters left out."""
    made = []
    for _ in range(number):
        keep = rng.random(len(text)) < 0.8
        made.append(("反映", "".join(c for c, kept in zip(text, keep, strict=True) if kept)))
    return made


TEXTS = varied(LIGHT, 30) + varied(NOISE, 30)
KNOWN = ["路灯"] * 30 + ["噪音"] * 30


def test_a_message_goes_where_its_like_went() -> None:
    sorter = train(TEXTS, KNOWN)
    said = sorter.sort([*varied(LIGHT, 5), *varied(NOISE, 5)])
    assert said["category"].to_list() == ["路灯"] * 5 + ["噪音"] * 5
    assert said["is_sure"].all()
    assert said["probability"].is_between(0.5, 1).all()


def test_it_is_not_sure_of_what_it_never_saw() -> None:
    sure = train(TEXTS, KNOWN).sort(varied(LIGHT, 1))["probability"][0]
    unheard = train(TEXTS, KNOWN).sort([("", "咨询生育登记需要哪些材料")])["probability"][0]
    assert unheard < sure


def test_where_it_is_wrong_too_often_it_is_never_sure() -> None:
    mixed = rng.permutation(KNOWN).tolist()
    sorter = train(TEXTS, mixed)
    said = sorter.sort(varied(LIGHT, 10))
    assert said["is_sure"].mean() < 0.5


def test_what_was_held_back_is_said_of_every_message_and_of_none_of_a_rare_category() -> None:
    texts, known = [*TEXTS, ("咨询", "生育登记")], [*KNOWN, "计生"]
    held = train(texts, known).held_back
    assert held.height == 61
    assert held["category"][60] is None
    assert (held["category"][:60] == pl.Series(KNOWN)).mean() > 0.95


def test_a_wrongly_filed_message_stands_out() -> None:
    known = ["噪音", *KNOWN[1:]]
    held = train(TEXTS, known).held_back
    assert held["category"][0] == "路灯"


def test_too_few_to_learn_from_is_said() -> None:
    with pytest.raises(CivicError, match="Two categories with 10 messages"):
        train(TEXTS[:35], KNOWN[:35])
    assert train(TEXTS, KNOWN).sort([]).is_empty()


def test_real_messages_are_sorted_better_than_by_their_words(shared_data: Path) -> None:
    table = pl.read_excel(shared_data / "messages" / "messages_labelled.xlsx")
    texts = list(table.select("留言主题", "留言详情").iter_rows())
    known = table["一级分类"].to_list()
    held = train(texts, known).held_back
    assert f1_score(known, held["category"], average="macro") > 0.8
    sure = held.with_columns(known=pl.Series(known)).filter("is_sure")
    assert sure.height > 0.6 * len(known)
    assert (sure["category"] == sure["known"]).mean() >= 0.95


def test_copies_are_found_and_other_matters_are_not() -> None:
    copied = ("请修路灯", f"尊敬的领导：您好！{LIGHT}，谢谢！")
    texts = [("路灯坏了", f"{LIGHT}，谢谢领导！"), ("噪音", NOISE), copied, ("", "")]
    pairs = near_duplicates(texts, 0.4)
    assert pairs.select("one", "other").rows() == [(0, 2)]
    assert 0.4 <= pairs["similarity"][0] <= 1


def test_short_texts_are_the_same_only_where_they_are_equal() -> None:
    texts = [("路灯不亮", ""), ("路灯 不亮", ""), ("路灯不亮了", ""), ("", "")]
    assert near_duplicates(texts).rows() == [(0, 1, 1.0)]


def test_groups_hang_together_by_pairs() -> None:
    pairs = pl.DataFrame({"one": [0, 2, 5], "other": [2, 4, 6], "similarity": [1.0, 0.7, 0.9]})
    assert groups(pairs, 8) == [[0, 2, 4], [5, 6]]
    assert groups(near_duplicates([]), 0) == []
