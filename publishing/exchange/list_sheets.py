"""The two sheets that a base list has beside the template: how far the answers are, what differs.

Their headings carry both languages in one cell, so that no row of them passes for the headings of
a drop. Everything is written as text or as a number: nothing in it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from ingestion.contracts import Contract
from publishing.exchange import wording
from publishing.exchange.asked import Question
from publishing.workbook_styles import Styles, make_styles, text

A4 = 9
_HEADINGS_AT = 2


def progress_sheets(
    question: Question,
    number: int,
    asked: pl.DataFrame,
    contradicting: pl.DataFrame,
    titles: Mapping[str, str],
) -> Callable[[xlsxwriter.Workbook], None]:
    """A function that adds both sheets to a workbook.

    ``asked`` and ``contradicting`` as ``publishing.exchange.asked`` gives them; ``titles``: what
    the feed of each ``answered_by`` is called.
    """

    def add(book: xlsxwriter.Workbook) -> None:
        styles = make_styles(book, "zh")
        note = wording.PROGRESS_NOTE.format(number=number, **counts(asked))
        _write(
            book.add_worksheet(wording.PROGRESS),
            styles,
            f"{question.contract.title_zh} {question.contract.title_en}",
            note,
            wording.PROGRESS_HEADINGS,
            [_progress_row(row) for row in asked.iter_rows(named=True)],
        )
        rows = _contradiction_rows(question, asked, contradicting, titles)
        _write(
            book.add_worksheet(wording.CONTRADICTIONS),
            styles,
            f"{question.contract.title_zh} {question.contract.title_en}",
            wording.CONTRADICTION_NOTE if rows else wording.NOTHING_CONTRADICTS,
            wording.CONTRADICTION_HEADINGS,
            rows,
        )

    return add


def counts(asked: pl.DataFrame) -> dict[str, int]:
    """How many organisations are asked about, answered, waiting, contradictory."""
    answered = int(asked.get_column("is_answered").sum())
    return {
        "asked": asked.height,
        "answered": answered,
        "waiting": asked.height - answered,
        "contradictory": asked.filter(pl.col("contradiction_count") > 0).height,
    }


def state_of(row: Mapping[str, Any]) -> str:
    """Waiting, answered, or answered and contradictory, in both languages."""
    if not row["is_answered"]:
        return wording.WAITING
    return wording.CONTRADICTORY if row["contradiction_count"] else wording.ANSWERED


def shown_value(contract: Contract, field_name: str, value: str | None) -> str:
    """A value as a clerk writes it: labels of codes, 是 and 否."""
    if value is None:
        return wording.EMPTY
    field = next((f for f in contract.fields if f.name == field_name), None)
    if field is None:
        return value
    if field.logical_type == "boolean":
        return {"true": "是", "false": "否"}.get(value, value)
    return {code.value: code.label_zh for code in field.codes}.get(value, value)


def _progress_row(row: Mapping[str, Any]) -> list[object]:
    return [
        row["organisation_no"],
        row["organisation_name"],
        row["place_code"],
        state_of(row),
        row["waiting_since"],
        None if row["is_answered"] else row["due_on"],
        row["answered_on"],
        int(row["contradiction_count"]),
    ]


def _contradiction_rows(
    question: Question,
    asked: pl.DataFrame,
    contradicting: pl.DataFrame,
    titles: Mapping[str, str],
) -> list[list[object]]:
    named = asked.select("organisation_key", "organisation_no", "organisation_name")
    rows = named.join(contradicting, on="organisation_key", maintain_order="left")
    return [_contradiction_row(question, row, titles) for row in rows.iter_rows(named=True)]


def _contradiction_row(
    question: Question, row: Mapping[str, Any], titles: Mapping[str, str]
) -> list[object]:
    contract, name = question.contract, row["field_name"]
    field = contract.field(name)
    others = [
        f"{titles.get(o['answered_by'], o['answered_by'])}："
        f"{shown_value(contract, name, o['told_value'])}"
        for o in row["others"] or []
    ]
    return [
        row["organisation_no"],
        row["organisation_name"],
        f"{field.label_zh} {field.label_en}",
        shown_value(contract, name, row["told_value"]),
        shown_value(question.listed, name, row["listed_value"]),
        "；".join(others),
    ]


def _write(
    sheet: Worksheet,
    styles: Styles,
    title: str,
    note: str,
    headings: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[object]],
) -> None:
    last = len(headings) - 1
    sheet.merge_range(0, 0, 0, last, "", styles.strong)
    sheet.write_string(0, 0, text(title), styles.strong)
    sheet.set_row(0, 24)
    sheet.merge_range(1, 0, 1, last, "", styles.note)
    sheet.write_string(1, 0, text(note), styles.note)
    sheet.set_row(1, 44)
    for column, (heading, width) in enumerate(headings):
        sheet.set_column(column, column, width)
        sheet.write_string(_HEADINGS_AT, column, heading, styles.heading)
    sheet.set_row(_HEADINGS_AT, 32)
    for place, row in enumerate(rows, start=_HEADINGS_AT + 1):
        for column, value in enumerate(row):
            _write_cell(sheet, place, column, value, styles)
    sheet.freeze_panes(_HEADINGS_AT + 1, 2)
    if rows:
        sheet.autofilter(_HEADINGS_AT, 0, _HEADINGS_AT + len(rows), last)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADINGS_AT)
    sheet.set_footer("&R&P / &N")
    sheet.hide_gridlines(2)


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, styles: Styles) -> None:
    if isinstance(value, int):
        sheet.write_number(row, column, value, styles.plain)
    elif isinstance(value, date):
        sheet.write_string(row, column, value.isoformat(), styles.plain)
    else:
        sheet.write_string(
            row, column, wording.EMPTY if value is None else text(value), styles.plain
        )
