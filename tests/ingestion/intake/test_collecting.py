"""What is left, what is taken, and what a hostile name can do: nothing."""

from __future__ import annotations

import json
import re
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
