"""The parts of a change add up to it, exactly; what cannot be divided says so."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports.cells import SCHEMA
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.contributions import changes
from civic.errors import CivicError
from tests.analytics.reports.town import manifest

catalog = Catalog(manifest())
PARENTS = pl.DataFrame({"place_code": ["990101", "990102", "990103"], "parent_code": ["9901"] * 3})
AMOUNT = st.integers(0, 50)


def cell(metric: str, period: str, numerator: float, denominator: float | None, **others: str):
    at = {"report": "r", "level": "city", "place_code": "9901", "grain": "month", "slices": ""}
    value = numerator if denominator is None else numerator / denominator if denominator else None
    made = {"metric": metric, "period": period, **at, **others}
    parts = {"numerator": numerator, "denominator": denominator}
    return {
        "cell_id": f"{made['place_code']}/{period}",
        **made,
        "value": value,
        **(parts if denominator is not None else {}),
    }


def rates(then: list[tuple[int, int]], now: list[tuple[int, int]]) -> pl.DataFrame:
    """Numerator and rest of each district in two months, and of the city."""
    rows = []
    for period, parts in (("2019-01", then), ("2019-02", now)):
        whole = [sum(n for n, _ in parts), sum(n + r for n, r in parts)]
        rows.append(cell("on_time_rate", period, whole[0], whole[1]))
        for code, (n, r) in zip(PARENTS["place_code"], parts, strict=True):
            if n + r:
                at = {"level": "district", "place_code": code}
                rows.append(cell("on_time_rate", period, n, n + r, **at))
    return pl.DataFrame(rows, schema=SCHEMA)


PAIRS = st.lists(st.tuples(AMOUNT, AMOUNT), min_size=3, max_size=3).filter(
    lambda parts: sum(a + b for a, b in parts) > 0
)


@given(then=PAIRS, now=PAIRS)
def test_rates_of_places_explain_the_whole_rate(
    then: list[tuple[int, int]], now: list[tuple[int, int]]
) -> None:
    cells = rates(then, now)
    [whole_then, whole] = cells.filter(level="city").sort("period").to_dicts()
    parts = changes(cells, catalog.metric("on_time_rate"), whole, "2019-01", PARENTS)
    if parts.is_empty():
        assert cells.filter(level="district")["place_code"].n_unique() < 2
        return
    change = whole["value"] - whole_then["value"]
    assert parts["contribution"].sum() == pytest.approx(change, abs=1e-12)
    assert (parts["rate"] + parts["mix"]).to_list() == pytest.approx(
        parts["contribution"].to_list(), abs=1e-12
    )


def test_a_share_that_grows_is_told_from_a_rate_that_grows() -> None:
    """Both districts keep their rates; the better one has more of the work."""
    cells = rates([(9, 1), (5, 5), (0, 0)], [(27, 3), (5, 5), (0, 0)])
    [_, whole] = cells.filter(level="city").sort("period").to_dicts()
    parts = changes(cells, catalog.metric("on_time_rate"), whole, "2019-01", PARENTS)
    assert parts["rate"].to_list() == pytest.approx([0, 0])
    assert parts["contribution"].sum() == pytest.approx(0.8 - 0.7)
    assert (parts["mix"] > 0).all()


def counts(*figures: tuple[str, str, float]) -> pl.DataFrame:
    rows = []
    for code, period, value in figures:
        at = {} if code == "9901" else {"level": "district", "place_code": code}
        rows.append(cell("events_received", period, value, None, **at))
    return pl.DataFrame(rows, schema=SCHEMA)


def test_counts_of_places_explain_the_whole_count() -> None:
    cells = counts(
        ("9901", "2019-01", 5), ("990101", "2019-01", 5),
        ("9901", "2019-02", 9), ("990101", "2019-02", 2), ("990102", "2019-02", 7),
    )  # fmt: skip
    whole = cells.filter(level="city", period="2019-02").to_dicts()[0]
    parts = changes(cells, catalog.metric("events_received"), whole, "2019-01", PARENTS)
    assert parts.select("part", "contribution").rows() == [("990102", 7), ("990101", -3)]


def test_parts_that_do_not_make_the_whole_explain_nothing() -> None:
    cells = counts(
        ("9901", "2019-01", 5), ("990101", "2019-01", 2), ("990102", "2019-01", 1),
        ("9901", "2019-02", 9), ("990101", "2019-02", 2), ("990102", "2019-02", 7),
    )  # fmt: skip
    whole = cells.filter(level="city", period="2019-02").to_dicts()[0]
    metric = catalog.metric("events_received")
    assert changes(cells, metric, whole, "2019-01", PARENTS).is_empty()


def test_a_median_has_no_parts() -> None:
    metric = catalog.metric("median_handling_hours")
    with pytest.raises(CivicError, match="no parts"):
        changes(counts(), metric, {}, "2019-01", PARENTS)
