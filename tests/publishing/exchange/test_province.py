"""The extract for the province: whole or not at all, alike each time, and nobody in it."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from civic.errors import CivicError
from publishing.exchange import province, write_province
from publishing.exchange.province_policy import Leaving, Policy, heading_of, load_policy
from publishing.written import noted
from tests.publishing.exchange.made import CODES, CONTRACTS, FORMULA, NAMES, SECRETS
from tests.publishing.exchange.test_base_lists import files_of

every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def rows_of(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    return list(csv.reader(data.decode("utf-8-sig").splitlines()))


def test_headings_are_chinese_and_in_the_order_of_the_contract(fresh) -> None:
    made = write_province(fresh, number=1)
    assert made.folder == fresh.outbox / "province" / "v_1"
    for one in made.manifest["files"]:
        contract = CONTRACTS[one["feed"]]
        headings = rows_of(made.folder / one["file"])[0]
        assert headings == [f["heading"] for f in one["fields"]]
        assert all(any("\u4e00" <= c <= "\u9fff" for c in h) for h in headings)
        names = [f["name"] for f in one["fields"]]
        assert names == [f.name for f in contract.fields if f.name in names]


def test_rows_are_written_as_a_person_reads_them(fresh) -> None:
    made = write_province(fresh, number=1)
    heads, *rows = rows_of(made.folder / "new_organisation.csv")
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [r["统一社会信用代码"] for r in told] == sorted(CODES)
    first = next(r for r in told if r["统一社会信用代码"] == CODES[0])
    assert (first["组织名称"], first["组织类型"]) == (NAMES[0], "非公有制经济组织")
    assert (first["从业人员数"], first["采集日期"]) == ("30", "2026-01-10")
    union = rows_of(made.folder / "union_feedback.csv")
    assert union[1][union[0].index("已建工会")] == "是"


def test_a_formula_that_a_unit_sent_is_made_harmless_and_counted(fresh) -> None:
    made = write_province(fresh, number=1)
    names = [row[1] for row in rows_of(made.folder / "new_organisation.csv")]
    assert "'" + FORMULA in names and FORMULA not in names
    (stated,) = (f for f in made.manifest["files"] if f["feed"] == "new_organisation")
    assert stated["texts_guarded"] == 1


def test_nobody_stands_in_the_extract(fresh) -> None:
    made = write_province(fresh, number=1)
    for path in made.folder.iterdir():
        text = path.read_text("utf-8")
        assert not [secret for secret in SECRETS if secret in text]
    assert not (made.folder / "resident.csv").exists()
    disputes = rows_of(made.folder / "dispute.csv")
    assert not [heading for heading in disputes[0] if "当事人" in heading and "假名" in heading]
    staff = rows_of(made.folder / "staff.csv")
    assert "性别" not in staff[0]
    # Who works for the centre can be told apart, but not known.
    assert len(staff[1][staff[0].index("公民身份号码（假名）")]) == 32


def test_the_manifest_accounts_for_every_feed_and_every_field(fresh) -> None:
    made = write_province(fresh, number=1)
    sent = {f["feed"]: f for f in made.manifest["files"]}
    stays = {f["feed"]: f["reason"] for f in made.manifest["feeds_left_out"]}
    assert set(sent) | set(stays) == set(CONTRACTS) and not set(sent) & set(stays)
    assert all(reason["zh"] and reason["en"] for reason in stays.values())
    for feed, stated in sent.items():
        names = [f["name"] for f in (*stated["fields"], *stated["fields_left_out"])]
        assert sorted(names) == sorted(f.name for f in CONTRACTS[feed].fields)
        file = made.folder / stated["file"]
        assert stated["bytes"] == file.stat().st_size
        assert stated["rows"] == len(rows_of(file)) - 1
    assert made.manifest["publication"]["number"] == 1
    assert sent["union_feedback"]["period"] == {"from": "2026-03-20", "to": "2026-03-20"}
    assert sent["patrol"]["rows"] == 0 and sent["patrol"]["period"] == {"from": None, "to": None}


def test_sha256sum_accepts_the_sums(fresh) -> None:
    made = write_province(fresh, number=1)
    listed = {line.split("  ")[1] for line in (made.folder / "SHA256SUMS").read_text().splitlines()}
    assert listed == {p.name for p in made.folder.iterdir()} - {"SHA256SUMS"}
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"],
        cwd=made.folder,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_again_writes_the_same_bytes_and_a_dry_run_none(fresh, tmp_path) -> None:
    planned = write_province(fresh, number=1, dry_run=True)
    assert planned.state == "dry_run" and not fresh.outbox.exists()
    first = write_province(fresh, number=1)
    before = files_of(first.folder)
    assert write_province(fresh, number=1).state == "unchanged"
    elsewhere = write_province(fresh, tmp_path / "stick", number=1)
    assert files_of(elsewhere.folder) == before
    counted = [(f["feed"], f["rows"]) for f in planned.manifest["files"]]
    assert counted == [(f["feed"], f["rows"]) for f in first.manifest["files"]]


def test_a_run_that_was_killed_leaves_no_half_extract(fresh, monkeypatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    parent = fresh.outbox / "province"
    with monkeypatch.context() as patch:
        patch.setattr(province, "put_folder", die)
        with pytest.raises(KeyboardInterrupt):
            write_province(fresh, number=1)
    assert not list(parent.glob("v_*"))
    # What a killed process could not clear away itself, the next one does.
    (parent / ".v_7.partial").mkdir()
    made = write_province(fresh, number=1)
    assert [p.name for p in parent.iterdir() if p.is_dir()] == [made.folder.name]


def test_an_extract_that_was_altered_is_put_right(fresh) -> None:
    made = write_province(fresh, number=1)
    before = files_of(made.folder)
    (made.folder / "unit.csv").write_text("altered")
    assert write_province(fresh, number=1).state == "written"
    assert files_of(made.folder) == before


def test_one_that_stands_as_it_was_written_is_not_written_again(fresh, monkeypatch) -> None:
    made = write_province(fresh, number=1)
    with monkeypatch.context() as patch:
        patch.setattr(province, "write_csv", lambda *_: pytest.fail("was written again"))
        again = write_province(fresh, number=1)
        assert (again.state, again.manifest) == ("unchanged", made.manifest)
        patch.setattr(province, "noted", lambda note, _: noted(note, "something else"))
        with pytest.raises(pytest.fail.Exception):
            write_province(fresh, number=1)
    (made.folder / "left.txt").write_text("by somebody")
    assert write_province(fresh, number=1).state == "written"
    assert not (made.folder / "left.txt").exists()


def test_a_folder_that_is_a_file_is_a_clear_error(fresh, tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CivicError, match="cannot be written to"):
        write_province(fresh, tmp_path / "taken", number=1)


def test_contracts_that_changed_since_the_publication_are_refused(fresh, monkeypatch) -> None:
    changed = {**CONTRACTS, "unit": replace(CONTRACTS["unit"], version="9.0.0")}
    monkeypatch.setattr(province, "load_contracts", lambda _: changed)
    with pytest.raises(CivicError, match=r"unit \S+ → 9\.0\.0"):
        write_province(fresh, number=1)


@every_contract
def test_every_contract_is_decided_and_no_resident_leaves(contract) -> None:
    decided = load_policy().decide(contract)
    assert decided != "not_listed", "list it in province.yml or bar it there"
    if isinstance(decided, Leaving):
        assert not contract.personal
        assert contract.module not in ("special_groups", "youth")
        assert {f.protection for f in decided.fields} <= {"none", "pseudonym"}
        assert "personal" not in {f.classification for f in decided.fields}
        headings = [heading_of(f) for f in decided.fields]
        assert len(set(headings)) == len(headings)


def test_what_is_barred_does_not_leave_even_if_it_is_listed() -> None:
    stated = load_policy().stated
    listed: dict[str, list[str]] = {}
    for contract in CONTRACTS.values():
        listed.setdefault(contract.module, []).append(contract.feed)
    everything = Policy({**stated, "feeds": listed})
    stays = {c.feed for c in CONTRACTS.values() if isinstance(everything.decide(c), str)}
    assert {"resident", "dwelling", "rental", "service_record", "youth_service_record"} <= stays
    assert {"visit", "hotline_call", "survey_answer", "citizen_message"} <= stays


def test_a_feed_that_nobody_has_decided_on_stays() -> None:
    own = replace(CONTRACTS["unit"], feed="lamp")
    assert load_policy().decide(own) == "not_listed"
