"""What a drop becomes: rows, findings, outcomes and a receipt that add up."""

from __future__ import annotations

import json
import shutil

import pytest

from ingestion.intake import (
    altered,
    answer_at_the_door,
    collect,
    find_drop,
    replay,
    take_in,
)
from ingestion.intake.originals import original_path
from tests.ingestion.intake.conftest import (
    GOOD_RESIDENT,
    REQUEST_HEADINGS,
    RESIDENT_HEADINGS,
    bronze,
)

MIXED = [
    REQUEST_HEADINGS,
    "A1,2026-10-01 08:00,2026-10-02 09:30,已办结,路灯",
    "A2,２０２６／１０／０２ ０８：００,,办理中,供水",
    "A2,２０２６／１０／０２ ０８：００,,办理中,供水",
    "A1,2026-10-01 08:00,2026-10-02 09:30,已办结,井盖",
    "A3,2026年10月32日,,办理中,噪音",
    "A4,2026-10-05 10:00,2026-10-04 10:00,已办结,噪音",
    "",
    "A5,2026-10-05 10:00,,办理中,噪音",
    "A6,2026-10-05 10:00,,不知道,噪音",
    "A7,2026-10-05 10:00,,办理中,噪音",
    "A8,2026-10-05 10:00,,办理中,噪音",
]


def test_every_record_ends_as_accepted_rejected_or_repeated(leave, run_intake, settings):
    leave(MIXED)
    (receipt,) = run_intake()
    assert (receipt.records, receipt.accepted, receipt.rejected, receipt.repeated) == (10, 6, 3, 1)
    assert receipt.left_out == 1
    assert {(f["line"], f["code"]) for f in receipt.findings} == {
        (5, "duplicate_key"),
        (6, "type_timestamp"),
        (7, "rule:closed_not_before_created"),
        (10, "code_unknown"),
    }
    lines = bronze(
        settings, "select _line, request_no, status from bronze.service_request order by 1"
    )
    assert lines == [
        (2, "A1", "closed"),
        (3, "A2", "open"),
        (7, "A4", "closed"),
        (9, "A5", "open"),
        (11, "A7", "open"),
        (12, "A8", "open"),
    ]
    outcomes = bronze(settings, "select line, outcome, code from bronze.outcomes order by 1, 2")
    assert outcomes == [
        (4, "repeated", "repeated_in_drop"),
        (5, "rejected", "duplicate_key"),
        (6, "rejected", "type_timestamp"),
        (8, "left_out", "left_out_blank"),
        (10, "rejected", "code_unknown"),
    ]


def test_a_repeated_drop_changes_nothing_and_says_so(leave, run_intake, settings, contracts):
    leave(MIXED)
    run_intake()
    before = bronze(settings, "from bronze.drops")
    leave(MIXED, name="the same again.csv")
    collected = collect(settings, contracts, wait=lambda _: None)
    assert {c.state for c in collected} == {"known"}
    assert take_in(settings, contracts) == []
    answer_at_the_door(settings, collected)
    assert bronze(settings, "from bronze.drops") == before
    receipts = list((settings.outbox / "hotline").glob("the same again.csv.receipt-*.json"))
    assert [json.loads(p.read_text())["status"] for p in receipts] == ["repeated"]


def test_a_drop_over_its_reject_limit_is_refused_whole(leave, run_intake, settings):
    rows = [f"B{n},not a time,,办理中,噪音" for n in range(6)]
    leave([REQUEST_HEADINGS, *rows, *(f"C{n},2026-10-05,,办理中,噪音" for n in range(4))])
    (receipt,) = run_intake()
    assert receipt.status == "refused"
    assert receipt.refusal and receipt.refusal.code == "over_reject_limit"
    assert (receipt.records, receipt.accepted, receipt.rejected) == (10, 0, 10)
    assert bronze(settings, "from bronze.service_request") == []
    assert len(receipt.findings) == 6


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["甲,乙,丙", "1,2,3"], "headings_not_found"),
        (["诉求编号,受理时间,状态", "A1,2026-10-01,办理中"], "headings_missing"),
        ([REQUEST_HEADINGS + ",工单编号", "A1,2026-10-01,,办理中,噪音,A1"], "headings_doubled"),
        ([REQUEST_HEADINGS], "no_records"),
    ],
)
def test_a_drop_that_breaks_its_contract_is_refused_whole(leave, run_intake, lines, code):
    leave(lines)
    (receipt,) = run_intake()
    assert receipt.status == "refused"
    assert receipt.refusal is not None
    assert receipt.refusal.code == code
    assert receipt.refusal.zh and receipt.refusal.en


def test_no_direct_identifier_reaches_bronze_or_a_receipt(leave, run_intake, settings):
    bad = GOOD_RESIDENT.replace("11010519491231002X", "110105194912310021")
    leave(
        [RESIDENT_HEADINGS, GOOD_RESIDENT, bad, *_more_residents()], "resident", "r.csv", "police"
    )
    (receipt,) = run_intake()
    assert (receipt.accepted, receipt.rejected) == (4, 1)
    secrets = ("11010519491231002X", "110105194912310021", "张三丰", "13800138000", "望湖路7号")
    tables = ("resident", "drops", "outcomes", "findings")
    shown = json.dumps([bronze(settings, f"from bronze.{t}") for t in tables], default=str)
    shown += json.dumps(receipt.to_dict(), default=str, ensure_ascii=False)
    shown = json.dumps(json.loads(json.dumps(shown)), ensure_ascii=False)
    assert not [s for s in secrets if s in shown]
    (pseudonym, phone) = bronze(
        settings, "select person_pseudonym, phone_pseudonym from bronze.resident where _line = 2"
    )[0]
    assert len(str(pseudonym)) == len(str(phone)) == 32


def test_the_vault_is_encrypted_and_gives_back_who_it_was(leave, run_intake, settings):
    from ingestion.vault import load_keys, open_vault

    leave([RESIDENT_HEADINGS, GOOD_RESIDENT, *_more_residents()], "resident", "r.csv", "police")
    run_intake()
    (pseudonym,) = bronze(settings, "select person_pseudonym from bronze.resident where _line = 2")[
        0
    ]
    with open_vault(settings, load_keys(settings)) as vault:
        (found,) = vault.resolve(str(pseudonym), "steward", "a question of the resident")
        assert (found["name"], found["citizen_id"]) == ("张三丰", "11010519491231002X")
        assert vault.accesses()[0]["why"] == "a question of the resident"
    stored = b"".join(p.read_bytes() for p in settings.vault.glob("*.duckdb*"))
    assert "张三丰".encode() not in stored


def test_refused_attributes_are_named_and_not_taken_in(leave, run_intake, settings):
    rows = [GOOD_RESIDENT, *_more_residents()]
    leave(
        [RESIDENT_HEADINGS + ",民族", *(f"{row},汉族" for row in rows)],
        "resident",
        "r.csv",
        "police",
    )
    (receipt,) = run_intake()
    assert receipt.read_as["tables"][0]["columns_refused"] == ["民族"]
    columns = [row[0] for row in bronze(settings, "describe bronze.resident")]
    assert "nation" not in columns


def test_an_empty_lake_is_rebuilt_from_the_originals(leave, run_intake, settings, contracts):
    leave(MIXED)
    run_intake()
    rows = bronze(settings, "select * from bronze.service_request order by _record")
    drops = bronze(settings, "from bronze.drops")
    shutil.rmtree(settings.lake)
    shutil.rmtree(settings.drops)
    assert len(take_in(settings, contracts)) == 1
    assert bronze(settings, "select * from bronze.service_request order by _record") == rows
    assert bronze(settings, "from bronze.drops") == drops


def test_a_replay_gives_the_same_rows_once(leave, run_intake, settings, contracts):
    leave(MIXED)
    (receipt,) = run_intake()
    rows = bronze(settings, "select * from bronze.service_request order by _record")
    again = replay(settings, contracts, find_drop(settings, receipt.drop.drop_id))
    assert again.to_dict() == receipt.to_dict()
    assert bronze(settings, "select * from bronze.service_request order by _record") == rows


def test_an_original_altered_by_one_byte_is_not_taken_in(leave, run_intake, settings, contracts):
    leave(MIXED)
    (receipt,) = run_intake()
    path = original_path(settings, receipt.drop.sha256)
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    assert altered(settings, receipt.drop.sha256)
    again = replay(settings, contracts, find_drop(settings, receipt.drop.drop_id))
    assert again.refusal is not None
    assert again.refusal.code == "original_altered"


def test_originals_are_read_only(leave, run_intake, settings):
    leave(MIXED)
    (receipt,) = run_intake()
    assert original_path(settings, receipt.drop.sha256).stat().st_mode & 0o777 == 0o400


def _more_residents() -> list[str]:
    """Three more, so that one bad row stays below the reject limit."""
    from stdnum.cn import ric

    stems = ["21990219900101001", "21990219900101002", "21990219900101003"]
    return [
        f"{stem}{ric.calc_check_digit(stem + '0')},李四{n},户籍,女,1990-01-01,219902001001001,"
        f"13900139{n:03d},海棠区"
        for n, stem in enumerate(stems)
    ]


def test_small_drops_share_a_transaction_and_large_ones_have_their_own():
    from types import SimpleNamespace

    from ingestion.intake.taking_in import in_batches

    drops = [SimpleNamespace(bytes=size) for size in (1, 2, 3, 90, 200, 4, 4)]
    batches = in_batches(drops, at_most=3, bytes_at_most=100)
    assert [[d.bytes for d in batch] for batch in batches] == [[1, 2, 3], [90], [200], [4, 4]]
    assert list(in_batches([])) == []


def test_a_drop_that_cannot_be_taken_in_takes_no_other_with_it(
    leave, settings, contracts, monkeypatch
):
    from ingestion.intake import taking_in

    for number in range(3):
        leave([REQUEST_HEADINGS, f"A{number},2026-10-01,,办理中,路灯"], name=f"r{number}.csv")
    collect(settings, contracts, wait=lambda _: None)
    whole = taking_in.make_receipt

    def breaks(drop, *rest):
        if drop.file_name == "r1.csv":
            raise OSError("the disk is full")
        return whole(drop, *rest)

    monkeypatch.setattr(taking_in, "make_receipt", breaks)
    with pytest.raises(OSError, match="the disk is full"):
        take_in(settings, contracts)
    before = {name for (name,) in bronze(settings, "select file_name from bronze.drops")}
    assert "r1.csv" not in before
    monkeypatch.setattr(taking_in, "make_receipt", whole)
    take_in(settings, contracts)
    assert bronze(settings, "select count(*), sum(accepted) from bronze.drops") == [(3, 3)]


PATROLS = [
    "巡查编号,巡查员编号,所属网格,巡查开始时间,巡查结束时间",
    "XC1,HT-S-0001,219902001001001,2026-03-05 08:30:00,2026-03-05 10:10:00",
]


@pytest.mark.parametrize(
    ("name", "manifest", "as_of"),
    [
        ("patrols.csv", None, "2026-03-05 08:30:00 column"),
        ("patrols_20260331.csv", None, "2026-03-31 00:00:00 file_name"),
        ("patrols_20260331.csv", "2026-04-02", "2026-04-02 00:00:00 manifest"),
    ],
)
def test_a_column_tells_the_date_only_where_nothing_before_it_does(
    leave, run_intake, settings, name, manifest, as_of
):
    path = leave(PATROLS, "patrol", name)
    if manifest:
        path.with_name(f"{name}.manifest.json").write_text(json.dumps({"as_of": manifest}))
    (receipt,) = run_intake()
    assert f"{receipt.drop.as_of} {receipt.drop.as_of_source}" == as_of
    assert bronze(settings, "select as_of::varchar || ' ' || as_of_source from bronze.drops") == [
        (as_of,)
    ]
