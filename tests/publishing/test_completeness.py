from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl

from ingestion.contracts import Contract
from ingestion.intake.punctuality import deliveries_of
from publishing.completeness import (
    MOST_NAMED,
    Completeness,
    Figures,
    Remarks,
    completeness,
    data_until,
)


def drops(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """unit, feed, the day of which it speaks, status."""
    return pl.DataFrame(
        [
            {
                "unit": unit,
                "feed": feed,
                "as_of": datetime.fromisoformat(day),
                "as_of_source": "file_name",
                "received_at": datetime(2026, 12, 1),
                "status": status,
            }
            for unit, feed, day, status in rows
        ]
    )


def owed(sent: pl.DataFrame, contracts: dict[str, Contract]) -> pl.DataFrame:
    """What is owed by these drops, as a publication has it."""
    known = data_until(sent)
    if known is None:
        return pl.DataFrame()
    found = deliveries_of(sent, contracts, known + timedelta(days=1))
    return found.with_columns(
        is_due=pl.col("due_on") <= known, is_missing=pl.col("state") == "missing"
    )


def of(feed: str, found: list[Completeness]) -> Completeness:
    return next(one for one in found if one.feed == feed)


def test_who_sent_earlier_ones_and_not_the_last_is_missing(contracts: dict[str, Contract]) -> None:
    assert contracts["patrol"].service_level.cadence == "month"
    sent = drops(
        ("a", "patrol", "2026-08-31", "accepted"),
        ("b", "patrol", "2026-08-31", "accepted"),
        ("a", "patrol", "2026-09-30", "accepted"),
        ("b", "patrol", "2026-09-30", "refused"),
        ("new", "patrol", "2026-09-30", "accepted"),
        ("a", "visit", "2026-10-31", "accepted"),
    )
    found = completeness(owed(sent, contracts))
    one = of("patrol", found)
    assert (one.start, one.end) == (date(2026, 9, 1), date(2026, 9, 30))
    assert (one.sent, one.missing) == (("a", "new"), ("b",))


def test_a_period_that_is_not_due_yet_is_missed_by_nobody(contracts: dict[str, Contract]) -> None:
    august = ("a", "patrol", "2026-08-31", "accepted")
    assert completeness(owed(drops(august), contracts)) == []
    due = completeness(owed(drops(august, ("a", "visit", "2026-09-30", "accepted")), contracts))
    assert of("patrol", due).sent == ("a",)
    assert of("patrol", due).end == date(2026, 8, 31)


def test_without_an_accepted_drop_nothing_is_known() -> None:
    assert data_until(drops(("a", "patrol", "2026-08-31", "refused"))) is None


def test_a_report_says_what_its_figures_do_not_cover(contracts: dict[str, Contract]) -> None:
    sent = drops(
        *[(unit, "patrol", "2026-08-31", "accepted") for unit in "abc"],
        ("a", "patrol", "2026-09-30", "accepted"),
        *[(unit, "visit", "2026-09-30", "accepted") for unit in "ab"],
        ("a", "unit", "2026-10-31", "accepted"),
    )
    found = {one.feed: one for one in completeness(owed(sent, contracts))}
    feeds = {"both": frozenset({"patrol", "visit"}), "one": frozenset({"visit"})}
    remarks = Remarks({**feeds, "none": frozenset({"unheard_of"})}, found, contracts)
    english = remarks.on("both", "en")
    assert "Of the 2 periodic feeds that it rests on 1 lack" in english
    assert f"{contracts['patrol'].title_en} (2026-09-01 to 2026-09-30: 2 of 3 units)" in english
    chinese = remarks.on("both", "zh")
    assert (
        f"{contracts['patrol'].title_zh}（2026-09-01 至 2026-09-30，3 个单位中 2 个未报）"
        in chinese
    )
    for figures, told in (
        (Figures("c0123", 0.826), "2 of 3 units; what came covers 83% of the grids, c0123)"),
        (Figures("c0123", None), "2 of 3 units, c0123)"),
    ):
        known = replace(remarks, figures={"patrol": figures})
        assert told in known.on("both", "en")
        assert "c0123）" in known.on("both", "zh")
    assert remarks.on("one", "en").startswith("All 1 periodic feeds")
    assert remarks.on("none", "en") == remarks.on("unheard_of", "zh") == ""


def test_the_feeds_that_lack_most_are_named_and_the_others_told_of(
    contracts: dict[str, Contract],
) -> None:
    monthly = sorted(f for f, c in contracts.items() if c.service_level.cadence == "month")[:6]
    rows = [(unit, feed, "2026-08-31", "accepted") for feed in monthly for unit in "abc"]
    rows += [(unit, monthly[0], "2026-09-30", "accepted") for unit in "ab"]
    rows += [("a", monthly[1], "2026-11-30", "accepted")]
    found = {one.feed: one for one in completeness(owed(drops(*rows), contracts))}
    remarks = Remarks({"all": frozenset(monthly)}, found, contracts)
    told = remarks.on("all", "en")
    lacking = [feed for feed in monthly if found[feed].missing]
    named = [feed for feed in lacking if f"{contracts[feed].title_en} (" in told]
    assert len(lacking) > len(named) == MOST_NAMED
    assert told.endswith("and others.")


def test_a_period_that_had_not_ended_is_said_to_be_unfinished(
    contracts: dict[str, Contract],
) -> None:
    remarks = Remarks({}, {}, contracts, until=date(2026, 10, 30))
    assert remarks.on("any", "en", "2026-10").endswith("the data reach to 2026-10-30.")
    assert "2026-10-30" in remarks.on("any", "zh", "2026")
    for period in ("2026-09", "2026-10-30", "month", "all", "undated"):
        assert remarks.on("any", "en", period) == "", period
