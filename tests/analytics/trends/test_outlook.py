"""What a publication keeps of the weeks to come: what forecasting says of its series."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.reports.periods import bounds, period_at
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.outlook import METRIC, OUTLOOK, WEEKS, last_month, outlook
from tests.analytics.reports.town import manifest

FIRST = date(2025, 1, 6)
PARENTS = {"1": None, "11": "1", "12": "1"}


def _cells(weeks: int) -> pl.DataFrame:
    """Two districts, their city, and everything; the last week has not ended."""
    rng = np.random.default_rng(6)
    west, east = rng.poisson(40, weeks), rng.poisson(25, weeks)
    rows = [
        (METRIC, level, place, "week", period_at("week", FIRST + timedelta(weeks=n)), "", float(v))
        for level, place, values in (
            ("all", "all", west + east), ("city", "1", west + east),
            ("district", "11", west), ("district", "12", east),
        )
        for n, v in enumerate(values)
    ]  # fmt: skip
    names = ("metric", "level", "place_code", "grain", "period", "slices", "value")
    made = pl.DataFrame(rows, schema=names, orient="row")
    return made.with_columns(cell_id=pl.format("c{}{}", "place_code", "period"))


def test_the_next_weeks_of_each_place_add_up_with_their_intervals():
    weeks = 60
    until = FIRST + timedelta(weeks=weeks - 1, days=2)
    made = outlook(_cells(weeks), Catalog(manifest()), PARENTS, until)
    assert made.schema == OUTLOOK
    per_place = made.group_by("place_code").len()
    assert dict(per_place.iter_rows()) == dict.fromkeys(("all", "1", "11", "12"), WEEKS)
    # The week that had not ended is the first to come.
    assert bounds(made["period"].min())[0] == FIRST + timedelta(weeks=weeks - 1)
    wide = made.pivot(on="place_code", index="period", values="forecast")
    assert wide["1"].to_numpy() == pytest.approx((wide["11"] + wide["12"]).to_numpy(), abs=1e-9)
    assert (made["low"] <= made["forecast"]).all() and (made["forecast"] <= made["high"]).all()
    assert 25 < made.filter(place_code="11")["forecast"].mean() < 55


def test_a_short_past_has_no_weeks_to_come():
    made = outlook(_cells(20), Catalog(manifest()), PARENTS, FIRST + timedelta(weeks=20))
    assert made.is_empty() and made.schema == OUTLOOK
    assert outlook(_cells(1).clear(), Catalog(manifest()), {}, None).is_empty()


def test_the_last_month_is_one_that_has_ended():
    months = pl.DataFrame(
        [(METRIC, "all", "month", month) for month in ("2026-08", "2026-09", "undated")],
        schema=("metric", "level", "grain", "period"),
        orient="row",
    )
    assert last_month(months, date(2026, 9, 29)) == "2026-08"
    assert last_month(months, date(2026, 9, 30)) == "2026-09"
    assert last_month(months, date(2026, 8, 1)) is None
