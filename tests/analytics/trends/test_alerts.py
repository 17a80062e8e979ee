"""Alerts: what is watched, what each says, and what explains it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.intervals import count_interval, share_interval
from analytics.reports.cells import SCHEMA
from analytics.reports.declarations import load_declarations
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.alerts import Watch, Watching, alerts, load_watching
from analytics.trends.contributions import excesses
from civic.errors import CivicError
from tests.analytics.reports.town import manifest

catalog = Catalog(manifest())
FIRST = date(2018, 1, 1)
PARENTS = pl.DataFrame({"place_code": ["990101", "990102"], "parent_code": ["9901", "9901"]})
WATCHING = Watching(
    "glr with farrington or c2", 0.0018, 26, 10, 5, (Watch("events_received", ("city",), ("",)),)
)


def weekly(counts: list[int], **others: str) -> list[dict[str, object]]:
    made = []
    for week, count in enumerate(counts):
        day = FIRST + timedelta(weeks=week)
        period = "{:04d}-W{:02d}".format(*day.isocalendar())
        at = {"report": "r", "level": "city", "place_code": "9901", "grain": "week", "slices": ""}
        row = {"metric": "events_received", "period": period, "value": count, **at, **others}
        if count:
            made.append({"cell_id": f"{row['place_code']}/{row['slices']}/{period}", **row})
    return made


def city(rise: int = 25) -> pl.DataFrame:
    rng = np.random.default_rng(11)
    east, west = rng.poisson(8, 200), rng.poisson(4, 200)
    east[197] += rise
    rows = weekly((east + west).tolist())
    for code, own in (("990101", east), ("990102", west)):
        rows += weekly(own.tolist(), level="district", place_code=code)
    return pl.DataFrame(rows, schema=SCHEMA)


def test_what_is_declared_is_published_by_week() -> None:
    reports = load_declarations().values()
    for watch in load_watching().watches:
        slices = [s for r in reports for s in r.slices_of(watch.metric) if "week" in s.grains]
        for by in watch.by:
            assert any(s.by == ((by,) if by else ()) for s in slices), (watch.metric, by)
        unsliced = {level for s in slices if not s.by for level in s.levels}
        assert set(watch.levels) <= unsliced


def test_an_alert_says_where_when_how_much_and_names_its_cell() -> None:
    found, watched = alerts(city(), catalog, WATCHING)
    assert watched == 1
    [alert] = found.to_dicts()
    week = FIRST + timedelta(weeks=197)
    assert alert["period"] == "{:04d}-W{:02d}".format(*week.isocalendar())
    assert alert["cell_id"] == f"9901//{alert['period']}"
    assert alert["value"] > alert["limit"] > alert["expected"]
    assert alert["ratio_low"] < alert["ratio"] < alert["ratio_high"]
    assert "glr" in alert["methods"]


def test_a_quiet_city_has_no_alert() -> None:
    assert alerts(city(rise=0), catalog, WATCHING)[0].is_empty()


def test_a_week_that_had_not_ended_is_not_judged() -> None:
    until = FIRST + timedelta(weeks=197, days=3)
    assert alerts(city(), catalog, WATCHING, until)[0].is_empty()


def test_few_matters_are_no_alert() -> None:
    rows = weekly([1, *[0] * 150, 3, *[0] * 10, 1])
    cells = pl.DataFrame(rows, schema=SCHEMA)
    assert alerts(cells, catalog, WATCHING)[0].is_empty()


def test_a_rate_is_refused() -> None:
    watching = Watching("glr", 0.0, 26, 10, 5, (Watch("on_time_rate", ("city",), ("",)),))
    with pytest.raises(CivicError, match="no count"):
        alerts(city(), catalog, watching)


def test_the_parts_of_an_alert_add_up_to_its_excess() -> None:
    cells = city()
    [alert] = alerts(cells, catalog, WATCHING)[0].to_dicts()
    parts = excesses(cells, alert, PARENTS)
    assert parts["by"].unique().to_list() == ["place"]
    assert parts["part"].to_list() == ["990101", "990102"]
    assert parts["excess"].sum() == pytest.approx(alert["value"] - alert["expected"])
    assert parts["excess"][0] > 20 > parts["excess"][1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rule: guess\nfalse_alarms: 0\njudged_weeks: 1\nat_most: 1\nleast_cases: 1\nwatches: []",
         "no rule"),
        ("rule: glr", "watches"),
        ("rule: glr\nwatches: []\nmore: 1", "more"),
        ("rule: glr\nwatches: [{metric: a, levels: [village], by: ['']}]", "levels are some of"),
        ("[", "alerts.yml"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_read_names_the_fault(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "alerts.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CivicError, match=fault):
        load_watching(path)


def test_intervals_of_counts_are_those_of_poisson() -> None:
    """Exact limits of 0, 5 and 20 (Garwood 1936): 0-3.69, 1.62-11.67, 12.22-30.89."""
    low, high = count_interval([0, 5, 20])
    assert low == pytest.approx([0, 1.62, 12.22], abs=0.02)
    assert high == pytest.approx([3.69, 11.67, 30.89], abs=0.02)


def test_intervals_of_shares_are_wilsons() -> None:
    """Newcombe 1998, table I: 81/263 and 0/20."""
    low, high = share_interval([81, 0], [263, 20])
    assert low == pytest.approx([0.2553, 0.0], abs=1e-4)
    assert high == pytest.approx([0.3662, 0.1611], abs=1e-4)
