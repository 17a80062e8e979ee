from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from ingestion.contracts import Contract
from publishing.completeness import Completeness, completeness


def drops(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """unit, feed, the day of which it speaks, status."""
    return pl.DataFrame(
        [
            {
                "unit": unit,
                "feed": feed,
                "as_of": datetime.fromisoformat(day),
                "as_of_source": "file_name",
                "status": status,
            }
            for unit, feed, day, status in rows
        ]
    )


def of(feed: str, found: list[Completeness]) -> Completeness:
    return next(one for one in found if one.feed == feed)


def test_who_sent_earlier_ones_and_not_the_last_is_missing(contracts: dict[str, Contract]) -> None:
    assert contracts["patrol"].service_level.cadence == "month"
    found = completeness(
        drops(
            ("a", "patrol", "2026-08-31", "accepted"),
            ("b", "patrol", "2026-08-31", "accepted"),
            ("a", "patrol", "2026-09-30", "accepted"),
            ("b", "patrol", "2026-09-30", "refused"),
            ("new", "patrol", "2026-09-30", "accepted"),
            ("a", "visit", "2026-10-31", "accepted"),
        ),
        contracts,
    )
    one = of("patrol", found)
    assert (one.start, one.end) == (date(2026, 9, 1), date(2026, 9, 30))
    assert (one.sent, one.missing) == (("a", "new"), ("b",))


def test_a_period_that_is_not_due_yet_is_missed_by_nobody(contracts: dict[str, Contract]) -> None:
    found = completeness(drops(("a", "patrol", "2026-08-31", "accepted")), contracts)
    assert of("patrol", found).missing == ()
    assert of("patrol", found).end <= date(2026, 8, 31)


@pytest.mark.parametrize("status", ["refused"])
def test_without_an_accepted_drop_nothing_is_known(
    contracts: dict[str, Contract], status: str
) -> None:
    assert completeness(drops(("a", "patrol", "2026-08-31", status)), contracts) == []
