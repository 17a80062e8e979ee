"""A list that came back half filled in: what was not answered is left out, not turned away."""

from __future__ import annotations

import pytest

from tests.ingestion.intake.conftest import bronze

HEADINGS = "统一社会信用代码*,组织名称,已建工会*,工会会员人数,反馈日期*"
ANSWERED = "91210200716996405L,示例科技有限公司,是,12,2026-03-20"


def _asked(count: int) -> list[str]:
    return [f"52{n:016d},第{n}家," + ",," for n in range(count)]


def test_rows_that_were_not_answered_are_left_out_however_many(leave, run_intake, settings):
    leave([HEADINGS, *_asked(500), ANSWERED], feed="union_feedback", unit="union")
    (receipt,) = run_intake()
    assert receipt.status == "accepted"
    assert (receipt.records, receipt.accepted, receipt.rejected) == (1, 1, 0)
    assert receipt.left_out == 500
    outcomes = "select distinct outcome, code from bronze.outcomes"
    assert bronze(settings, outcomes) == [("left_out", "left_out_unanswered")]


@pytest.mark.parametrize(
    "row",
    [
        "52000000000000000X,示例,,,2026-03-20",  # the date alone is no answer
        "52000000000000000X,示例,,3,",
        ",示例,,,",  # an answer about nobody
        "52000000000000000X,示例,,,,是",  # an answer in a column too far to the right
    ],
)
def test_half_an_answer_is_turned_away(leave, run_intake, row):
    leave([HEADINGS, row, ANSWERED, ANSWERED, ANSWERED], feed="union_feedback", unit="union")
    (receipt,) = run_intake()
    assert receipt.left_out == 0
    assert [f["line"] for f in receipt.findings if f["severity"] == "reject"][:1] == [2]


def test_a_list_without_a_single_answer_is_refused_and_says_why(leave, run_intake):
    leave([HEADINGS, *_asked(3)], feed="union_feedback", unit="union")
    (receipt,) = run_intake()
    assert (receipt.status, receipt.refusal.code) == ("refused", "no_records")
    assert "未填写" in receipt.refusal.zh
