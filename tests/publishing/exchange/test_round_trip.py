"""A base list goes out, is filled in, dropped back, and the full record knows who answered."""

from __future__ import annotations

import json
from datetime import date

import openpyxl

from publishing.exchange import send_base_lists
from publishing.publications import open_publication
from tests.publishing.exchange.conftest import UNION_LIST, Returned
from tests.publishing.exchange.made import CODES, NAMES

RECORD = """
    select organisation_no, units_answered, units_missing,
           union_answered_on, labour_answered_on, women_answered_on
    from marts.dim_organisation_full_record order by organisation_no
"""


def test_the_list_that_came_back_is_taken_in_as_a_drop_of_its_feed(returned: Returned) -> None:
    receipt = returned.receipt
    assert (receipt.drop.unit, receipt.drop.feed) == ("trade_union", "union_feedback")
    assert receipt.status == "accepted"
    assert (receipt.records, receipt.accepted, receipt.rejected) == (1, 1, 0)
    # The rows that the clerk left empty are counted, and are no fault of anybody.
    assert receipt.left_out == len(CODES) - 1
    assert {row["code"] for row in receipt.not_taken} == {"left_out_unanswered"}


def test_the_full_record_shows_the_answer_and_who_did_not_answer(returned: Returned) -> None:
    rows = {}
    for number in (1, 2):
        with open_publication(returned.settings, number) as opened:
            found = opened.connection.execute(RECORD).fetchall()
        rows[number] = {row[0]: row[1:] for row in found}
    third = CODES[2]
    assert rows[1][third] == (0, 6, None, None, None)
    assert rows[2][third] == (1, 5, date(2026, 4, 2), None, None)
    # Nobody else's record changed: rows left empty answer nothing, and old answers stay.
    assert {k: v for k, v in rows[1].items() if k != third} == {
        k: v for k, v in rows[2].items() if k != third
    }
    assert rows[2][CODES[1]] == (2, 4, date(2026, 3, 20), date(2026, 3, 18), None)


def test_the_answered_list_takes_the_place_of_the_old_one_which_is_kept(
    returned: Returned,
) -> None:
    folder = returned.settings.outbox / "trade_union" / "base_list"
    assert [p.name for p in folder.glob("*.xlsx")] == ["union_feedback.v_2.xlsx"]
    assert (folder / "superseded" / "union_feedback.v_1.xlsx").is_file()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["publication"]["number"] == 2
    assert [(m["answered"], m["waiting"]) for m in manifest["lists"]] == [(3, 2)]
    assert manifest["superseded"] == [
        {"file": "superseded/union_feedback.v_1.xlsx", "publication": 1}
    ]


def test_a_list_whose_content_is_the_same_stays_as_it_is(returned: Returned) -> None:
    """The union's answer is nothing that the women's federation is asked about."""
    folder = returned.settings.outbox / "women" / "base_list"
    assert [p.name for p in folder.glob("*.xlsx")] == ["women_feedback.v_1.xlsx"]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["publication"]["number"] == 2
    assert manifest["lists"][0]["unchanged_since_publication"] == 1


def test_after_a_roll_back_the_older_list_is_the_newest_again(returned: Returned, fresh) -> None:
    for number in (1, 2, 1):
        send_base_lists(fresh, number=number)
    folder = fresh.outbox / "trade_union" / "base_list"
    # Without a drop folder the union is known by what it delivered.
    assert [p.name for p in folder.glob("*.xlsx")] == ["union_feedback.v_1.xlsx"]
    assert [p.name for p in (folder / "superseded").iterdir()] == ["union_feedback.v_2.xlsx"]
    names = [
        row[1].value for row in openpyxl.load_workbook(fresh.outbox / UNION_LIST).worksheets[0]
    ]
    assert sorted(names[1:]) == sorted(NAMES)
