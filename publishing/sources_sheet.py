"""The sheet ``来源 Sources``: for each figure of a workbook the rows that it comes from.

A figure stands as a block of lines; its first line is where the figure's link leads, and the
figure's identifier leads back. Everything that a unit sent is written as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publishing.pages import AtomsOf, Column, Imprint, Lang, Page
from publishing.wording import SOURCES, word
from publishing.workbook_styles import Styles, text

HEADINGS_AT = 2
COLUMNS = ("unit", "feed", "file_name", "sheet", "line", "contribution", "sha256")
WIDTHS = {
    "cell": 14,
    "meaning": 28,
    "value": 10,
    "unit": 12,
    "feed": 16,
    "file_name": 28,
    "sheet": 10,
    "line": 8,
    "contribution": 8,
    "sha256": 50,
}


@dataclass(frozen=True)
class Drawing:
    """What is the same on every sheet of a workbook; ``figures`` by ``cell_id``."""

    styles: Styles
    lang: Lang
    imprint: Imprint
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Figure:
    """A figure with rows behind it; ``row`` is the first line of its block (from 0)."""

    cell: Mapping[str, Any]
    column: Column
    meaning: str
    atoms: pl.DataFrame
    more: int
    row: int

    @property
    def link(self) -> str:
        """Where the figure's link leads."""
        return f"internal:'{SOURCES}'!A{self.row + 1}"


def gather(pages: Sequence[Page], atoms_of: AtomsOf, at_most: int) -> dict[str, Figure]:
    """The figures of the pages that have rows behind them, by ``cell_id``, in reading order."""
    shown: dict[str, tuple[Mapping[str, Any], Column, str]] = {}
    for page in pages:
        for line in page.lines:
            for column, cell in zip(line.columns or page.columns, line.cells, strict=True):
                # What is put together from other figures has no rows of its own.
                if cell is None or not cell["cell_id"]:
                    continue
                if cell["source_rows"] and cell["cell_id"] not in shown:
                    meaning = " · ".join((column.label, *line.labels))
                    shown[cell["cell_id"]] = cell, column, meaning
    found = atoms_of([cell for cell, _, _ in shown.values()], at_most)
    figures: dict[str, Figure] = {}
    row = HEADINGS_AT + 1
    for cell_id, (cell, column, meaning) in shown.items():
        atoms = found[cell_id].head(at_most)
        more = max(int(cell["source_rows"]) - atoms.height, 0)
        figures[cell_id] = Figure(cell, column, meaning, atoms, more, row)
        row += atoms.height + (more > 0)
    return figures


def write_sources(sheet: Worksheet, drawing: Drawing, back: Mapping[str, str], hint: str) -> None:
    """Write every figure's block. ``back``: ``cell_id`` to the link that leads to the figure."""
    styles = drawing.styles
    sheet.write_string(0, 0, word("sources_title", drawing.lang), styles.strong)
    sheet.write_string(1, 0, hint, styles.subtitle)
    for position, key in enumerate(("cell", "meaning", "value", *COLUMNS)):
        sheet.set_column(position, position, WIDTHS[key])
        sheet.write_string(HEADINGS_AT, position, word(key, drawing.lang), styles.heading)
    sheet.freeze_panes(HEADINGS_AT + 1, 1)
    for figure in drawing.figures.values():
        _write_figure(sheet, drawing, figure, back[figure.cell["cell_id"]])


def _write_figure(sheet: Worksheet, drawing: Drawing, figure: Figure, back: str) -> None:
    styles, row, cell_id = drawing.styles, figure.row, str(figure.cell["cell_id"])
    style = styles.figure(figure.column, is_total=False, linked=False)
    sheet.write_url(row, 0, back, styles.link, cell_id)
    sheet.write_string(row, 1, text(figure.meaning), styles.plain)
    _write_value(sheet, row, 2, figure.cell["value"], style)
    for atom in figure.atoms.iter_rows(named=True):
        shown = {**atom, "contribution": _counts_as(atom)}
        if atom.get("record") == 0:
            shown["line"] = word("whole_file", drawing.lang)
        for position, key in enumerate(COLUMNS, start=3):
            style = styles.digest if key == "sha256" else styles.plain
            _write_value(sheet, row, position, shown.get(key), style)
        row += 1
    if figure.more:
        more = word("more", drawing.lang, f"{figure.more:,}", cell_id)
        sheet.write_string(row, 3, more, styles.subtitle)


def _counts_as(atom: Mapping[str, Any]) -> Any:
    """What a row puts in: a number, numerator / denominator of a rate, or the value ranked."""
    if atom.get("numerator") is not None:
        return f"{atom['numerator']:g} / {atom['denominator'] or 0:g}"
    contribution = atom.get("contribution")
    return atom.get("ranked_value") if contribution is None else contribution


def _write_value(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, text(value), style)
