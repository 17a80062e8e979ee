"""The workbook of a receipt: what a clerk corrects and drops again, and what she cannot."""

from __future__ import annotations

from datetime import timedelta

import openpyxl

from ingestion.intake import check
from ingestion.intake.receipts import receipt_path
from tests.ingestion.intake.conftest import REQUEST_HEADINGS, bronze


def test_a_corrected_workbook_is_taken_in_when_dropped_again(leave, run_intake, settings, tmp_path):
    rows = [f"B{n},2026-10-0{n},,办理中,噪音" for n in range(1, 8)]
    leave([REQUEST_HEADINGS, *rows, "B8,not a time,,办理中,噪音"])
    (receipt,) = run_intake()
    workbook = openpyxl.load_workbook(receipt_path(settings, receipt.drop, ".xlsx"))
    sheet = workbook["更正 Corrections"]
    (headings, faulty) = list(sheet.iter_rows())
    assert sheet.max_row == 2
    assert faulty[0].value == "B8"
    column = [cell.value for cell in headings].index("受理时间")
    assert faulty[column].fill.fgColor.rgb == "FFFFD9D2"
    faulty[column].value = "2026-10-08 09:00"
    again = settings.drops / "hotline" / "service_request" / "corrected.xlsx"
    workbook.save(again)
    (second,) = run_intake()
    assert (second.records, second.accepted) == (1, 1)
    assert second.drop.as_of == receipt.drop.as_of + timedelta(seconds=1)
    assert second.drop.as_of_source == "correction"
    assert bronze(settings, "select count(distinct request_no) from bronze.service_request") == [
        (8,)
    ]


def test_corrections_of_a_snapshot_hold_every_row_so_that_nothing_is_lost(
    leave, run_intake, settings
):
    headings = "机构编码,机构名称,层级,机构类型,区划代码,联系电话"
    rows = [f"HT-00{n},机构{n},街道级,综治中心,219902001000,0411-8367123{n}" for n in range(1, 7)]
    leave([headings, *rows, "HT-007,机构7,街道级,综治中心,219902001000,停机"], "unit", "u.csv")
    (receipt,) = run_intake()
    assert (receipt.accepted, receipt.rejected) == (6, 1)
    assert receipt.findings[0]["code"] == "phone_format"
    sheet = openpyxl.load_workbook(receipt_path(settings, receipt.drop, ".xlsx"))[
        "更正 Corrections"
    ]
    codes = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert codes == ["HT-007", *(f"HT-00{n}" for n in range(1, 7))]


def test_a_long_list_is_answered_by_its_faulty_rows_and_these_are_no_list(
    leave, run_intake, settings, contracts, monkeypatch
):
    monkeypatch.setattr("ingestion.intake.examination.MOST_LISTED", 5)
    headings = "机构编码,机构名称,层级,机构类型,区划代码,联系电话"
    rows = [f"HT-00{n},机构{n},街道级,综治中心,219902001000,0411-8367123{n}" for n in range(1, 7)]
    leave([headings, *rows, "HT-007,机构7,街道级,综治中心,219902001000,停机"], "unit", "u.csv")
    (receipt,) = run_intake()
    workbook = receipt_path(settings, receipt.drop, ".xlsx")
    sheet = openpyxl.load_workbook(workbook)["有误的行 Faulty rows"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["HT-007"]

    leave(workbook.read_bytes(), "unit", "faulty.xlsx")
    (refused,) = run_intake()
    assert refused.status == "refused"
    assert refused.refusal.code == "excerpt"
    assert check(contracts, workbook, "unit").refusal.code == "excerpt"
    with_manifest = leave(workbook.read_bytes() + b"\0", "unit", "again.xlsx")
    with_manifest.with_name("again.xlsx.manifest.json").write_text('{"as_of": "2026-12-01"}')
    (refused,) = run_intake()
    assert refused.refusal.code == "excerpt"
    assert bronze(settings, "select count(*) from bronze.unit") == [(6,)]


def test_formulas_that_a_unit_sent_are_text_in_its_receipt(leave, run_intake, settings):
    rows = [f"B{n},2026-10-0{n},,办理中,噪音" for n in range(1, 8)]
    leave([REQUEST_HEADINGS, *rows, '=cmd|"/c calc"!A1,2026-10-08,,办理中,=1+1'])
    (receipt,) = run_intake()
    workbook = openpyxl.load_workbook(receipt_path(settings, receipt.drop, ".xlsx"))
    kinds = {c.data_type for sheet in workbook for row in sheet.iter_rows() for c in row}
    assert receipt.rejected == 1
    assert "f" not in kinds


def test_a_row_with_a_key_that_was_taken_stands_among_the_rows_to_correct(
    leave, run_intake, settings
):
    leave(
        [
            REQUEST_HEADINGS,
            *(f"D{n},2026-10-05,,办理中,噪音" for n in range(5)),
            "D1,2026-10-05,,办理中,路灯",
        ]
    )
    (receipt,) = run_intake()
    assert [f["code"] for f in receipt.by_code] == ["duplicate_key"]
    sheet = openpyxl.load_workbook(receipt_path(settings, receipt.drop, ".xlsx"))[
        "更正 Corrections"
    ]
    assert [[c.value for c in row[:5]] for row in sheet.iter_rows(min_row=2)] == [
        ["D1", "2026-10-05", None, "办理中", "路灯"]
    ]


def test_a_workbook_without_rejected_rows_has_no_rows_to_correct(leave, run_intake, settings):
    leave([REQUEST_HEADINGS, "E1,2026-10-05,,办理中,噪音"])
    (receipt,) = run_intake()
    assert openpyxl.load_workbook(receipt_path(settings, receipt.drop, ".xlsx")).sheetnames == [
        "回执 Receipt"
    ]
