"""Dashboards as files: PDF on A4 with rows that are never cut, or one PNG.

Belongs here: pages of paper from a picture of a screen. Does not belong here: the browser
(``browsing``), who is sent what (``publishing.mail``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from civic.settings import Settings
from publishing.pictured import Draw, Picture
from publishing.shelf import find_publication
from superset_assets.browsing import WIDTH, browser, height_of, logged_in, open_dashboard, screens

SHARP = 1.5
"""Pixels of a picture for each of a screen: about 240 to the inch on paper. Browsers without a
graphics card draw no more than 8,192 one below the other."""
ONE_PAGE = 1.35
"""A dashboard that is higher than a page by no more than this is made to fit one."""
_MARGIN, _FOOT = 8 * mm, 6 * mm
_FONT = "STSong-Light"
_FOOTER = {
    "zh": "第 {number} 号发布 / {day} / 账号 {who} 所见 / 第 {page} 页，共 {pages} 页",
    "en": "Publication {number} / {day} / as {who} sees it / page {page} of {pages}",
}


@dataclass(frozen=True)
class Band:
    """A row of a screen that is not to be cut: pixels from the top, of the screen."""

    top: int
    bottom: int


def draw(
    settings: Settings, wanted: Sequence[Picture], target: Path, sharp: float = SHARP
) -> dict[Picture, Path]:
    """Take every picture of the current publication into ``target``, one folder for each account.

    ``sharp``: pixels of a picture for each of a screen. Raises CivicError where a dashboard, an
    account or a browser is lacking, or a chart fails.
    """
    if not wanted:
        return {}
    made: dict[Picture, Path] = {}
    publication = find_publication(settings)
    about = {"number": publication.number, "day": publication.manifest["created_at"][:10]}
    with browser() as opened, screens(settings) as address:
        for account in sorted({one.seen_as for one in wanted}):
            page = logged_in(opened, settings, address, account, sharp)
            for one in (one for one in wanted if one.seen_as == account):
                open_dashboard(page, settings, address, one.dashboard, one.language, one.place)
                path = target / account / one.file_name
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(page, one, path, about)
                made[one] = path
            page.context.close()
    return made


def drawer(settings: Settings) -> Draw:
    """Takes pictures into ``reports/v_<n>/screens/<account>/``."""

    def drawn(wanted: Sequence[Picture]) -> dict[Picture, Path]:
        number = find_publication(settings).number
        return draw(settings, wanted, settings.reports / f"v_{number}" / "screens")

    return drawn


def paged(bands: Iterable[Band], high: float) -> list[Band]:
    """Bands gathered into pages, each no higher than ``high`` unless one band alone is.

    All on one page where that is at most ``ONE_PAGE`` times as high.
    """
    rows = list(bands)
    if rows and rows[-1].bottom - rows[0].top <= ONE_PAGE * high:
        return [Band(rows[0].top, rows[-1].bottom)]
    pages: list[Band] = []
    for row in rows:
        if pages and row.bottom - pages[-1].top <= high:
            pages[-1] = Band(pages[-1].top, row.bottom)
        else:
            pages.append(row)
    return pages


def _write(page: Any, one: Picture, path: Path, about: Mapping[str, Any]) -> None:
    """The whole file or none: it appears under its name when it is written."""
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height_of(page)}
    picture = page.screenshot(clip=clip)
    unfinished = path.with_name(f".{path.name}.partial")
    if one.form == "png":
        unfinished.write_bytes(picture)
    else:
        _write_pdf(picture, _bands(page, clip["height"]), unfinished, one, about)
    unfinished.replace(path)


def _bands(page: Any, bottom: int) -> list[Band]:
    """Title and filters with the first row, then row by row, down to the end of the last one.

    The menu above the title is for those who can click.
    """
    head = page.locator('[data-test="dashboard-header-container"]').first.bounding_box()
    boxes = [row.bounding_box() for row in page.locator(".grid-row, .grid-row-container").all()]
    tops = sorted({int(box["y"]) for box in boxes if box})
    edges = [int(head["y"]), *tops[1:], bottom]
    return [Band(a, b) for a, b in pairwise(edges) if b > a]


def _write_pdf(
    picture: bytes, bands: Iterable[Band], path: Path, one: Picture, about: Mapping[str, Any]
) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    wide, high = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN - _FOOT
    pages = paged(bands, high / wide * WIDTH)
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    canvas.setTitle(one.file_name)
    with Image.open(io.BytesIO(picture)) as whole:
        sharp = whole.width / WIDTH
        for number, band in enumerate(pages, start=1):
            part = whole.crop((0, int(band.top * sharp), whole.width, int(band.bottom * sharp)))
            scale = min(wide / part.width, high / part.height)
            width, height = part.width * scale, part.height * scale
            canvas.drawImage(
                ImageReader(part.convert("RGB")),
                (A4[0] - width) / 2,
                A4[1] - _MARGIN - height,
                width,
                height,
            )
            canvas.setFont(_FONT, 8)
            said = _FOOTER[one.language].format(
                **about, who=one.seen_as, page=number, pages=len(pages)
            )
            canvas.drawCentredString(A4[0] / 2, _MARGIN, said)
            canvas.showPage()
    canvas.save()
