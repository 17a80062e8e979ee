"""The city in brief on one sheet of paper: ``reports/v_<n>/city_summary.<language>.pdf``.

The last month of each figure of the summary, what it was the month and the year before, its last
thirteen months as a line, what is rising, and what was not sent. Belongs here: what stands on the
sheet and how it is drawn. Does not belong here: figures and their words (``telling``), the same on
a screen (``index_page``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
from reportlab.graphics.shapes import Circle, Drawing, PolyLine
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from analytics.reports.arrangement import Naming
from analytics.reports.asking import Asked, known_places
from analytics.reports.changes import AGAINST, Change, Compared, compare
from analytics.reports.coordinates import ALL
from analytics.reports.declarations import Report
from analytics.reports.metrics import Metric
from analytics.reports.periods import UNDATED, previous
from analytics.reports.wording import period_name, value_labels
from publishing.alerts_told import alerts_told
from publishing.completeness import Remarks
from publishing.index_page import HEADLINES, Material, latest_months, summary_name
from publishing.pages import Lang, in_language
from publishing.telling import change_told, label_told, value_told
from publishing.wording import index_words, word

MONTHS = 13
"""How many months a line shows: the last and the twelve before it."""
ALERTS = 5
OF_DISTRICTS = ("events_received", "handled_rate", "events_open_overdue")
"""What the sheet says of each district."""

_INK, _SOFT, _RULE, _ACCENT = map(HexColor, ("#1d2733", "#5b6875", "#d5dce3", "#1f5f99"))
_FONTS: Mapping[Lang, str] = {"zh": "STSong-Light", "en": "Helvetica"}
_CHINESE = "STSong-Light"
"""One of the fonts that every reader of PDF brings along for Chinese; none has to be installed."""
_WIDTHS = [width * mm for width in (50, 24, 24, 26, 26, 32)]
_LINE = 30 * mm, 4 * mm


@dataclass(frozen=True)
class _Figure:
    """One line of the sheet: a measure in the month, before, and over the last months."""

    metric: Metric
    month: Change
    year: Change
    cell_id: str
    course: tuple[float | None, ...]


def write_summary(material: Material, folder: Path, lang: Lang) -> Path:
    """Write the sheet in one language; it appears under its name when it is whole.

    Where the summary has no figures of any month, the sheet says so. The same publication gives
    the same bytes.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / summary_name(lang)
    unfinished = folder / f".{path.name}.partial"
    report = material.reports[HEADLINES]
    SimpleDocTemplate(
        str(unfinished),
        pagesize=A4,
        **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 13 * mm),
        title=in_language(report.title, lang),
        lang="zh-CN" if lang == "zh" else "en",
        invariant=1,
    ).build(list(_sheet(material, report, lang)))
    return unfinished.replace(path)


def _sheet(material: Material, report: Report, lang: Lang) -> Iterator[Flowable]:
    styles, imprint = _Styles(lang), material.imprint
    stamp = word("imprint", lang, imprint.number, imprint.digest[:12], imprint.created_at[:10])
    whole = material.publication.shown_cells.filter(level=ALL, slices="", report=HEADLINES)
    months = latest_months(whole)
    yield styles.text(in_language(report.title, lang), size=16)
    if months:
        told = word("period", lang, in_language(period_name(months[0]), lang))
        yield styles.text(f"{told} · {stamp}", colour=_SOFT)
        yield Spacer(0, 2 * mm)
        yield _figures(material, report, months[0], whole, styles)
        yield from _districts(material, report, months[0], styles)
    else:
        yield styles.text(f"{word('no_month', lang)} · {stamp}", colour=_SOFT)
    yield from _rising(material, styles)
    remarks = Remarks.of_publication(material.publication, material.contracts)
    yield styles.heading(index_words(lang)["complete"])
    yield styles.text(remarks.on(HEADLINES, lang, months[0] if months else ALL))
    yield styles.text(word("printed_note", lang), colour=_SOFT)
    yield Spacer(0, 5 * mm)
    yield styles.text(word("sign_off", lang))


def _figures(
    material: Material, report: Report, month: str, whole: pl.DataFrame, styles: _Styles
) -> Table:
    lang = styles.lang
    headings = ("measure", "month_shown", "month_before", "against_month", "against_year", "course")
    month_told = in_language(period_name(month), lang)
    told = [word(f"sheet_{heading}", lang, month_told) for heading in headings]
    rows: list[list[Any]] = [styles.headings(told, numbers=range(1, 5))]
    looks: list[Any] = []
    for title, lines in _compared(material, report, month, whole):
        looks.append(("LINEABOVE", (0, len(rows)), (-1, len(rows)), 0.8, _INK))
        rows.append([styles.text(in_language(title, lang), size=9), *[""] * 5])
        rows += [_row(line, styles) for line in lines]
    return _table(rows, looks)


def _districts(
    material: Material, report: Report, month: str, styles: _Styles
) -> Iterator[Flowable]:
    """The first measures of each district, held against the month before; nothing for one place."""
    lang = styles.lang
    asked = Asked(period=month, level="district")
    [first, *_] = compare(
        report,
        material.publication.shown_cells,
        material.catalog,
        _naming(material),
        asked,
        "previous",
    )
    places = [n for n, line in enumerate(first.arranged.lines) if not line.is_total]
    if len(places) < 2:
        return
    at = [n for n, m in enumerate(first.arranged.metrics) if m.name in OF_DISTRICTS]
    told = [word("by_district", lang)]
    for n in at:
        told += [label_told(first.arranged.metrics[n], lang), word("sheet_against_month", lang)]
    rows: list[list[Any]] = [styles.headings(told, numbers=range(1, len(told)))]
    for place in places:
        line: list[Any] = [styles.text(in_language(first.arranged.lines[place].labels[0], lang))]
        for n in at:
            change = first.changes[place][n]
            line.append(styles.number(value_told(first.arranged.metrics[n], change.now)))
            line.append(styles.number(change_told(change, lang)))
        rows.append(line)
    yield Spacer(0, 2 * mm)
    widths = [38 * mm, *[144 * mm / (len(told) - 1)] * (len(told) - 1)]
    yield _table(rows, [("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK)], widths)


def _table(rows: list[list[Any]], looks: list[Any], widths: Sequence[float] = _WIDTHS) -> Table:
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
            ("TOPPADDING", (0, 0), (-1, -1), 1.1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            *looks,
        ]
    )
    return Table(rows, colWidths=widths, style=style, repeatRows=1)


def _row(line: _Figure, styles: _Styles) -> list[Any]:
    """The figure leads to the workbook in which its files and lines stand."""
    lang, metric = styles.lang, line.metric
    book = f"{HEADLINES}.{lang}.xlsx"
    now = value_told(metric, line.month.now)
    linked = f'<a href="{book}" color="#1f5f99">{escape(now)}</a>'
    return [
        styles.text(label_told(metric, lang)),
        styles.number(linked, is_markup=True),
        styles.number(value_told(metric, line.month.before)),
        styles.number(change_told(line.month, lang)),
        styles.number(change_told(line.year, lang)),
        _course(line.course),
    ]


def _compared(
    material: Material, report: Report, month: str, whole: pl.DataFrame
) -> Iterator[tuple[Any, list[_Figure]]]:
    """Each table of the report: its title, and its totals of the month held against others."""
    publication = material.publication
    naming = _naming(material)
    asked = Asked(period=month)
    cells, catalog = publication.shown_cells, material.catalog
    tables = [compare(report, cells, catalog, naming, asked, against) for against in AGAINST]
    courses = _courses(whole, month)
    for last, year in zip(*tables, strict=True):
        yield last.arranged.table.title, _lines(last, year, courses)


def _naming(material: Material) -> Naming:
    places = known_places(material.publication.connection)
    return Naming(places, value_labels(material.contracts))


def _lines(
    last: Compared, year: Compared, courses: Mapping[str, tuple[float | None, ...]]
) -> list[_Figure]:
    at = next((n for n, line in enumerate(last.arranged.lines) if line.is_total), None)
    then = next((n for n, line in enumerate(year.arranged.lines) if line.is_total), None)
    if at is None or then is None:
        return []
    return [
        _Figure(
            metric,
            last.changes[at][n],
            year.changes[then][n],
            (last.arranged.lines[at].cells[n] or {}).get("cell_id", ""),
            courses.get(metric.name, ()),
        )
        for n, metric in enumerate(last.arranged.metrics)
    ]


def _courses(whole: pl.DataFrame, month: str) -> dict[str, tuple[float | None, ...]]:
    """Of each measure its value in each of the last months, None where there is none."""
    months = [month]
    while len(months) < MONTHS:
        months.append(previous(months[-1]))
    dated = whole.filter(pl.col("period") != UNDATED, grain="month")
    found = {(m, p): v for m, p, v in dated.select("metric", "period", "value").iter_rows()}
    return {
        metric: tuple(found.get((metric, one)) for one in reversed(months))
        for metric in dated["metric"].unique()
    }


def _course(values: Sequence[float | None]) -> Drawing:
    """A line over the months, from zero where nothing lies below it; the last has a dot."""
    width, height = _LINE
    drawing = Drawing(width, height)
    known = [(n, v) for n, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return drawing
    low, high = min(0.0, *(v for _, v in known)), max(v for _, v in known)
    reach = (high - low) or 1.0
    points = [
        (n * (width - 4) / (MONTHS - 1) + 2, 1 + (v - low) / reach * (height - 3)) for n, v in known
    ]
    flat = [at for point in points for at in point]
    drawing.add(PolyLine(flat, strokeColor=_ACCENT, strokeWidth=0.9))
    drawing.add(Circle(*points[-1], 1.3, fillColor=_ACCENT, strokeColor=None))
    return drawing


def _rising(material: Material, styles: _Styles) -> Iterator[Flowable]:
    lang = styles.lang
    told = alerts_told(material.publication, material.contracts, lang)
    if told is None:
        return
    yield styles.heading(index_words(lang)["alerts"])
    yield styles.text(told["told"])
    for one in told["found"][:ALERTS]:
        yield styles.text(
            word("sheet_alert", lang, *(one[k] for k in ("week", "where", "what", "came", "usual")))
        )


@dataclass(frozen=True)
class _Styles:
    lang: Lang

    def text(self, told: str, size: float = 8, colour: HexColor = _INK) -> Paragraph:
        return self._paragraph(escape(told), size, colour, 0)

    def number(self, told: str, *, is_markup: bool = False) -> Paragraph:
        return self._paragraph(told if is_markup else escape(told), 8, _INK, TA_RIGHT)

    def headings(self, told: Sequence[str], numbers: range) -> list[Paragraph]:
        """A line of headings, those above numbers to the right."""
        return [
            self._paragraph(escape(one), 8, _SOFT, TA_RIGHT if n in numbers else 0)
            for n, one in enumerate(told)
        ]

    def heading(self, told: str) -> Paragraph:
        return self._paragraph(escape(told), 10, _INK, 0, before=7)

    def _paragraph(
        self, told: str, size: float, colour: HexColor, side: int, before: float = 0
    ) -> Paragraph:
        chinese = _has_chinese(told)
        style = ParagraphStyle(
            "text",
            fontName=_CHINESE if chinese else _FONTS[self.lang],
            fontSize=size,
            leading=size * 1.28,
            textColor=colour,
            alignment=side,
            spaceBefore=before,
            spaceAfter=1,
            wordWrap="CJK" if self.lang == "zh" else None,
        )
        # The font for Chinese has no middle dot of Latin texts.
        return Paragraph(told.replace("·", "・") if chinese else told, style)


def _has_chinese(text: str) -> bool:
    return any(ord(character) > 0x2E7F for character in text)
