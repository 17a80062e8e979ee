"""Who has sent what for the last period, and whose part a publication therefore lacks.

Judged by the dates of which drops speak, never by when they came: the same drops say the same.
Belongs here: comparing drops with the contracts' frequencies, and what that means for a report.
Does not belong here: what came late (``ingestion.intake.punctuality``), drawing (``index_page``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from analytics.reports.coordinates import ALL
from analytics.reports.periods import GRAIN_NAMES, UNDATED, bounds
from ingestion.contracts import Contract
from ingestion.intake.punctuality import period_of
from publishing.opening import OpenPublication
from publishing.pages import Lang
from publishing.wording import word

MOST_NAMED = 4
"""Feeds that a remark names; the first page of the publication names all."""


@dataclass(frozen=True)
class Completeness:
    """The last whole period of a feed: who sent it, and who sent earlier ones but not this one."""

    feed: str
    start: date
    end: date
    sent: tuple[str, ...]
    missing: tuple[str, ...]


def completeness(drops: pl.DataFrame, contracts: Mapping[str, Contract]) -> list[Completeness]:
    """One for each feed with a frequency that anybody ever sent, in order of the feeds.

    ``drops``: rows of ``bronze.drops``. The last whole period is the last that had ended, and of
    which drops were due, on the last day of which any drop speaks. Whom nobody heard of is not
    known, and a database that is read is asked for no files.
    """
    counted = _counted(drops)
    known = data_until(drops)
    if known is None:
        return []
    made = []
    for (feed,), own in counted.group_by("feed", maintain_order=True):
        level = contracts[str(feed)].service_level if str(feed) in contracts else None
        if level is not None and level.cadence:
            due = known - timedelta(days=level.due_days or 0)
            made.append(_of_feed(str(feed), own, level.cadence, due))
    return sorted(made, key=lambda one: one.feed)


def _counted(drops: pl.DataFrame) -> pl.DataFrame:
    return drops.filter(status="accepted").filter(pl.col("as_of_source") != "snapshot")


def data_until(drops: pl.DataFrame) -> date | None:
    """The last day of which any accepted drop speaks; None where there is none."""
    last = _counted(drops)["as_of"].dt.date().max()
    return last if isinstance(last, date) else None


def _of_feed(feed: str, drops: pl.DataFrame, cadence: str, due: date) -> Completeness:
    start, end = period_of(cadence, due)
    if end > due:
        start, end = period_of(cadence, start - timedelta(days=1))
    said = drops.with_columns(day=pl.col("as_of").dt.date())
    sent = set(said.filter(pl.col("day").is_between(start, end))["unit"])
    before = set(said.filter(pl.col("day") < start)["unit"])
    return Completeness(feed, start, end, tuple(sorted(sent)), tuple(sorted(before - sent)))


@dataclass(frozen=True)
class Remarks:
    """What the reader of each report has to know of what was not sent.

    ``feeds``: report to the feeds that its figures rest on. ``found``: by feed. ``until``: the last
    day of which any drop speaks.
    """

    feeds: Mapping[str, frozenset[str]]
    found: Mapping[str, Completeness]
    contracts: Mapping[str, Contract]
    until: date | None = None

    @classmethod
    def of_publication(
        cls, publication: OpenPublication, contracts: Mapping[str, Contract]
    ) -> Remarks:
        """Those of a publication; none where it is too old to know the feeds of its reports."""
        if not publication.has("report_feeds"):
            return cls({}, {}, contracts)
        listed = publication.table("report_feeds").group_by("report").agg("feed")
        drops = publication.table("drops")
        found = {one.feed: one for one in completeness(drops, contracts)}
        feeds = {report: frozenset(names) for report, names in listed.iter_rows()}
        return cls(feeds, found, contracts, data_until(drops))

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
        return word("lacking", lang, title, one.start, one.end, missing, units)


def _share_missing(one: Completeness) -> float:
    return len(one.missing) / (len(one.sent) + len(one.missing))
