"""XLSX and XLS through calamine: sheets to text, cell by cell as a person sees it.

Belongs here: which sheets are read, and their rows. Does not belong here: what makes a
workbook dangerous (``workbook_safety``). No formula is ever evaluated: calamine gives the
result that was saved with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import fastexcel
import polars as pl

from ingestion.reading.containers import Member, read_whole
from ingestion.reading.headings import HeadRow, find_heading_row, rows_above
from ingestion.reading.model import HEADING_ROWS_SEARCHED, Limits, Note, Part, ReadingRules
from ingestion.reading.ole import OLE_MAGIC
from ingestion.reading.plan import Frames, Plan
from ingestion.reading.rows import finish_rows
from ingestion.reading.wording import note, refusal
from ingestion.reading.workbook_safety import Workbook, examine_xls, examine_xlsx

_ROWS_AT_ONCE = 100_000
_VISIBLE = "visible"
_ERROR_TEXTS = {
    "NA": "#N/A",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ERROR_KIND = re.compile(r"Error\((\w+)\)")
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_TIME_OF_DAY = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$"


@dataclass(frozen=True)
class _Sheet:
    """``part``: its headings and name; ``heading``: where they stand."""

    index: int
    part: Part
    heading: HeadRow


def plan_xlsx(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    """Plan for an XLSX workbook.

    Raises UnreadableDropError: archive_bomb, archive_broken, too_large, too_many_cells,
    sheet_not_found, headings_not_found, too_many_columns, unreadable.
    """
    data = _bytes(member, limits)
    workbook = examine_xlsx(data, member.label, limits)
    return _plan(_opened(data, member.label), workbook, member, rules, limits)


def plan_xls(member: Member, rules: ReadingRules, limits: Limits) -> Plan:
    """Plan for an old XLS workbook; raises as ``plan_xlsx`` does."""
    data = _bytes(member, limits)
    workbook = examine_xls(data, member.label, limits)
    return _plan(_opened(data, member.label), workbook, member, rules, limits)


def peek(member: Member, limits: Limits) -> list[list[str]]:
    """The first 30 rows of every visible sheet."""
    data = _bytes(member, limits)
    examine = examine_xls if data.startswith(OLE_MAGIC) else examine_xlsx
    examine(data, member.label, limits)
    reader = _opened(data, member.label)
    rows: list[list[str]] = []
    for index, _ in enumerate(reader.sheet_names):
        head, visible = _head(reader, index, member.label, limits)
        rows += [list(row.cells) for row in head if visible and any(row.cells)]
    return rows


def _plan(
    reader: fastexcel.ExcelReader,
    workbook: Workbook,
    member: Member,
    rules: ReadingRules,
    limits: Limits,
) -> Plan:
    sheets, notes = _choose_sheets(reader, member, rules, limits)
    if workbook.macros:
        notes.append(note("macros_ignored"))
    for code, names in (
        ("formulas_by_value", workbook.with_formulas),
        ("merged_cells", workbook.with_merged_cells),
    ):
        read = [(sheet.index, reader.sheet_names[sheet.index]) for sheet in sheets]
        if affected := [name for place, name in read if {name, str(place)} & names]:
            notes.append(note(code, names=", ".join(affected)))

    def frames() -> Frames:
        for sheet in sheets:
            yield from _frames(_opened(_bytes(member, limits), member.label), sheet, limits)

    return Plan(workbook.format, None, None, tuple(notes), frames)


def _choose_sheets(
    reader: fastexcel.ExcelReader, member: Member, rules: ReadingRules, limits: Limits
) -> tuple[list[_Sheet], list[Note]]:
    chosen: list[_Sheet] = []
    hidden: list[str] = []
    without: list[str] = []
    wanted = _wanted_names(reader.sheet_names, rules.sheet)
    for index, name in enumerate(reader.sheet_names):
        if name not in wanted:
            continue
        rows, visible = _head(reader, index, member.label, limits, rules.heading_row or 0)
        found = find_heading_row(rows, rules)
        if not visible and rules.sheet is None:
            hidden.append(name)
        elif found is None:
            without.append(name)
        else:
            part = _part(name, found[0], rows, member, limits)
            chosen.append(_Sheet(index, part, found[0]))
    if not chosen:
        raise refusal("headings_not_found", name=member.label, searched=HEADING_ROWS_SEARCHED)
    notes = []
    if hidden:
        notes.append(note("sheets_hidden", names=", ".join(hidden)))
    if without:
        notes.append(note("sheets_left_out", names=", ".join(without)))
    return chosen, notes


def _wanted_names(names: Sequence[str], wanted: str | None) -> Sequence[str]:
    if wanted is None:
        return names
    if wanted in names:
        return [wanted]
    matching = [name for name in names if re.fullmatch(wanted, name.strip())]
    if not matching:
        raise refusal("sheet_not_found", wanted=wanted, found=", ".join(names))
    return matching


def _part(name: str, heading: HeadRow, rows: list[HeadRow], member: Member, limits: Limits) -> Part:
    last = max((place for place, cell in enumerate(heading.cells, 1) if cell), default=0)
    if last > limits.max_columns:
        raise refusal("too_many_columns", name=name, line=heading.line, limit=limits.max_columns)
    full_name = name if member.name is None else f"{member.name}!{name}"
    return Part(full_name, heading.cells[:last], heading.line, rows_above(rows, heading))


def _head(
    reader: fastexcel.ExcelReader, index: int, label: str, limits: Limits, last_row: int = 0
) -> tuple[list[HeadRow], bool]:
    """The first non-empty rows of a sheet, or all down to ``last_row``, and its visibility."""
    cells, visible = _cells(reader, index, label, limits, first=max(last_row, 1000))
    rows = []
    for number, row in enumerate(cells.iter_rows(), 1):
        if any(row) or number == last_row:
            rows.append(HeadRow(number, tuple(cell or "" for cell in row), number))
        if len(rows) >= HEADING_ROWS_SEARCHED and number >= last_row:
            break
    return rows, visible


def _frames(reader: fastexcel.ExcelReader, sheet: _Sheet, limits: Limits) -> Frames:
    label = sheet.part.name or ""
    cells, _ = _cells(reader, sheet.index, label, limits)
    cells = cells.slice(sheet.heading.line)
    width = len(sheet.part.headings)
    for start in range(0, max(cells.height, 1), _ROWS_AT_ONCE):
        rows = cells.slice(start, _ROWS_AT_ONCE)
        above = sheet.heading.line + start
        lines = pl.int_range(above + 1, above + 1 + rows.height, dtype=pl.Int64, eager=True)
        yield sheet.part, finish_rows(rows, lines, width, limits.max_cell_chars)


def _cells(
    reader: fastexcel.ExcelReader, index: int, label: str, limits: Limits, first: int | None = None
) -> tuple[pl.DataFrame, bool]:
    """All rows of a sheet from its row 1 on, as text; and whether the sheet is visible."""
    try:
        sheet = reader.load_sheet(
            index, header_row=None, skip_rows=0, n_rows=first, dtypes="string"
        )
        if sheet.width > limits.max_columns:
            raise refusal("too_many_columns", name=label, line=1, limit=limits.max_columns)
        if not sheet.width:
            return pl.DataFrame(), sheet.visible == _VISIBLE
        table, errors = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise _unreadable(error, label) from error
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame = frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    text = frame.select(
        pl.all().str.replace(_MIDNIGHT, "$1").str.replace(_TIME_OF_DAY, "$1").replace("", None)
    )
    return _with_error_texts(text, errors.errors if errors else []), sheet.visible == _VISIBLE


def _with_error_texts(cells: pl.DataFrame, errors: Sequence[fastexcel.CellError]) -> pl.DataFrame:
    """Put back ``#N/A`` and the like, which a column of text has lost."""
    by_column: dict[int, tuple[list[int], list[str]]] = {}
    for error in errors:
        row, column = error.offset_position
        kind = _ERROR_KIND.search(error.detail)
        text = _ERROR_TEXTS.get(kind.group(1), "#ERROR!") if kind else "#ERROR!"
        rows, texts = by_column.setdefault(column, ([], []))
        rows.append(row)
        texts.append(text)
    return cells.with_columns(
        cells.to_series(column).scatter(rows, texts) for column, (rows, texts) in by_column.items()
    )


def _bytes(member: Member, limits: Limits) -> bytes:
    with member.open() as stream:
        return read_whole(stream, member.label, limits)


def _opened(data: bytes, label: str) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise _unreadable(error, label) from error


def _unreadable(error: Exception, label: str) -> Exception:
    return refusal("unreadable", name=label, detail=str(error).splitlines()[0])
