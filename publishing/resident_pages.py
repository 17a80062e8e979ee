"""Counts of residents for paper: one page for each level down to communities.

Belongs here: which tables a workbook of them has, and what is said about hidden counts. Does not
belong here: choosing the counts (``analytics.residents``), drawing (``workbooks``).
"""

from __future__ import annotations

from analytics.reports.asking import known_places
from analytics.reports.coordinates import ALL
from analytics.reports.metrics import Label
from analytics.reports.wording import level_name, names_told_apart
from analytics.residents.arrangement import Arranged, arrange
from publishing.opening import OpenPublication
from publishing.pages import Column, Lang, Line, Page, derived, in_language
from publishing.residents import CATEGORIES, RESIDENTS, SETTINGS
from publishing.wording import EMPTY, word

NAME = "residents"
LEVELS = ("district", "street", "community")
TITLE = Label("实有人口", "Residents")


def resident_pages(publication: OpenPublication, lang: Lang) -> list[Page]:
    """Residents of every district, street and community, by all dimensions.

    Where no register names any, one page with what there is.
    """
    residents, categories = publication.derived(RESIDENTS), publication.derived(CATEGORIES)
    settings = publication.derived(SETTINGS).row(0, named=True)
    places = known_places(publication.connection).to_dicts()
    names = names_told_apart({row["place_code"]: row for row in places})
    note = word("residents_note", lang, settings["smallest_shown"])
    until = settings["told_until"]
    known = set(residents["level"])
    return [
        _page(arrange(residents, categories, names, ALL, level), lang, note, str(until or EMPTY))
        for level in (*(one for one in LEVELS if one in known),) or (None,)
    ]


def _page(arranged: Arranged, lang: Lang, note: str, until: str) -> Page:
    level = in_language(level_name(arranged.level), lang)
    return Page(
        name=level,
        title=f"{in_language(TITLE, lang)} · {level}",
        place=in_language(arranged.lines[0].label, lang),
        period=word("as_of", lang, until),
        notes=note,
        row_headings=(in_language(Label("地区", "Place"), lang),),
        columns=tuple(
            Column(
                in_language(c.label, lang),
                "" if c.dimension == c.category else in_language(c.title, lang),
            )
            for c in arranged.columns
        ),
        lines=tuple(
            Line(
                (in_language(line.label, lang),),
                tuple(map(derived, line.persons)),
                line.is_total,
            )
            for line in arranged.lines
        ),
    )
