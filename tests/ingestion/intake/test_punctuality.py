"""Deliveries are judged by the service level, period by period, from the first on."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from typer.testing import CliRunner

from civic.cli import app
from civic.errors import CivicError
from ingestion.intake import collect, take_in
from ingestion.intake.punctuality import deliveries, period_of
from tests.ingestion.intake.conftest import REQUEST_HEADINGS

GOOD = "A{n},2026-0{n}-03 08:00:00,,办理中,市容环卫"


@pytest.fixture
def came(settings, contracts, leave):
    """A month's requests, received at that moment (UTC); due five days after the month."""

    def drop(month: int, received: datetime, lines: tuple[str, ...] = (), name: str = "") -> None:
        rows = lines or (REQUEST_HEADINGS, GOOD.format(n=month))
        path = leave(rows, name=name or f"requests_2026{month:02d}28.csv")
        collect(settings, contracts, [path], now=received, wait=lambda _: None)
        take_in(settings, contracts)

    return drop


def _states(settings, contracts, on):
    found = deliveries(settings, contracts, on)
    return dict(zip(found["period_end"].dt.month(), found["state"], strict=True))


def test_each_month_is_in_time_late_or_missing(settings, contracts, came):
    came(3, datetime(2026, 4, 5, 15, 59))
    came(4, datetime(2026, 5, 5, 16, 1))
    came(6, datetime(2026, 7, 1))
    states = _states(settings, contracts, date(2026, 7, 6))
    assert states == {3: "on_time", 4: "late", 5: "missing", 6: "on_time"}


def test_what_is_not_yet_due_is_not_missing(settings, contracts, came):
    came(3, datetime(2026, 4, 1))
    assert _states(settings, contracts, date(2026, 5, 5)) == {3: "on_time"}
    assert _states(settings, contracts, date(2026, 5, 6)) == {3: "on_time", 4: "missing"}


def test_a_refused_drop_is_no_delivery_and_the_first_that_was_taken_counts(
    settings, contracts, came
):
    came(3, datetime(2026, 4, 1))
    came(4, datetime(2026, 5, 1), ("座位,到会人", "1,甲"), name="wrong_20260428.csv")
    came(4, datetime(2026, 5, 9))
    came(
        4,
        datetime(2026, 5, 20),
        name="again_20260429.csv",
        lines=(REQUEST_HEADINGS, "B,2026-04-09,,办理中,噪声"),
    )
    found = deliveries(settings, contracts, date(2026, 5, 6)).filter(period_end=date(2026, 4, 30))
    assert found.select("delivered_on", "state").rows() == [(date(2026, 5, 9), "late")]


def test_a_unit_that_never_sent_anything_is_not_known(settings, contracts):
    assert deliveries(settings, contracts, date(2026, 7, 6)).is_empty()


@pytest.mark.parametrize(
    ("cadence", "first", "last"),
    [
        ("day", "2026-02-18", "2026-02-18"),
        ("week", "2026-02-16", "2026-02-22"),
        ("month", "2026-02-01", "2026-02-28"),
        ("quarter", "2026-01-01", "2026-03-31"),
        ("half_year", "2026-01-01", "2026-06-30"),
        ("year", "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_are_those_of_the_calendar(cadence, first, last):
    period = period_of(cadence, date(2026, 2, 18))
    assert period == (date.fromisoformat(first), date.fromisoformat(last))


def test_what_is_no_period_no_feed_or_no_day_is_one_line(settings, contracts):
    with pytest.raises(CivicError, match="is no period"):
        period_of("fortnight", date(2026, 2, 18))
    with pytest.raises(CivicError, match="no feed"):
        deliveries(settings, contracts, date(2026, 7, 6), feed="lamp")
    asked = CliRunner().invoke(app, ["drop", "due", "--on", "yesterday"])
    assert isinstance(asked.exception, CivicError)
    assert asked.exception.zh


def test_the_command_lists_what_is_late_or_missing(settings, contracts, came):
    came(3, datetime(2026, 4, 1))
    came(4, datetime(2026, 5, 9))
    asked = ["drop", "due", "--on", "2026-06-06"]
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)
    assert [(d["period_end"], d["state"]) for d in told] == [
        ("2026-04-30", "late"),
        ("2026-05-31", "missing"),
    ]
    shown = CliRunner().invoke(app, asked, env={"CIVIC_LANG": "zh", "COLUMNS": "80"}).output
    assert "迟报" in shown and "未报" in shown and "共 3 期" in shown
