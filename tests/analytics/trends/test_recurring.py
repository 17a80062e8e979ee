"""What recurs: hardly ever anything where nothing does, and what was planted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.trends.recurring import recurring

MONTHS = [f"2026-{m:02d}" for m in range(1, 7)]
PLACES = [f"g{n:02d}" for n in range(40)]
KINDS = ("category=a", "category=b")


def _city(rng: np.random.Generator, more: dict[tuple[str, str], float]) -> tuple[pl.DataFrame, ...]:
    """Counts of places by their dwellings, and so many times as many where ``more`` says so."""
    dwellings = rng.integers(50, 400, len(PLACES)).astype(float)
    rows = []
    for month in MONTHS:
        for kind in KINDS:
            means = 600 * dwellings / dwellings.sum()
            means *= [more.get((place, kind), 1.0) for place in PLACES]
            rows += [
                (place, kind, month, float(n), f"{place}{kind}{month}")
                for place, n in zip(PLACES, rng.poisson(means), strict=True)
                if n
            ]
    names = ("place_code", "slices", "period", "value", "cell_id")
    own = pl.DataFrame(rows, schema=names, orient="row")
    whole = own.group_by("slices", "period").agg(pl.col("value").sum())
    return own, whole, pl.DataFrame({"place_code": PLACES, "dwellings": dwellings})


def test_where_nothing_recurs_hardly_ever_anything_is_found():
    rng = np.random.default_rng(3)
    wrong = sum(not recurring(*_city(rng, {}), MONTHS).found.is_empty() for _ in range(100))
    # 5 of 100 at most are to be expected; 11 or more come with a chance of one in a hundred.
    assert wrong <= 10, wrong


def test_what_was_planted_is_found_with_its_figures():
    rng = np.random.default_rng(4)
    planted = {("g07", "category=a"): 3.0, ("g31", "category=b"): 3.0}
    found, missed = 0, 0
    for _ in range(20):
        own, whole, ground = _city(rng, planted)
        made = recurring(own, whole, ground, MONTHS)
        assert made.tried == len(PLACES) * len(KINDS)
        there = {(r["place_code"], r["slices"]) for r in made.found.to_dicts()}
        found += len(there & set(planted))
        missed += len(there - set(planted))
        values = dict(own.select("cell_id", "value").iter_rows())
        for row in made.found.to_dicts():
            assert row["cell_id"] == f"{row['place_code']}{row['slices']}{row['period']}"
            assert values[row["cell_id"]] > row["usual"] / len(MONTHS)
            assert made.least <= row["months"] <= len(MONTHS)
    assert found >= 38 and missed <= 2


def test_the_more_is_looked_at_the_more_months_it_takes():
    rng = np.random.default_rng(5)
    own, whole, ground = _city(rng, {})
    few = recurring(own, whole, ground.head(2), MONTHS)
    assert few.tried == 4 and few.least < recurring(own, whole, ground, MONTHS).least
    with pytest.raises(ValueError, match="two months"):
        recurring(own, whole, ground, MONTHS[:1])
    assert recurring(own.clear(), whole.clear(), ground, MONTHS).found.is_empty()
