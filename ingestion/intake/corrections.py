"""The receipt as a workbook that a clerk can correct and drop again.

Sheet 更正 Corrections holds the rows to correct under the headings of the contract, faulty cells
marked; of a long list that counts only as a whole it shows the faulty rows, and is refused when it
is dropped. Further sheets say what was counted and what is wrong. It goes back to the unit that
sent the rows, to nobody else, so it shows what she wrote, unmasked (docs/adr/0004-corrections.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from civic.settings import Settings
from ingestion.contracts import Contract, Field
from ingestion.intake.as_of import CORRECTION_PROPERTY, EXCERPT_PROPERTY
from ingestion.intake.examination import Examination
from ingestion.intake.examining import texts_to_correct
from ingestion.intake.originals import original_path
from ingestion.intake.receipts import Receipt, receipt_path

MOST_ROWS = 100_000
TEXT_WIDTH = 80
LINE_HEIGHT = 16
CORRECTIONS_SHEET, EXCERPT_SHEET = "更正 Corrections", "有误的行 Faulty rows"
NEXT = (
    "请在“更正 Corrections”表中改正标红的单元格，保存后将本文件重新投递。\n"
    "Correct the marked cells on the sheet 更正 Corrections, save, and drop this file."
)
NEXT_IN_THE_LIST = (
    "清单较长，“有误的行 Faulty rows”表只列出有误的行。"
    "请在原清单中改正，再投递整份清单；请勿投递本文件。\n"
    "The list is long: the sheet 有误的行 Faulty rows shows only what is wrong. "
    "Correct it in the list itself and drop the whole list again, not this file."
)
PROBLEM = "问题 Problem"
LINE = "原行号 Line"
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # A workbook is small, and a temporary file for each of its parts is not.
}


@contextmanager
def drafted_corrections(
    settings: Settings,
    receipt: Receipt,
    contract: Contract | None,
    seen: Examination,
    pool: Executor | None = None,
) -> Iterator[Callable[[], Path]]:
    """Begin to write the workbook in ``pool``, or in a thread: the lake has its own work to do.

    What is yielded waits for the workbook and puts it into the unit's outbox, readable by its
    owner only. Left without that, nothing of it stays. Rows to correct stand in it only where some
    were rejected.
    """
    path = receipt_path(settings, receipt.drop, ".xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Always the same name, so that what a killed run left is written over by the next.
    draft = path.with_name(f".{path.name}.new")
    original = original_path(settings, receipt.drop.sha256)
    with _executor(pool) as beside:
        written = beside.submit(_write, draft, original, receipt, contract, seen)

        def publish() -> Path:
            written.result()
            draft.chmod(0o600)
            draft.replace(path)
            return path

        try:
            yield publish
        finally:
            wait([written])
            draft.unlink(missing_ok=True)


def _executor(pool: Executor | None) -> AbstractContextManager[Executor]:
    return ThreadPoolExecutor(1, "corrections") if pool is None else nullcontext(pool)


def _write(
    draft: Path, original: Path, receipt: Receipt, contract: Contract | None, seen: Examination
) -> None:
    if contract is not None and seen.status == "accepted" and seen.rejected:
        texts = texts_to_correct(original, receipt.drop.file_name, contract, seen)
        seen = replace(seen, corrections=texts)
    with xlsxwriter.Workbook(str(draft), OPTIONS) as book:
        if seen.is_excerpt:
            book.set_custom_property(EXCERPT_PROPERTY, receipt.drop.drop_id)
        else:
            moment = receipt.drop.as_of + timedelta(seconds=1)
            book.set_custom_property(CORRECTION_PROPERTY, moment.isoformat())
            book.set_custom_property("civic_corrects", receipt.drop.drop_id)
        book.set_properties({"created": receipt.drop.received_at, "title": receipt.drop.file_name})
        _write_summary(book, receipt, NEXT_IN_THE_LIST if seen.is_excerpt else NEXT)
        if contract is not None and _has_rows(receipt, seen):
            _write_rows(book, contract, seen)
        if receipt.findings:
            _write_findings(book, receipt)
        if receipt.not_taken:
            _write_not_taken(book, receipt)


def _has_rows(receipt: Receipt, seen: Examination) -> bool:
    return receipt.rejected > 0 and not seen.corrections.is_empty()


def _write_summary(book: xlsxwriter.Workbook, receipt: Receipt, next_step: str) -> None:
    sheet = book.add_worksheet("回执 Receipt")
    title = book.add_format({"bold": True, "font_size": 14})
    label = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    text = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, TEXT_WIDTH)
    sheet.write_string(0, 0, f"回执 Receipt: {receipt.title_zh} {receipt.title_en}", title)
    for row, (name, value) in enumerate(_summary(receipt, next_step), start=2):
        sheet.write_string(row, 0, name, label)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, text)
        else:
            sheet.write_string(row, 1, str(value), text)
            sheet.set_row(row, LINE_HEIGHT * _lines(str(value)))
    _print_set_up(sheet)


def _lines(text: str) -> int:
    """How many lines a text takes in the summary's second column; a hanzi is two letters wide."""
    widths = [sum(2 if ord(c) > 0xFF else 1 for c in line) for line in text.split("\n")]
    return sum(1 + width // TEXT_WIDTH for width in widths)


def _summary(receipt: Receipt, next_step: str) -> list[tuple[str, Any]]:
    drop, status = receipt.drop, _STATUS[receipt.status]
    rows: list[tuple[str, Any]] = [
        ("结果 Result", status),
        ("文件 File", drop.file_name),
        ("单位 Unit", drop.unit),
        ("SHA-256", drop.sha256),
        ("收到 Received (UTC)", f"{drop.received_at:%Y-%m-%d %H:%M:%S}"),
        ("数据日期 As of", f"{drop.as_of:%Y-%m-%d %H:%M:%S} ({drop.as_of_source})"),
        ("编码 Encoding", receipt.read_as.get("encoding") or "-"),
        ("读取记录 Records read", receipt.records),
        ("接收 Accepted", receipt.accepted),
        ("拒收 Rejected", receipt.rejected),
        ("重复 Repeated", receipt.repeated),
        ("非数据行 Left out", receipt.left_out),
        ("有提醒 With warnings", receipt.warned),
    ]
    if receipt.refusal:
        rows.insert(1, ("原因 Reason", f"{receipt.refusal.zh}\n{receipt.refusal.en}"))
    for table in receipt.read_as.get("tables", []):
        for key, name in _COLUMNS:
            if table[key]:
                rows.append((name, "、".join(table[key])))
    rows += [
        ("说明 Note", text)
        for text in dict.fromkeys(f"{n['zh']}\n{n['en']}" for n in receipt.read_as["notes"])
    ]
    if receipt.rejected:
        rows.append(("下一步 Next", next_step))
    return rows


def _write_rows(book: xlsxwriter.Workbook, contract: Contract, seen: Examination) -> None:
    sheet = book.add_worksheet(EXCERPT_SHEET if seen.is_excerpt else CORRECTIONS_SHEET)
    heading = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1, "text_wrap": True})
    plain = book.add_format({"num_format": "@"})
    faulty = book.add_format({"num_format": "@", "bg_color": "#FFD9D2", "border": 1})
    fields = [f for f in contract.fields if any(f.name in m.columns for _, m in seen.headings)]
    for column, field in enumerate(fields):
        sheet.write_string(0, column, field.label_zh, heading)
    sheet.write_string(0, len(fields), PROBLEM, heading)
    sheet.write_string(0, len(fields) + 1, LINE, heading)
    problems = _problems(seen)
    # What is to be corrected comes first, then (of a snapshot) the rows that were well.
    well = ~pl.col("_record").is_in(list(problems))
    ordered = seen.corrections.sort(well, "_record").head(MOST_ROWS)
    for row, record in enumerate(ordered.iter_rows(named=True), start=1):
        found = problems.get(record["_record"], {})
        _write_row(sheet, row, record, fields, found, (plain, faulty))
    sheet.set_column(0, max(len(fields) - 1, 0), 18, plain)
    sheet.set_column(len(fields), len(fields), 48)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, ordered.height, len(fields) + 1)
    _print_set_up(sheet)


def _write_row(
    sheet: Worksheet,
    row: int,
    record: dict[str, Any],
    fields: list[Field],
    problems: dict[str, str],
    formats: tuple[Format, Format],
) -> None:
    plain, faulty = formats
    for column, field in enumerate(fields):
        text = record[field.name]
        form = faulty if field.name in problems else plain
        if text is None:
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write_string(row, column, text[:32_767], form)
    sheet.write_string(row, len(fields), "; ".join(dict.fromkeys(problems.values())))
    sheet.write_number(row, len(fields) + 1, record["_line"] or 0)


def _problems(seen: Examination) -> dict[int, dict[str, str]]:
    """Record to field to code of what is wrong there."""
    problems: dict[int, dict[str, str]] = {}
    rejecting = seen.findings.filter(pl.col("severity") == "reject")
    for row in rejecting.select("record", "column_name", "code").iter_rows(named=True):
        for name in row["column_name"].split(","):
            problems.setdefault(row["record"], {}).setdefault(name, row["code"])
    return problems


def _write_findings(book: xlsxwriter.Workbook, receipt: Receipt) -> None:
    columns = {
        "line": "行号 Line",
        "sheet": "工作表 Sheet",
        "heading": "列 Column",
        "code": "代码 Code",
        "severity": "级别 Severity",
        "value_found": "发现 Found",
        "zh": "说明",
        "en": "What is wrong",
        "expected_zh": "应为",
        "expected_en": "Expected",
    }
    _write_list(book, "问题 Findings", columns, receipt.findings)


def _write_not_taken(book: xlsxwriter.Workbook, receipt: Receipt) -> None:
    columns = {
        "line": "行号 Line",
        "sheet": "工作表 Sheet",
        "outcome": "结果 Outcome",
        "code": "代码 Code",
        "detail": "内容 Text",
        "zh": "说明",
        "en": "Why",
    }
    _write_list(book, "未取行 Not taken", columns, receipt.not_taken)


def _write_list(
    book: xlsxwriter.Workbook, name: str, columns: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    sheet = book.add_worksheet(name)
    heading = book.add_format({"bold": True, "bg_color": "#DDE7F0", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, title in enumerate(columns.values()):
        sheet.write_string(0, column, title, heading)
    for row, entry in enumerate(rows, start=1):
        for column, key in enumerate(columns):
            value = entry[key]
            if isinstance(value, int):
                sheet.write_number(row, column, value, wrapped)
            elif value is not None:
                sheet.write_string(row, column, str(value)[:32_767], wrapped)
    for column, key in enumerate(columns):
        sheet.set_column(column, column, 34 if key in _LONG else 16)
    sheet.freeze_panes(1, 0)
    _print_set_up(sheet)


def _print_set_up(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&P / &N")


_LONG = ("zh", "en", "detail", "expected_zh", "expected_en")
_STATUS = {
    "accepted": "已接收 Accepted",
    "refused": "整批退回 Refused as a whole",
    "repeated": "重复文件，未作改动 Repeated file, nothing changed",
}
_COLUMNS = (
    ("columns_not_taken", "未取的列 Columns not taken"),
    ("columns_refused", "禁止采集的列 Columns never taken in"),
)
