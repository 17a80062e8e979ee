"""Every planted late, missing or contradictory answer of a unit is told, and nothing else is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.assessment.schemes import load_schemes
from analytics.assessment.scoring import assess
from analytics.reports.declarations import load_declarations
from analytics.reports.semantic_manifest import load_catalog
from civic.cli import app
from civic.errors import CivicError
from civic.lake import open_lake
from ingestion.contracts import load_contracts
from ingestion.intake.punctuality import deliveries, period_of
from publishing.publications import open_publication
from publishing.whole_way import semantic_manifest
from tests.whole_way.conftest import City, demand_verified

AFTERWARDS = date(2026, 11, 5)
LAST_QUARTER = date(2026, 7, 31)
KEY = ("unit_code", "item_code", "period", "phase")


def test_every_cell_of_the_city_is_verified(city):
    demand_verified(city.settings, city.cells)


def test_every_late_and_missing_delivery_is_told_and_no_other(city):
    contracts = load_contracts(city.settings.contract_paths)
    found = deliveries(city.settings, contracts, on=AFTERWARDS)
    told = _set(found.filter(pl.col("state") != "on_time"), "unit", "feed", "period_end", "state")
    planted = _planted(city, AFTERWARDS - timedelta(days=1))
    assert {state for *_, state in planted} == {"late", "missing"}
    _both_ways("late and missing deliveries", planted, told)
    assert found.filter(state="on_time").height > 100


def test_every_late_and_missing_delivery_is_in_the_report_and_no_other(city):
    owed = city.mart("fct_delivery")
    known = city.mart("int_delivery_told", "intermediate")["known_on"][0]
    planted = _planted(city, known)
    states = {"late": "is_late", "missing": "is_missing"}
    told = {
        (*row, state)
        for state, is_so in states.items()
        for row in owed.filter(is_so).select("unit", "feed", "period_end").rows()
    }
    _both_ways("late and missing deliveries as figures", planted, told)
    for state in states:
        for feed in {f for _, f, _, s in planted if s == state}:
            expected = sum((f, s) == (feed, state) for _, f, _, s in planted)
            assert city.figure("deliveries", f"deliveries_{state}", feed=feed) == expected
    due = city.figure("deliveries", "deliveries_due")
    assert city.figure("deliveries", "delivery_timeliness") == pytest.approx(1 - len(told) / due)


def test_every_objection_is_told_with_its_answer(city):
    told = city.mart("dim_objection")
    planted = city.told("objections")
    names = ("objection_no", "subject", "matter_no", "raised_on", "answer", "answered_on")
    _both_ways("objections to scores", _set(planted, *names), _set(told, *names))
    assert set(planted["answer"]) == {"upheld", "rejected", None}
    matters = set(city.mart("fct_event")["event_no"])
    assert set(planted["matter_no"]) <= matters | {None}


def _planted(city: City, until: date) -> set[tuple[str, str, date, str]]:
    """What was planted late or missing among what was due by a day."""
    contracts = load_contracts(city.settings.contract_paths)
    planted = set()
    for row in city.told("deliveries").iter_rows(named=True):
        # Nothing to tell and nothing left: whoever waits for the file cannot see the difference.
        state = row["state"].replace("nothing", "missing")
        level = contracts[row["feed"]].service_level
        if not level.cadence:
            continue
        end = period_of(level.cadence, row["period_end"])[1]
        if state in ("late", "missing") and end + timedelta(days=level.due_days) <= until:
            planted.add((row["unit"], row["feed"], end, state))
    return planted


def test_every_missing_answer_of_the_six_units_is_in_the_report_and_no_other(city):
    asked = city.mart("fct_organisation_feedback")
    truth = _answers(city)
    pairs = set(asked.select("organisation_no", "answered_by").rows())
    assert {o for o, _ in pairs} <= set(city.told("organisations")["credit_code"])
    # An answer whose row was turned away is none.
    planted = pairs - _set(truth, "credit_code", "answered_by") | _turned_away(city)
    told = _set(asked.filter("is_missing"), "organisation_no", "answered_by")
    assert planted
    _both_ways("missing answers", planted, told)
    report = "new_organisation_feedback"
    for unit in sorted({unit for _, unit in pairs}):
        missing = sum(u == unit for _, u in planted)
        assert city.figure(report, "feedback_missing", answered_by=unit) == missing
    assert city.figure(report, "feedback_missing") == len(planted)
    assert city.figure(report, "feedback_asked") == len(pairs)


def test_every_answer_is_told_with_the_day_on_which_it_came_late_or_not(city):
    asked = city.mart("fct_organisation_feedback").filter("is_answered")
    told = _set(asked, "organisation_no", "answered_by", "answered_on")
    listed = set(asked["organisation_no"])
    truth = _answers(city).filter(pl.col("credit_code").is_in(listed))
    answers = _set(truth, "credit_code", "answered_by", "answered_on")
    planted = {a for a in answers if a[:2] not in _turned_away(city)}
    late = {a for a in planted if a[2] > LAST_QUARTER}
    assert late and planted - late
    _both_ways("answers with their day", planted, told)
    _both_ways("answers a quarter late", late, {t for t in told if t[2] > LAST_QUARTER})


def test_every_contradictory_answer_is_in_the_report_and_no_other(city):
    asked = city.mart("fct_organisation_feedback")
    told = _set(asked.filter("is_contradictory"), "organisation_no", "answered_by")
    listed = set(asked["organisation_no"])
    truth = _answers(city).filter(
        pl.col("contradicts").is_not_null(), pl.col("credit_code").is_in(listed)
    )
    planted = _set(truth, "credit_code", "answered_by") - _turned_away(city)
    assert planted
    _both_ways("contradictory answers", planted, told)
    figure = city.figure("new_organisation_feedback", "feedback_contradictory")
    assert figure == len(planted)


@pytest.mark.parametrize("state", ["late", "missing"])
def test_every_work_item_told_late_or_never_is_in_the_report_and_no_other(city, state):
    owed = city.mart("fct_work_item")
    known = set(city.mart("dim_unit")["unit_code"])
    truth = city.told("work_items").filter(pl.col("unit_code").is_in(known), state=state)
    truth = truth.with_columns(pl.col("item_code").cast(pl.String).str.zfill(4))
    planted = _set(truth, *KEY)
    told = _set(owed.filter(f"is_{state}"), *KEY)
    assert len(planted) > 50
    _both_ways(f"{state} work items", planted, told)
    assert city.figure("work_items", f"work_items_{state}") == len(planted)


def test_most_work_items_are_told_in_time_also_by_member_units(city):
    owed = city.mart("fct_work_item").filter("is_due")
    for kind in ("centre", "member_unit"):
        own = owed.filter(unit_kind=kind)
        assert own.height > 100
        assert 0.85 < own["is_in_time"].sum() / own.height < 1


def test_every_order_is_known_as_far_as_it_has_come_and_no_other(city):
    """With whom, since when, until when and which way; orders with a row turned away left out."""
    spoilt = _orders_turned_away(city)
    last = city.mart("fct_work_order")["as_of"].dt.date().max()
    truth = city.told("work_orders")
    is_done = pl.col("done_at").dt.date() <= last
    truth = truth.with_columns(done_at=pl.when(is_done).then("done_at"))
    passing = pl.concat([truth["order_no"].filter(truth["parent_no"].is_not_null()),
                         truth["parent_no"].drop_nulls()])  # fmt: skip
    by_level = pl.col("order_no").is_in(passing.implode())
    truth = truth.with_columns(
        route=pl.when(by_level).then(pl.lit("level_by_level")).otherwise(pl.lit("point_to_point"))
    )
    chained = truth.filter(pl.col("parent_no").is_not_null()).select("parent_no", "order_no")
    near = spoilt | {o for pair in chained.rows() if spoilt & set(pair) for o in pair}
    whole = ~pl.col("order_no").is_in(list(near))
    said = ("order_no", "deployed_at", "done_at", "route")
    planted = _set(truth.filter(whole), "recipient_code", *said)
    told = _set(city.mart("fct_work_order").filter(whole), "recipient", *said)
    _both_ways("work orders", planted, told)
    assert len(planted) > 20
    assert {p[-1] for p in planted} == {"level_by_level", "point_to_point"}
    assert city.figure("work_orders", "work_orders") == city.mart("fct_work_order").height


def test_every_report_that_was_signed_stands_signed_and_no_other(city, published_city):
    with open_publication(published_city) as opened:
        made, signed = opened.table("sign_offs"), opened.table("signed_figures")
    titles = {report.title.zh: name for name, report in load_declarations().items()}
    truth = city.told("sign_offs").with_columns(pl.col("place_code").cast(pl.String))
    truth = truth.filter("is_signed").with_columns(pl.col("report").replace_strict(titles))
    keys = ("report", "place_code", "period")
    _both_ways("signed reports", _set(truth, *keys), _set(made.filter(state="approved"), *keys))
    assert made.height > len(truth) > 20
    assert set(signed["sign_off_key"]) == set(made.filter(state="approved")["sign_off_key"])


def test_the_command_lists_who_signed_and_what_was_revised(city, published_city, monkeypatch):
    monkeypatch.setenv("CIVIC_HOME", str(published_city.home))
    monkeypatch.setenv("CIVIC_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")

    def told(*arguments: str) -> str:
        answer = CliRunner().invoke(app, ["sign-off", *arguments], catch_exceptions=False)
        assert answer.exit_code == 0
        return answer.output

    text = told("list", "--period", "2026-08", "--report", "handling")
    assert "in force" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    rows = json.loads(told("list", "--all", "--json"))
    assert len(rows) == city.mart("dim_sign_off").height
    assert told("revisions") == "No signed figure was revised.\n"
    assert json.loads(told("revisions", "--json")) == {"revisions": []}
    with pytest.raises(CivicError, match="no place Atlantis"):
        told("list", "--place", "Atlantis")


def _orders_turned_away(city: City) -> set[str]:
    planted = city.told("defects").filter(feed="work_order", outcome="rejected")
    found = set()
    for row in planted.filter(pl.col("code") != "duplicate_key").iter_rows(named=True):
        path = city.settings.drops / row["unit"] / row["feed"] / row["file"]
        line = path.read_bytes().split(b"\n")[row["line"] - 1]
        found |= {n.decode() for n in re.findall(rb"BS\d{11}", line)}
    return found


def _both_ways(what: str, planted: set[Any], told: set[Any]) -> None:
    hit = planted & told
    recall, precision = len(hit) / len(planted), len(hit) / max(len(told), 1)
    print(f"{what}: recall {recall:.4f} of {len(planted)} planted,", end=" ")
    print(f"precision {precision:.4f} of {len(told)} told")
    assert not planted - told
    assert not told - planted


def _set(frame: pl.DataFrame, *columns: str) -> set[tuple[Any, ...]]:
    return set(frame.select(columns).rows())


def _turned_away(city: City) -> set[tuple[str, str]]:
    """Answers whose row was planted to be rejected, found by the code in that line of the file."""
    contracts = load_contracts(city.settings.contract_paths)
    codes = city.told("organisations")["credit_code"].to_list()
    planted = city.told("defects").filter(
        pl.col("feed").str.ends_with("_feedback"), outcome="rejected"
    )
    found = set()
    for row in planted.filter(pl.col("code") != "duplicate_key").iter_rows(named=True):
        path = city.settings.drops / row["unit"] / row["feed"] / row["file"]
        line = path.read_bytes().split(b"\n")[row["line"] - 1]
        # The last character is the check digit, which may be the very thing that was spoilt.
        (code,) = [c for c in codes if c[:17].encode() in line]
        found.add((code, contracts[row["feed"]].centre["answered_by"]["constant"]))
    return found


def _answers(city: City) -> pl.DataFrame:
    """The truth about the answers; the unit under the name that its contract gives it."""
    contracts = load_contracts(city.settings.contract_paths)
    drops = city.told("counts").select("unit", "feed").unique()
    names = {
        row["unit"]: contracts[row["feed"]].centre["answered_by"]["constant"]
        for row in drops.iter_rows(named=True)
        if contracts[row["feed"]].centre.get("element") == "feedback"
    }
    answers = city.told("feedback")
    return answers.with_columns(answered_by=pl.col("unit").replace_strict(names))


@pytest.fixture(autouse=True, scope="module")
def _own_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CIVIC_KEY", "CIVIC_KEY_FILE", "CIVIC_CONTRACTS", "CIVIC_HOME"):
            patch.delenv(name, raising=False)
        yield


@pytest.mark.parametrize("name", ["grid_worker", "unit"])
def test_scores_rest_on_its_figures(city, name):
    """Equal by `assess` itself; here: only who does the work is scored, by figures that exist."""
    catalog = load_catalog(semantic_manifest(city.settings))
    scheme = load_schemes(catalog=catalog)[name]
    with open_lake(city.settings) as connection:
        made = assess(connection, city.cells, catalog, scheme, date(2026, 10, 31))
    staff = city.mart("dim_staff").filter(post="grid_worker")["staff_no"]
    known = {"grid_worker": staff, "unit": city.mart("fct_event")["unit_name"]}
    assert made.scores["subject"].n_unique() > 0
    assert set(made.scores["subject"]) <= set(known[name])
    named = made.indicators["cell_ids"].explode().drop_nulls()
    assert set(named) <= set(city.cells["cell_id"])
    assert len(named) > 0
    judged = made.indicators.filter("is_judged")
    assert judged["score"].is_between(0, 100).all()
