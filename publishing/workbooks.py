"""Reports as workbooks that an office can file, and whose every figure leads to its source rows.

One sheet for each page, and a sheet ``来源 Sources`` with file, SHA-256, sheet, line and
contribution of the rows behind each figure. What a unit sent is only ever written as text: nothing
in a workbook runs or leads outside it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from analytics.reports.arrangement import Naming, ValueLabels
from analytics.reports.asking import Asked
from analytics.reports.changes import Against
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import Catalog
from publishing.pages import AtomsOf, Column, Imprint, Lang, Line, Page
from publishing.report_pages import pages_of
from publishing.sources_sheet import Drawing, gather, write_sources
from publishing.wording import EMPTY, SOURCES, word
from publishing.workbook_styles import display_width, make_styles, text

A4 = 9
#: Excel takes no more links on one sheet; figures beyond it stand without one.
LINKS_AT_MOST = 65_000
TITLE_AT, PLACE_AT, IMPRINT_AT, HEADINGS_AT = 0, 1, 2, 3
NARROWEST, WIDEST = 9, 44
NARROWEST_TABLE = 92
NEVER = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(
    pages: Sequence[Page],
    path: Path,
    lang: Lang,
    imprint: Imprint,
    *,
    atoms_of: AtomsOf | None = None,
    rows_per_figure: int = 20,
) -> Path:
    """Write pages as one workbook; without ``atoms_of`` no figure leads anywhere.

    The file appears under its name only when it is whole; one that is there is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.partial")
    figures = gather(pages, atoms_of, rows_per_figure) if atoms_of else {}
    with xlsxwriter.Workbook(str(unfinished), NEVER) as workbook:
        made = datetime.fromisoformat(imprint.created_at).replace(tzinfo=None)
        workbook.set_properties({"title": text(pages[0].title), "created": made})
        drawing = Drawing(make_styles(workbook, lang), lang, imprint, figures)
        back: dict[str, str] = {}
        for name, page in zip(_sheet_names(pages), pages, strict=True):
            _write_page(workbook.add_worksheet(name), drawing, page)
            back = {c: f"internal:'{name}'!{at}" for c, at in _positions(page)} | back
        if figures:
            sheet = workbook.add_worksheet(SOURCES)
            hint = word("sources_hint", lang, rows_per_figure)
            write_sources(sheet, drawing, back, hint)
            _print_on(sheet, drawing, HEADINGS_AT - 1)
    return unfinished.replace(path)


def write_report_workbook(
    report: Report,
    cells: pl.DataFrame,
    path: Path,
    lang: Lang,
    *,
    catalog: Catalog,
    places: pl.DataFrame,
    imprint: Imprint,
    asked: Asked | None = None,
    values: ValueLabels | None = None,
    against: Against | None = None,
    remark: str = "",
    signed: str = "",
    atoms_of: AtomsOf | None = None,
    rows_per_figure: int = 20,
) -> Path:
    """Write a report as a workbook, as asked for; without that, all places and all time.

    ``places``: current rows of ``dim_place``. ``values``: labels of what stands in slices
    (``analytics.reports.wording.value_labels``). ``against``: each figure stands beside that of an
    earlier period. ``remark``: what the figures do not cover
    (``completeness.Remarks``), said below every table; ``signed``: by whom, in place of the line to
    sign on. The rest as in ``pages_of`` and
    ``write_workbook``.
    """
    naming = Naming(places, values or {})
    pages = pages_of(report, catalog, cells, naming, lang, asked or Asked(), against)
    pages = [replace(page, remark=remark, signed=signed) for page in pages]
    return write_workbook(
        pages, path, lang, imprint, atoms_of=atoms_of, rows_per_figure=rows_per_figure
    )


def _write_page(sheet: Worksheet, drawing: Drawing, page: Page) -> None:
    widths = _widths(page)
    _write_head(sheet, drawing, page, widths)
    for row, line in enumerate(page.lines, start=HEADINGS_AT + 1):
        sheet.set_row(row, 17)
        _write_line(sheet, row, drawing, line.columns or page.columns, line)
    _write_foot(sheet, drawing, page, sum(widths))
    _print_on(sheet, drawing, HEADINGS_AT)
    sheet.print_area(0, 0, HEADINGS_AT + 2 + len(page.lines), _last_column(page))
    sheet.center_horizontally()


def _write_head(sheet: Worksheet, drawing: Drawing, page: Page, widths: Sequence[int]) -> None:
    styles, lang, imprint, last = drawing.styles, drawing.lang, drawing.imprint, _last_column(page)
    _across(sheet, TITLE_AT, last, page.title, styles.title)
    sheet.set_row(TITLE_AT, 30)
    place, period = word("place", lang, page.place), word("period", lang, page.period)
    _across(sheet, PLACE_AT, last, f"{place}　　{period}", styles.subtitle)
    stamp = word("imprint", lang, imprint.number, imprint.digest[:12], imprint.created_at[:10])
    _across(sheet, IMPRINT_AT, last, stamp, styles.subtitle)
    headings = [*page.row_headings, *(_heading(c) for c in page.columns)]
    for position, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(position, position, width)
        sheet.write_string(HEADINGS_AT, position, text(heading), styles.heading)
    sheet.set_row(HEADINGS_AT, 15.0 * _lines_needed(headings, widths) + 6)
    sheet.freeze_panes(HEADINGS_AT + 1, len(page.row_headings))


def _write_line(
    sheet: Worksheet, row: int, drawing: Drawing, columns: Sequence[Column], line: Line
) -> None:
    styles = drawing.styles
    for position, name in enumerate(line.labels):
        style = styles.total_label if line.is_total else styles.label
        sheet.write_string(row, position, text(name), style)
    for position, (column, cell) in enumerate(
        zip(columns, line.cells, strict=True), start=len(line.labels)
    ):
        figure = drawing.figures.get(cell["cell_id"]) if cell else None
        linked = figure is not None and row * len(columns) < LINKS_AT_MOST
        style = styles.figure(column, line.is_total, linked)
        if figure is not None and linked:
            # The link first, then the number over its text: a figure stays a number.
            sheet.write_url(row, position, figure.link, style, EMPTY)
        value = cell["value"] if cell else None
        if value is None or not math.isfinite(value):
            sheet.write_string(row, position, EMPTY, style)
        else:
            sheet.write_number(row, position, value, style)
        if cell and cell.get("is_revised"):
            told = word("revised_to", drawing.lang, _told(column, cell["revised_value"]))
            sheet.write_comment(row, position, told, {"x_scale": 1.6, "y_scale": 0.8})


def _told(column: Column, value: float | None) -> str:
    """A figure in words; a dash where nothing is counted any more."""
    if value is None:
        return EMPTY
    return f"{value:.1%}" if column.kind == "rate" else f"{value:,.{column.decimals}f}"


def _write_foot(sheet: Worksheet, drawing: Drawing, page: Page, width: int) -> None:
    lang, last = drawing.lang, _last_column(page)
    row = HEADINGS_AT + 1 + len(page.lines)
    notes = [note for note in (page.notes, page.remark) if note]
    if drawing.figures:
        notes.append(word("traceable", lang))
    if notes:
        joined = word("notes", lang, ("" if lang == "zh" else " ").join(notes))
        _across(sheet, row, last, joined, drawing.styles.note)
        sheet.set_row(row, 13.0 * (1 + display_width(joined) // max(width, 1)) + 6)
    sheet.set_row(row + 1, 28)
    _across(sheet, row + 1, last, page.signed or word("sign_off", lang), drawing.styles.sign_off)


def _print_on(sheet: Worksheet, drawing: Drawing, headings_at: int) -> None:
    """A4 landscape, one page wide, headings on each page, page numbers at the foot."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(headings_at)
    imprint = drawing.imprint
    stamp = word("imprint", drawing.lang, imprint.number, imprint.digest[:12], "").strip(" ·　")
    sheet.set_footer(f"&L&8{stamp}&R&8{word('pages', drawing.lang)}")
    sheet.hide_gridlines(2)


def _positions(page: Page) -> list[tuple[str, str]]:
    """Where each figure stands: ``cell_id`` and its address on the sheet."""
    first = len(page.row_headings)
    return [
        (str(cell["cell_id"]), xl_rowcol_to_cell(row, column))
        for row, line in enumerate(page.lines, start=HEADINGS_AT + 1)
        for column, cell in enumerate(line.cells, start=first)
        if cell and cell["cell_id"]
    ]


def _across(sheet: Worksheet, row: int, last: int, value: str, style: Any) -> None:
    if last > 0:
        sheet.merge_range(row, 0, row, last, "", style)
    sheet.write_string(row, 0, text(value), style)


def _widths(page: Page) -> list[int]:
    labels = [[line.labels[n] for line in page.lines] for n in range(len(page.row_headings))]
    wide = [max([12, *(display_width(v) + 2 for v in column)]) for column in labels]
    figures = [display_width(column.label) // 2 + 4 for column in page.columns]
    widths = [min(max(w, NARROWEST), WIDEST) for w in [*wide, *(max(f, 13) for f in figures)]]
    # Title, stamp and signatures run across the table: a narrow one is widened to hold them.
    lacking = max(NARROWEST_TABLE - sum(widths), 0)
    return [w + -(-lacking // len(widths)) for w in widths]


def _lines_needed(headings: Sequence[str], widths: Sequence[int]) -> int:
    pairs = zip(headings, widths, strict=True)
    return max(
        sum(-(-max(display_width(part), 1) // (width - 1)) for part in heading.split("\n"))
        for heading, width in pairs
    )


def _heading(column: Column) -> str:
    return f"{column.label}\n({column.unit})" if column.unit else column.label


def _last_column(page: Page) -> int:
    return len(page.row_headings) + len(page.columns) - 1


def _sheet_names(pages: Sequence[Page]) -> list[str]:
    """Names as Excel takes them: at most 31 characters, none of ``[]:*?/\\``, no two alike."""
    names: list[str] = []
    for page in pages:
        name = re.sub(r"[\[\]:*?/\\']", " ", page.name).strip()[:31] or "1"
        tail = 2
        while name.casefold() in {n.casefold() for n in (*names, SOURCES)}:
            name = f"{name[:27]} {tail}"
            tail += 1
        names.append(name)
    return names
