"""Who has sent what for the last period, and whose part a publication therefore lacks.

Judged by the dates of which drops speak, never by when they came: the same drops say the same.
Belongs here: what was not sent for the last period, and what that means for a report. Does not
belong here: what is due when (``ingestion.intake.punctuality``), drawing (``index_page``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from analytics.reports.coordinates import ALL, Coordinates, slices_text
from analytics.reports.periods import GRAIN_NAMES, UNDATED, bounds, period_at
from ingestion.contracts import Contract
from ingestion.intake.punctuality import counted
from publishing.opening import OpenPublication
from publishing.pages import Lang
from publishing.wording import word

MOST_NAMED = 4
"""Feeds that a remark names; the first page of the publication names all."""
OWED = "deliveries"
"""The serving table of what units owed (``marts.fct_delivery``)."""
REPORT, MISSING, COVERAGE = "deliveries", "deliveries_missing", "delivery_coverage"


@dataclass(frozen=True)
class Completeness:
    """The last whole period of a feed: who sent it, and who owed it and did not."""

    feed: str
    start: date
    end: date
    sent: tuple[str, ...]
    missing: tuple[str, ...]


def completeness(owed: pl.DataFrame) -> list[Completeness]:
    """One for each feed that anybody owes, in order of the feeds.

    ``owed``: the serving table ``deliveries``. The last whole period is the last of which drops
    were due on the last day of which any drop speaks.
    """
    due = owed.filter("is_due")
    last = due.filter(pl.col("period_end") == pl.col("period_end").max().over("feed"))
    return [
        Completeness(
            feed=str(feed),
            start=own["period_start"][0],
            end=own["period_end"][0],
            sent=tuple(own.filter(~pl.col("is_missing"))["unit"]),
            missing=tuple(own.filter("is_missing")["unit"]),
        )
        for (feed,), own in last.sort("feed", "unit").group_by("feed", maintain_order=True)
    ]


def owed_in(publication: OpenPublication) -> pl.DataFrame:
    """What was owed, as a publication has it; no rows where it is too old to know."""
    if publication.has(OWED):
        return publication.table(OWED)
    dates, flags = ("period_start", "period_end"), ("is_due", "is_missing")
    schema = dict.fromkeys(("unit", "feed"), pl.String())
    return pl.DataFrame(
        schema={**schema, **dict.fromkeys(dates, pl.Date), **dict.fromkeys(flags, pl.Boolean)}
    )


def data_until(drops: pl.DataFrame) -> date | None:
    """The last day of which any accepted drop speaks; None where there is none."""
    last = counted(drops)["as_of"].dt.date().max()
    return last if isinstance(last, date) else None


@dataclass(frozen=True)
class Figures:
    """The published figures of what lacks of a feed: their identifier, and the share of grids."""

    cell_id: str
    coverage: float | None


@dataclass(frozen=True)
class Remarks:
    """What the reader of each report has to know of what was not sent.

    ``feeds``: report to the feeds that its figures rest on. ``found``: by feed. ``until``: the last
    day of which any drop speaks. ``figures``: what is published of a feed's last period, by feed.
    """

    feeds: Mapping[str, frozenset[str]]
    found: Mapping[str, Completeness]
    contracts: Mapping[str, Contract]
    until: date | None = None
    figures: Mapping[str, Figures] = field(default_factory=dict)

    @classmethod
    def of_publication(
        cls, publication: OpenPublication, contracts: Mapping[str, Contract]
    ) -> Remarks:
        """Those of a publication; none where it is too old to know the feeds of its reports."""
        if not publication.has("report_feeds"):
            return cls({}, {}, contracts)
        listed = publication.table("report_feeds").group_by("report").agg("feed")
        drops = publication.table("drops")
        owed = completeness(owed_in(publication))
        found = {one.feed: one for one in owed if one.feed in contracts}
        feeds = {report: frozenset(names) for report, names in listed.iter_rows()}
        figures = _figures(publication, found, contracts)
        return cls(feeds, found, contracts, data_until(drops), figures)

    def on(self, report: str, lang: Lang, period: str = ALL) -> str:
        """The remark on a report, shown for that period; empty where there is nothing to say."""
        told = [self._on_feeds(report, lang), self._on_period(period, lang)]
        return ("" if lang == "zh" else " ").join(filter(None, told))

    def _on_period(self, period: str, lang: Lang) -> str:
        """Of a period that had not ended when the last drop spoke, that it had not."""
        return word("unfinished", lang, self.until) if self.is_unfinished(period) else ""

    def is_unfinished(self, period: str) -> bool:
        """Whether that period had not ended when the last drop spoke."""
        if self.until is None or period in (ALL, UNDATED, *GRAIN_NAMES):
            return False
        return bounds(period)[1] - timedelta(days=1) > self.until

    def _on_feeds(self, report: str, lang: Lang) -> str:
        own = [self.found[f] for f in sorted(self.feeds.get(report, ())) if f in self.found]
        lacking = sorted((one for one in own if one.missing), key=_share_missing, reverse=True)
        if not lacking:
            return word("report_complete", lang, len(own)) if own else ""
        named = ("；" if lang == "zh" else "; ").join(
            self._named(one, lang) for one in lacking[:MOST_NAMED]
        )
        if len(lacking) > MOST_NAMED:
            named = word("and_others", lang, named)
        return word("report_incomplete", lang, len(lacking), len(own), named)

    def _named(self, one: Completeness, lang: Lang) -> str:
        contract = self.contracts[one.feed]
        title = contract.title_zh if lang == "zh" else contract.title_en
        missing, units = len(one.missing), len(one.sent) + len(one.missing)
        told = word("lacking", lang, title, one.start, one.end, missing, units)
        if (known := self.figures.get(one.feed)) is None:
            return word("lacks", lang, told)
        if known.coverage is None:
            return word("lacks_cell", lang, told, known.cell_id)
        return word("lacks_covered", lang, told, f"{known.coverage:.0%}", known.cell_id)


def _figures(
    publication: OpenPublication,
    found: Mapping[str, Completeness],
    contracts: Mapping[str, Contract],
) -> dict[str, Figures]:
    """The cells of the report of deliveries on what was not sent, where it has them."""
    at = {
        feed: tuple(_cell(one, metric, contracts[feed]) for metric in (MISSING, COVERAGE))
        for feed, one in found.items()
        if one.missing
    }
    values = publication.values(cell_id for pair in at.values() for cell_id in pair)
    return {
        feed: Figures(missing, values.get(coverage))
        for feed, (missing, coverage) in at.items()
        if missing in values
    }


def _cell(one: Completeness, metric: str, contract: Contract) -> str:
    grain = str(contract.service_level.cadence)
    slices = slices_text({"feed": one.feed})
    at = Coordinates(REPORT, metric, ALL, ALL, grain, period_at(grain, one.start), slices)
    return at.cell_id


def _share_missing(one: Completeness) -> float:
    return len(one.missing) / (len(one.sent) + len(one.missing))
