"""What is left, what is taken, and what a hostile name can do: nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from civic.errors import CivicError
from ingestion.intake import answer_at_the_door, check, collect, take_in
from ingestion.intake.collecting import safe_name
from tests.ingestion.intake.conftest import REQUEST_HEADINGS, bronze

ROW = "A1,2026-10-01 08:00,,办理中,路灯"


def test_a_file_still_being_written_is_left_until_it_is_whole(leave, settings, contracts):
    path = leave([REQUEST_HEADINGS, ROW])

    def somebody_goes_on_writing(_: float) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("A2,2026-10-01")

    (collected,) = collect(settings, contracts, wait=somebody_goes_on_writing)
    assert collected.state == "still_written"
    assert take_in(settings, contracts) == []
    (collected,) = collect(settings, contracts, wait=lambda _: None)
    assert collected.state == "new"


@pytest.mark.parametrize("name", [".hidden.csv", "~$open.xlsx", "a.csv.part", "a.csv.filepart"])
def test_files_that_programs_write_beside_are_no_drops(leave, settings, contracts, name):
    leave([REQUEST_HEADINGS, ROW], name=name)
    assert collect(settings, contracts, wait=lambda _: None) == []


def test_a_link_is_not_followed_and_is_answered(leave, settings, contracts, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("root:x:0:0", encoding="utf-8")
    folder = settings.drops / "hotline" / "service_request"
    folder.mkdir(parents=True)
    (folder / "link.csv").symlink_to(secret)
    (collected,) = collect(settings, contracts, wait=lambda _: None)
    assert collected.state == "refused"
    (answer,) = answer_at_the_door(settings, [collected])
    assert json.loads(answer.read_text(encoding="utf-8"))["refusal"]["code"] == "not_a_file"
    assert not list(settings.raw.rglob("original"))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\x1b[31mb.csv",
        "=cmd|'/c calc'!A1.csv",
        "名" * 300 + ".csv",
        "..",
        "\n",
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(name):
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set("/\\\x1b\n|='!")
    assert not safe.startswith(".")
    assert len(safe) <= 120
    assert len(safe.encode()) <= 180


def test_the_unit_of_a_drop_cannot_leave_the_outbox(leave, settings, contracts, tmp_path):
    path = tmp_path / "requests.csv"
    path.write_text(f"{REQUEST_HEADINGS}\n{ROW}\n", encoding="utf-8")
    collect(settings, contracts, [path], unit="../../elsewhere", wait=lambda _: None)
    take_in(settings, contracts)
    written = [p for p in tmp_path.rglob("*.receipt-*") if p.is_file()]
    assert written
    assert all(p.is_relative_to(settings.outbox) for p in written)


def test_a_file_outside_the_drop_folder_is_known_by_its_headings(settings, contracts, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(f"{REQUEST_HEADINGS}\n{ROW}\n", encoding="utf-8")
    (collected,) = collect(settings, contracts, [path], unit="hotline", wait=lambda _: None)
    assert collected.drop is not None
    assert (collected.drop.feed, collected.drop.unit) == ("service_request", "hotline")


def test_a_file_that_no_contract_fits_is_answered_and_kept(settings, contracts, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    collect(settings, contracts, [path], unit="hotline", wait=lambda _: None)
    (receipt,) = take_in(settings, contracts)
    assert receipt.refusal is not None
    assert receipt.refusal.code == "no_contract_fits"
    assert f"{len(contracts)} feeds" in receipt.refusal.en
    assert bronze(settings, "select status, feed from bronze.drops") == [("refused", "")]


def test_a_file_that_no_contract_fits_names_the_feeds_that_come_near(settings, contracts, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("工单编号,诉求类别,乙\n1,2,3\n", encoding="utf-8")
    collect(settings, contracts, [path], unit="hotline", wait=lambda _: None)
    (receipt,) = take_in(settings, contracts)
    assert receipt.refusal is not None
    assert receipt.refusal.code == "no_contract_fits"
    assert "service_request" in receipt.refusal.en
    assert "服务诉求 service_request" in receipt.refusal.zh
    assert "coast_post" not in receipt.refusal.en


def test_the_date_of_a_drop_stands_in_its_name_or_manifest(leave, settings, contracts):
    named = leave([REQUEST_HEADINGS, ROW], name="requests_2026-09-30.csv")
    told = leave([REQUEST_HEADINGS, ROW.replace("A1", "A2")], name="requests.csv")
    beside = told.with_name("requests.csv.manifest.json")
    beside.write_text('{"as_of": "2026-08-31", "encoding": "utf-8"}', encoding="utf-8")
    collected = {c.path: c.drop for c in collect(settings, contracts, wait=lambda _: None)}
    assert set(collected) == {named, told}
    assert f"{collected[named].as_of:%F} {collected[named].as_of_source}" == "2026-09-30 file_name"
    assert f"{collected[told].as_of:%F} {collected[told].as_of_source}" == "2026-08-31 manifest"


def test_a_path_that_is_not_there_is_called_wrongly(settings, contracts):
    with pytest.raises(CivicError, match="no file or folder"):
        collect(settings, contracts, [Path("nowhere")])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 breaks off", "archive_broken"),
        (b"a,b\n1,\x00\n", "nul_bytes"),
        (b",".join(b"c%d" % n for n in range(3_000)) + b"\n", "too_many_columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_and_stops_nobody(
    settings, contracts, tmp_path, content, code
):
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_bytes(content)
    good.write_text(f"{REQUEST_HEADINGS}\n{ROW}\n", encoding="utf-8")
    collect(settings, contracts, [bad, good], unit="hotline", wait=lambda _: None)
    receipts = {r.drop.file_name: r for r in take_in(settings, contracts)}
    assert receipts["bad.csv"].refusal.code == code
    assert re.search(r"[\u4e00-\u9fff]", receipts["bad.csv"].refusal.zh)
    assert receipts["good.csv"].accepted == 1
    assert len(list(settings.outbox.rglob("bad.csv.receipt-*.xlsx"))) == 1


@pytest.mark.parametrize("name", ["名" * 83 + ".csv", "a\nb\x1b[31m.csv", 'it\'s "x".csv'])
def test_a_file_of_any_name_is_taken_in(settings, contracts, tmp_path, name):
    path = tmp_path / name
    path.write_text(f"{REQUEST_HEADINGS}\n{ROW}\n", encoding="utf-8")
    (collected,) = collect(settings, contracts, [path], unit="hotline", wait=lambda _: None)
    assert collected.state == "new"
    assert [r.accepted for r in take_in(settings, contracts)] == [1]


def test_a_manifest_that_cannot_be_read_is_named(leave, settings, contracts):
    path = leave([REQUEST_HEADINGS, ROW])
    path.with_name(path.name + ".manifest.json").write_text("{", encoding="utf-8")
    (collected,) = collect(settings, contracts, wait=lambda _: None)
    assert collected.state == "not_readable"
    assert "manifest.json" in collected.detail


def test_headings_that_stand_twice_are_named_though_no_folder_tells_the_feed(
    settings, contracts, tmp_path
):
    path = tmp_path / "export.csv"
    path.write_text(f"{REQUEST_HEADINGS},诉求编号\n{ROW},A1\n", encoding="utf-8")
    collect(settings, contracts, [path], unit="hotline", wait=lambda _: None)
    (receipt,) = take_in(settings, contracts)
    assert receipt.drop.feed == "service_request"
    assert receipt.refusal.code == "headings_doubled"


def test_a_refusal_names_the_headings_that_were_found(settings, contracts, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    receipt = check(contracts, path)
    assert "甲 | 乙" in receipt.refusal.zh
    assert "见数据字典" in receipt.refusal.zh


@pytest.mark.parametrize("kind", ["folder", "link", "nothing"])
def test_a_dry_run_of_what_is_no_file_says_so_in_both_languages(contracts, tmp_path, kind):
    path = tmp_path / "x.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CivicError) as refused:
        check(contracts, path)
    assert refused.value.zh
    assert ("no file" in refused.value.message) == (kind == "nothing")


TEAMS = ["队伍编号,队伍名称,服务类型,区划代码", "ZY-1,望湖巡逻队,治安巡逻,219902001001"]


def test_a_list_that_did_not_change_counts_for_each_day_of_which_it_speaks(
    leave, settings, contracts, run_intake
):
    """The clerk exports her register every month, whether anything changed or not."""
    leave(TEAMS, feed="volunteer_team", name="teams_20260930.csv", unit="youth")
    leave(TEAMS, feed="volunteer_team", name="teams_20261031.csv", unit="youth")
    first, second = run_intake()
    assert first.drop.sha256 == second.drop.sha256
    assert first.drop.drop_id != second.drop.drop_id
    assert [receipt.accepted for receipt in (first, second)] == [1, 1]
    assert {r.drop.as_of.month for r in (first, second)} == {9, 10}
    # Both files stay where they were left: nothing is taken twice.
    assert run_intake() == []
    days = bronze(settings, "select as_of::date from bronze.drops order by as_of")
    assert [day for (day,) in days] == [date(2026, 9, 30), date(2026, 10, 31)]


def test_a_list_that_is_again_as_it_was_is_in_force_again(leave, settings, run_intake):
    other = [TEAMS[0], "ZY-2,松泉护学队,护校护学,219902001001"]
    for day, lines in (("0831", TEAMS), ("0930", other), ("1031", TEAMS)):
        leave(lines, feed="volunteer_team", name=f"teams_2026{day}.csv", unit="youth")
        run_intake()
    kept = bronze(
        settings,
        "select d.as_of::date::varchar, r.team_no from bronze.volunteer_team as r "
        "join bronze.drops as d on d.drop_id = r._drop_id order by 1",
    )
    assert kept == [("2026-08-31", "ZY-1"), ("2026-09-30", "ZY-2"), ("2026-10-31", "ZY-1")]


def test_what_is_no_list_is_the_same_drop_under_any_name(leave, settings, run_intake):
    leave([REQUEST_HEADINGS, ROW], name="requests_20260930.csv")
    leave([REQUEST_HEADINGS, ROW], name="requests_20261031.csv")
    assert len(run_intake()) == 1
