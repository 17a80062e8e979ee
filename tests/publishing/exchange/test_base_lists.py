"""What stands in a base list, and that it is written safely, alike each time, and whole."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from civic.errors import CivicError
from ingestion.contracts import score_headings
from ingestion.intake import check
from publishing.exchange import base_lists, send_base_lists
from publishing.exchange.deadlines import period_end
from publishing.exchange.placing import writing_alone
from tests.publishing.exchange.conftest import UNION_LIST
from tests.publishing.exchange.made import CODES, CONTRACTS, FORMULA, PERSON, PHONE

FEEDS = {c.feed for c in CONTRACTS.values() if c.centre.get("element") == "feedback"}


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sheets_of(path: Path) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_every_feed_of_answers_gets_its_list(fresh) -> None:
    made = send_base_lists(fresh, number=1)
    assert {one.feed for one in made.lists} == FEEDS and len(FEEDS) == 6
    units = {one.feed: (one.unit, one.is_known) for one in made.lists}
    assert units["union_feedback"] == ("trade_union", True)
    # Nobody has answered this feed: the list waits under the name that the contract uses.
    assert units["women_feedback"] == ("women", False)


def test_a_drop_folder_names_the_unit_that_will_answer(fresh) -> None:
    (fresh.drops / "womens_federation" / "women_feedback").mkdir(parents=True)
    made = send_base_lists(fresh, number=1)
    assert [o.unit for o in made.lists if o.feed == "women_feedback"] == ["womens_federation"]


def test_those_that_wait_stand_first_with_empty_answers(fresh) -> None:
    send_base_lists(fresh, number=1)
    entry = next(iter(sheets_of(fresh.outbox / UNION_LIST).values()))
    assert [row[0] for row in entry[1:]] == [*sorted(CODES[2:]), CODES[1], CODES[0]]
    assert all(value is None for row in entry[1:] for value in row[2:])


def test_progress_says_since_when_and_until_when_who_waits(fresh) -> None:
    send_base_lists(fresh, number=1)
    rows = {row[0]: row for row in sheets_of(fresh.outbox / UNION_LIST)["进度 Progress"]}
    # On the list since the date of which its file speaks; due 20 days after the quarter.
    assert rows[CODES[3]][3:7] == ("未答复 waiting", "2026-01-14", "2026-04-20", "—")
    assert rows[CODES[0]][3:7] == ("已答复 answered", "2026-01-14", "—", "2026-03-20")
    assert rows[CODES[1]][3] == "已答复，有矛盾 contradictory"


def test_contradictions_name_the_list_and_the_other_units(fresh) -> None:
    send_base_lists(fresh, number=1)
    rows = sheets_of(fresh.outbox / UNION_LIST)["矛盾 Contradictions"][3:]
    assert [(r[0], r[3], r[4], r[5]) for r in rows] == [
        (CODES[1], "99", "31", "劳动关系反馈：31"),
    ]


def test_no_row_beside_the_first_sheet_passes_for_headings(fresh) -> None:
    for one in send_base_lists(fresh, number=1).lists:
        for rows in list(sheets_of(one.path).values())[1:]:
            for row in rows:
                cells = [None if c is None else str(c) for c in row]
                assert score_headings(CONTRACTS[one.feed], cells) == 0


def test_a_list_that_nobody_filled_in_is_refused_and_loses_nothing(fresh) -> None:
    send_base_lists(fresh, number=1)
    receipt = check(CONTRACTS, fresh.outbox / UNION_LIST, "union_feedback")
    assert (receipt.status, receipt.refusal.code) == ("refused", "no_records")
    assert receipt.left_out == len(CODES) and receipt.rejected == 0


def test_a_formula_that_a_unit_sent_stays_text(fresh) -> None:
    send_base_lists(fresh, number=1)
    entry = openpyxl.load_workbook(fresh.outbox / UNION_LIST).worksheets[0]
    (cell,) = (row[1] for row in entry.iter_rows() if row[0].value == CODES[2])
    assert cell.value == FORMULA and cell.data_type == "s"
    with zipfile.ZipFile(fresh.outbox / UNION_LIST) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)


def test_no_person_stands_in_a_list(fresh) -> None:
    for one in send_base_lists(fresh, number=1).lists:
        with zipfile.ZipFile(one.path) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist()).decode()
        assert PERSON not in text and PHONE not in text


def test_again_writes_the_same_bytes_and_a_dry_run_none(fresh) -> None:
    planned = send_base_lists(fresh, number=1, dry_run=True)
    assert not fresh.outbox.exists()
    assert {one.state for one in planned.lists} == {"new"}
    made = send_base_lists(fresh, number=1)
    assert [(o.path, o.sha256) for o in made.lists] == [(o.path, o.sha256) for o in planned.lists]
    before = files_of(fresh.outbox)
    again = send_base_lists(fresh, number=1)
    assert {one.state for one in again.lists} == {"unchanged"} and not again.superseded
    assert files_of(fresh.outbox) == before


def test_the_manifest_says_what_lies_beside_it(fresh) -> None:
    send_base_lists(fresh, number=1)
    folder = fresh.outbox / "trade_union" / "base_list"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (stated,) = manifest["lists"]
    file = folder / stated["file"]
    assert stated["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (stated["bytes"], stated["rows"]) == (file.stat().st_size, len(CODES))


def test_a_run_that_was_killed_halfway_is_completed_by_the_next(fresh, monkeypatch) -> None:
    send_base_lists(fresh, number=1)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(base_lists, "put_json", die)
        with pytest.raises(KeyboardInterrupt):
            send_base_lists(fresh, number=2)
    send_base_lists(fresh, number=2)
    folder = fresh.outbox / "trade_union" / "base_list"
    assert [p.name for p in folder.glob("*.xlsx")] == ["union_feedback.v_2.xlsx"]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["publication"]["number"] == 2 and len(manifest["superseded"]) == 1


def test_two_at_a_time_do_not_write_into_one_outbox(fresh) -> None:
    with writing_alone(fresh.outbox), pytest.raises(CivicError, match="Another process"):
        send_base_lists(fresh, number=1)


def test_a_publication_without_the_tables_is_a_clear_error(fresh, monkeypatch) -> None:
    def of_an_older_version(opened, _question):
        return opened.connection.execute("select * from marts.no_such_mart").pl()

    monkeypatch.setattr(base_lists, "organisations_asked", of_an_older_version)
    with pytest.raises(CivicError, match="Publication 1 lacks a table"):
        send_base_lists(fresh, number=1)


@pytest.mark.parametrize(
    ("cadence", "day", "end"),
    [
        ("day", date(2026, 5, 31), date(2026, 5, 31)),
        ("week", date(2026, 11, 26), date(2026, 11, 29)),
        ("month", date(2028, 2, 1), date(2028, 2, 29)),
        ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("half_year", date(2026, 6, 30), date(2026, 6, 30)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_ends_with_its_last_day(cadence: str, day: date, end: date) -> None:
    assert period_end(cadence, day) == end


def test_an_unknown_cadence_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(CivicError, match="quarter"):
        period_end("fortnight", date(2026, 1, 1))
