"""The workbook that a clerk fills in for a feed, made from its contract.

Three sheets: 填报 with the headings and one empty row after another, 字段说明 with what each
field means, and 代码 (hidden) with the lists to choose from. Only the first is ever read as a
drop: no row of the others looks like the contract's headings.

Belongs here: the workbook's layout. Does not: receipts and workbooks to correct (``intake``), nor
what a list that goes out asks (``publishing.exchange``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ingestion.contracts import wording
from ingestion.contracts.model import Contract, Field

ENTRY_SHEET, GUIDE_SHEET, CODES_SHEET = "填报", "字段说明", "代码"
MADE_ON = datetime(2026, 1, 1)
LAST_ROW = 1_048_575
LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
"""Excel's own limits of an input message."""

_INK, _REQUIRED, _OPTIONAL, _LINE = "#FFFFFF", "#1F4E78", "#5B7FA6", "#BFC9D6"
_NUMBER_FORMATS = {
    "string": "@",
    "boolean": "@",
    "date": "yyyy-mm-dd",
    "timestamp": "yyyy-mm-dd hh:mm:ss",
    "integer": "0",
    "number": "General",
}
_GUIDE_COLUMNS = (
    ("栏目\nField", 26),
    ("填写要求\nRequired", 14),
    ("填什么\nWhat to write", 38),
    ("可选代码\nCodes", 30),
    ("示例\nExample", 24),
    ("说明与保护\nMeaning and protection", 44),
)


def write_template(
    contract: Contract,
    path: Path,
    rows: Iterable[Mapping[str, str]] = (),
    add_sheets: Callable[[xlsxwriter.Workbook], None] | None = None,
) -> None:
    """Write the XLSX for one contract; the same contract and rows give the same bytes.

    ``rows``: what is filled in already, by field name, always as text. ``add_sheets`` may add
    sheets of its own; none of their rows may look like the contract's headings.

    Headings are the Chinese labels, with * behind those that must be filled in; attributes that
    are never taken in have no column. Identifiers are text, so that a spreadsheet keeps all
    their digits.
    """
    fields = [f for f in contract.fields if f.protection != "refused"]
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties(
            {
                "title": f"{contract.title_zh} {contract.title_en}",
                "subject": f"{contract.feed} {contract.version}",
                "created": MADE_ON,
            }
        )
        entry = book.add_worksheet(_entry_sheet_name(contract))
        guide = book.add_worksheet(GUIDE_SHEET)
        codes = book.add_worksheet(CODES_SHEET)
        lists = _write_codes(codes, fields)
        _write_entry(book, entry, contract, fields, lists, rows)
        _write_guide(book, guide, contract, fields)
        if add_sheets:
            add_sheets(book)


def _entry_sheet_name(contract: Contract) -> str:
    """填报, unless the contract asks for a sheet of another name."""
    wanted = contract.reading.sheet
    return ENTRY_SHEET if wanted is None or re.fullmatch(wanted, ENTRY_SHEET) else wanted


def _write_codes(sheet: Any, fields: list[Field]) -> dict[str, str]:
    """One column of labels for each code list; gives the range of each, by field."""
    ranges = {}
    for column, field in enumerate(f for f in fields if f.codes):
        sheet.write_column(0, column, [code.label_zh for code in field.codes])
        letter = xl_col_to_name(column, col_abs=True)
        ranges[field.name] = f"='{CODES_SHEET}'!{letter}$1:{letter}${len(field.codes)}"
    sheet.hide()
    return ranges


def _write_entry(
    book: Any,
    sheet: Any,
    contract: Contract,
    fields: list[Field],
    lists: dict[str, str],
    filled: Iterable[Mapping[str, str]],
) -> None:
    row = (contract.reading.heading_row or 1) - 1
    heading = {"bold": True, "font_color": _INK, "border": 1, "border_color": _LINE}
    heading |= {"align": "center", "valign": "vcenter", "text_wrap": True}
    required = book.add_format(heading | {"bg_color": _REQUIRED})
    optional = book.add_format(heading | {"bg_color": _OPTIONAL})
    body = {t: book.add_format({"num_format": f}) for t, f in _NUMBER_FORMATS.items()}
    for column, field in enumerate(fields):
        sheet.set_column(column, column, _width(field), body[field.logical_type])
        sheet.write_string(row, column, _heading(field), required if field.required else optional)
        help_text = _input_help(field)
        sheet.data_validation(
            row + 1, column, LAST_ROW, column, _validation(field, lists) | help_text
        )
    for place, values in enumerate(filled, start=row + 1):
        for column, field in enumerate(fields):
            if field.name in values:
                # As text and nothing else: what a unit sent must not become a formula.
                sheet.write_string(place, column, values[field.name], body["string"])
    sheet.set_row(row, 30)
    keys = sum(1 for f in fields[:2] if f.key_position is not None)
    sheet.freeze_panes(row + 1, keys)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(row)
    sheet.set_header(f"&L&14&B{contract.title_zh} {contract.title_en}&R&A")
    sheet.set_footer(f"&L{contract.feed} {contract.version}&R&P / &N")
    sheet.activate()


def _heading(field: Field) -> str:
    return field.label_zh + ("*" if field.required else "")


def _width(field: Field) -> float:
    """Wide enough for heading and example; a Chinese character takes the place of two."""
    shown = max(_columns(_heading(field)), _columns(wording.example_of(field)))
    return float(min(max(shown + 3, 11), 34))


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _input_help(field: Field) -> dict[str, Any]:
    """What Excel shows beside a cell of the column: what is expected, Chinese first."""
    (need_zh, need_en), (type_zh, type_en) = wording.requirement_of(field), wording.type_of(field)
    bounds_zh, bounds_en = wording.bounds_of(field)
    zh = "，".join(part for part in (need_zh, type_zh, bounds_zh) if part)
    en = ", ".join(part for part in (need_en, type_en, bounds_en) if part)
    example = wording.example_of(field)
    lines = [zh, en[:1].upper() + en[1:], f"例 e.g. {example}" if example else ""]
    return {
        "input_title": f"{field.label_zh} {field.label_en}"[:LONGEST_TITLE],
        "input_message": "\n".join(line for line in lines if line)[:LONGEST_MESSAGE],
        "error_title": f"请检查：{field.label_zh}"[:LONGEST_TITLE],
        "error_message": f"{zh}\n{en}"[:LONGEST_MESSAGE],
    }


def _validation(field: Field, lists: dict[str, str]) -> dict[str, Any]:
    """What Excel checks while the clerk types. It warns; only the door decides.

    A date typed as text (2026年3月1日) is taken at the door, so that it is no error here.
    """
    if field.codes:
        return {"validate": "list", "source": lists[field.name], "error_type": "stop"}
    if field.logical_type == "boolean":
        return {"validate": "list", "source": ["是", "否"], "error_type": "stop"}
    warned = {"criteria": "between", "error_type": "warning"}
    match field.logical_type:
        case "integer":
            return {"validate": "integer"} | warned | _limits(field, -(10**9), 10**9)
        case "number":
            return {"validate": "decimal"} | warned | _limits(field, -1e12, 1e12)
        case "date" | "timestamp":
            first = date.fromisoformat(str(field.minimum or "1900-01-01")[:10])
            return {"validate": "date", "minimum": first, "maximum": date(2100, 1, 1)} | warned
    return {"validate": "any"}


def _limits(field: Field, least: float, most: float) -> dict[str, float]:
    low = least if field.minimum is None else float(field.minimum)
    high = most if field.maximum is None else float(field.maximum)
    return {"minimum": low, "maximum": high}


def _write_guide(book: Any, sheet: Any, contract: Contract, fields: list[Field]) -> None:
    wrap = {"text_wrap": True, "valign": "top", "font_size": 10}
    line = wrap | {"border": 1, "border_color": _LINE, "num_format": "@"}
    cell, bold = book.add_format(line), book.add_format(line | {"bold": True})
    head = book.add_format(
        wrap | {"bold": True, "bg_color": _REQUIRED, "font_color": _INK, "border": 1}
    )
    last = len(_GUIDE_COLUMNS) - 1
    title = book.add_format({"bold": True, "font_size": 16, "font_color": _REQUIRED})
    sheet.write_string(0, 0, f"{contract.title_zh}　{contract.title_en}", title)
    sheet.set_row(0, 26)
    top = 1
    for zh, en in _instructions(contract):
        sheet.merge_range(top, 0, top, last, f"{zh}\n{en}", book.add_format(wrap))
        sheet.set_row(top, 28)
        top += 1
    for column, (heading, width) in enumerate(_GUIDE_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(top + 1, column, heading, head)
    sheet.set_row(top + 1, 30)
    for number, field in enumerate(fields, start=1):
        row = top + 1 + number
        texts = _guide_row(number, field)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, bold if column == 0 else cell)
        sheet.set_row(row, 14.5 * _lines(texts))
    sheet.freeze_panes(top + 2, 0)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top + 1)
    sheet.set_footer("&R&P / &N")


def _instructions(contract: Contract) -> list[tuple[str, str]]:
    as_of_zh, as_of_en = wording.as_of_of(contract.as_of)
    relation_zh, relation_en = wording.relation_of(contract.relation)
    refused = [f for f in contract.fields if f.protection == "refused"]
    rows = [
        (
            "一行一条记录，填在“填报”页；不要合并单元格，不要加小计。带 * 的栏目必填，深色表头。",
            "One record a row, on the first sheet; no merged cells, no subtotals. "
            "Columns with * and a dark heading must be filled in.",
        ),
        (f"数据所指的日期：{as_of_zh}。", f"The date that the data speak of: {as_of_en}."),
        (f"与以前所报的关系：{relation_zh}。", f"Relation to earlier drops: {relation_en}."),
    ]
    rows += [(f"规则：{rule.zh}", f"Rule: {rule.en}") for rule in contract.rules]
    if refused:
        zh = "、".join(f.label_zh for f in refused)
        en = ", ".join(f.label_en for f in refused)
        rows.append((f"不得报送，不采集：{zh}。", f"Must not be sent, never taken in: {en}."))
    return rows


def _guide_row(number: int, field: Field) -> list[str]:
    """The field's name is numbered, so that this row never passes for a row of headings."""
    protection = wording.protection_of(field)
    notes = [field.description, *(protection if protection[0] else ())]
    return [
        f"{number}. {_heading(field)}\n{field.label_en}",
        "\n".join(wording.requirement_of(field)),
        "\n".join(part for part in (*wording.type_of(field), *wording.bounds_of(field)) if part),
        "\n".join(f"{c.label_zh}  {c.label_en}" for c in field.codes),
        wording.example_of(field),
        "\n".join(note for note in notes if note),
    ]


def _lines(texts: list[str]) -> int:
    """Lines that the tallest cell of the row takes."""
    return max(
        sum(1 + (_columns(line) - 1) // width for line in text.split("\n") if line)
        for text, (_, width) in zip(texts, _GUIDE_COLUMNS, strict=True)
    )
