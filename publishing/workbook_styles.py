"""How the workbooks look: fonts, borders, number formats; and text made safe for a cell."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from publishing.pages import Column, Lang

#: Fonts that office machines in China and elsewhere have.
FONTS: dict[Lang, str] = {"zh": "宋体", "en": "Arial"}
LONGEST_TEXT = 32_767
INK, LINK, RULE, SHADE = "#1F2933", "#0B5394", "#9AA5B1", "#EDF1F5"


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook; figures are made on demand, by number format."""

    workbook: Workbook
    font: str
    title: Format
    subtitle: Format
    note: Format
    sign_off: Format
    heading: Format
    label: Format
    total_label: Format
    plain: Format
    strong: Format
    digest: Format
    link: Format
    figures: dict[tuple[str, bool, bool], Format]

    def figure(self, column: Column, is_total: bool, linked: bool) -> Format:
        """The format of a figure in that column."""
        key = (number_format(column), is_total, linked)
        if key not in self.figures:
            properties: dict[str, Any] = {"num_format": key[0], "align": "right"}
            if linked:
                properties |= {"font_color": LINK}
            self.figures[key] = self.workbook.add_format(
                _in_table(self.font) | properties | (_TOTAL if is_total else {})
            )
        return self.figures[key]


def make_styles(workbook: Workbook, lang: Lang) -> Styles:
    """The formats of a workbook in that language."""
    font = FONTS[lang]
    base = {"font_name": font, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    table = _in_table(font)

    def add(**properties: Any) -> Format:
        return workbook.add_format(base | properties)

    return Styles(
        workbook=workbook,
        font=font,
        title=add(font_size=16, bold=True, align="center"),
        subtitle=add(),
        note=add(text_wrap=True, valign="top", font_size=9),
        sign_off=add(),
        heading=workbook.add_format(
            table | {"bold": True, "align": "center", "text_wrap": True, "bg_color": SHADE}
        ),
        label=workbook.add_format(table | {"text_wrap": True, "indent": 1}),
        total_label=workbook.add_format(table | _TOTAL | {"indent": 1}),
        plain=workbook.add_format(table | {"font_size": 9}),
        strong=add(font_size=12, bold=True),
        digest=workbook.add_format(table | {"font_size": 7, "font_name": "Consolas"}),
        link=workbook.add_format(
            table | {"font_size": 8, "font_name": "Consolas", "font_color": LINK}
        ),
        figures={},
    )


def number_format(column: Column) -> str:
    """Excel's number format: ``rate`` as a percentage, the rest with thousands set apart."""
    if column.kind == "change":
        return "+0.0%;-0.0%;0.0%"
    if column.kind == "points":
        return f'+0.0" {column.unit}";-0.0" {column.unit}";0.0" {column.unit}"'
    decimals = "." + "0" * column.decimals if column.decimals else ""
    return f"0{decimals or '.0'}%" if column.kind == "rate" else f"#,##0{decimals}"


def text(value: object) -> str:
    """A value as text that any spreadsheet takes: no lone surrogates, within Excel's length."""
    made = str(value).encode("utf-8", "replace").decode("utf-8")
    return made if len(made) <= LONGEST_TEXT else made[: LONGEST_TEXT - 1] + "…"


def display_width(value: str) -> int:
    """How many Latin characters wide a text stands; Chinese ones count twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in value)


_TOTAL: dict[str, Any] = {"bold": True, "bg_color": "#F7F9FB"}


def _in_table(font: str) -> dict[str, Any]:
    return {
        "font_name": font,
        "font_size": 10,
        "font_color": INK,
        "valign": "vcenter",
        "border": 1,
        "border_color": RULE,
    }
