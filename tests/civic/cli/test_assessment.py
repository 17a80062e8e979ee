"""``civic assess`` in both languages: lists, scores, cards, what is asked for wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from analytics.assessment.objections import OBJECTIONS, REVISED
from analytics.assessment.scoring import Assessment, assess
from analytics.reports.cells import cells_of_catalog
from analytics.reports.declarations import load_declaration
from civic.cli import app
from civic.errors import CivicError
from publishing.opening import OpenPublication
from tests.analytics.assessment.test_scoring import REPORT, SCHEME, UNTIL, District


class Opened:
    """A publication whose tables are given."""

    number = 7

    def __init__(self, connection: Any, tables: dict[str, pl.DataFrame]) -> None:
        self.connection, self.tables = connection, tables

    def has(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def derived(self, name: str) -> pl.DataFrame:
        return OpenPublication.derived(self, name)  # type: ignore[arg-type]


UPHELD = {
    "period": "2024-Q1",
    "state": "upheld",
    "answered_on": date(2024, 4, 12),
    "reply": "情况属实",
    "sets_aside": 1,
}
CHANGED = {
    "scheme": SCHEME.name,
    "period": "2024-Q1",
    "subject": "s30",
    "score_before": 48.2,
    "score": 51.0,
    "rank_before": 31,
    "rank": 29,
    "objections": ["YY-2"],
}


def _best(made: Assessment) -> str:
    """Who stands first in the last period."""
    best = made.scores.filter(period="2024-Q2").sort("score", descending=True)
    return str(best["subject"][0])


def _raised(number: str, **others: Any) -> dict[str, Any]:
    return {
        "objection_no": number,
        "scheme": SCHEME.name,
        "period": "2024-Q2",
        "subject": "s30",
        "matter_no": "N7",
        "grounds": "不属本网格",
        "raised_on": date(2024, 7, 8),
        "state": "open",
        "answered_on": None,
        "answered_by": None,
        "reply": None,
        "sets_aside": 0,
        **others,
    }


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    district = District()
    path = tmp_path_factory.mktemp("declarations") / "work.yml"
    path.write_text(REPORT, encoding="utf-8")
    report = load_declaration(path)
    cells = cells_of_catalog(district.connection, district.catalog, {report.name: report})
    made = assess(district.connection, cells, district.catalog, SCHEME, UNTIL)
    district.connection.execute(
        "create table marts.fct_sentiment (sentiment_key varchar, feed varchar, kind varchar, "
        "grid_code varchar, unit_name varchar, occurred_at timestamp, "
        "_drop_id varchar, _record bigint);"
        "create table bronze.residents_log (_drop_id varchar, _record bigint, content varchar);"
        "create table bronze.visit as from bronze.residents_log;"
        "alter table marts.fct_event add column reported_at timestamp;"
        "alter table marts.fct_event add column closed_at timestamp;"
        "alter table marts.fct_event add column due_at timestamp;"
        "alter table marts.fct_event add column reopened_count integer;"
        "alter table marts.fct_event add column has_impossible_times boolean;"
        "update marts.fct_event set reported_at = reported_on"
    )
    scheme = {"scheme": SCHEME.name, "definition": json.dumps(asdict(SCHEME))}
    found = Opened(
        district.connection,
        {
            "scores": made.scores,
            "score_indicators": made.indicators,
            "schemes": pl.DataFrame([scheme]),
            "objections": pl.DataFrame(
                [_raised("YY-1"), _raised("YY-2", **UPHELD), _raised("YY-3", subject=_best(made))],
                OBJECTIONS,
            ),
            "score_revisions": pl.DataFrame([CHANGED], REVISED),
        },
    )
    found.catalog = district.catalog  # type: ignore[attr-defined]
    return found


@pytest.fixture(autouse=True)
def _published(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def reading(*_: Any) -> Iterator[Opened]:
        yield opened

    monkeypatch.setattr("publishing.publications.open_publication", reading)
    monkeypatch.setattr("publishing.serving_tables.catalog_of", lambda one: one.catalog)
    monkeypatch.setenv("COLUMNS", "80")


def said(*words: str) -> Result:
    return CliRunner().invoke(app, ["assess", *words], catch_exceptions=False)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("高于预期", "名次", "由人决定")), ("en", ("above", "rank of 60"))]
)
def test_scores_are_shown_with_their_intervals(
    monkeypatch: pytest.MonkeyPatch, lang: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CIVIC_LANG", lang)
    shown = said("show", "worker").stdout
    assert all(word in shown for word in words)
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_card_names_its_figures_and_its_history(
    monkeypatch: pytest.MonkeyPatch, opened: Opened, lang: str
) -> None:
    monkeypatch.setenv("CIVIC_LANG", lang)
    shown = said("card", "s30").stdout
    lines = opened.tables["score_indicators"].filter(subject="s30", period="2024-Q2")
    for cell in lines["cell_ids"].explode():
        assert cell in shown
    assert "2024-Q1" in shown
    assert "TOPSIS" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_programs_get_json(opened: Opened) -> None:
    whole = json.loads(said("show", "worker", "--json").stdout)
    assert whole["period"] == "2024-Q2"
    assert len(whole["scores"]) == 60
    one = json.loads(said("card", "s30", "--period", "2024-Q1", "--json").stdout)
    assert one["score"]["period"] == "2024-Q1"
    assert {line["indicator"] for line in one["indicators"]} == {"in_time", "hours", "amount"}
    # Only dates are known of these matters: those of a day were all told at midnight.
    signs = json.loads(said("review", "worker", "--json").stdout)["signs"]
    assert {sign["sign"] for sign in signs} == {"split"}
    assert said("review", "worker").exit_code == 0


def test_an_open_objection_is_shown_with_the_score(
    monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    monkeypatch.setenv("CIVIC_LANG", "en")
    shown = said("show", "worker").stdout
    assert "‡ an objection is open" in shown
    best = opened.tables["objections"].filter(objection_no="YY-3")["subject"][0]
    assert f"{best} ‡" in shown
    assert shown.count("‡") == 2
    assert "‡" not in said("show", "worker", "--period", "2024-Q1").stdout
    card = said("card", "s30").stdout
    assert "Objection YY-1 of 2024-07-08: open" in card
    assert "YY-2" not in card
    monkeypatch.setenv("CIVIC_LANG", "zh")
    assert "异议 YY-1（2024-07-08）：待复核" in said("card", "s30").stdout


def test_an_upheld_one_is_shown_with_what_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVIC_LANG", "en")
    card = said("card", "s30", "--period", "2024-Q1").stdout
    assert "Objection YY-2 of 2024-07-08: upheld, 1 set aside" in card
    assert "by YY-2 the score of 48.2 is revised to 51.0" in card
    told = json.loads(said("card", "s30", "--period", "2024-Q1", "--json").stdout)
    assert [one["objection_no"] for one in told["objections"]] == ["YY-2"]
    assert told["revised"][0]["score"] == 51.0


def test_all_objections_are_listed(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    monkeypatch.setenv("CIVIC_LANG", "zh")
    shown = said("objections").stdout
    assert all(word in shown for word in ("YY-1", "YY-2", "待复核", "成立", "48.2"))
    assert max(map(len, shown.splitlines())) <= 80
    assert len(json.loads(said("objections", "--json").stdout)["objections"]) == 3
    for name in ("objections", "score_revisions"):
        monkeypatch.delitem(opened.tables, name)
    assert "无" in said("objections").stdout


def test_schemes_are_listed() -> None:
    shown = said("list").stdout
    assert "grid_worker" in shown
    listed = {s["name"] for s in json.loads(said("list", "--json").stdout)}
    assert listed == {
        *("grid_worker", "community_secretary", "mediator", "dispatcher"),
        *("street_centre", "district_centre", "unit"),
    }


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("show", "nothing"), "no scheme nothing"),
        (("show", "worker", "--period", "2019-Q1"), "scores of 2024-Q1, 2024-Q2"),
        (("show", "worker", "--place", "nowhere"), "no place nowhere"),
        (("card", "nobody"), "has no nobody"),
        (("review", "worker", "--period", "2019-Q1"), "scores of"),
    ],
)
def test_what_is_asked_wrongly_is_said(words: tuple[str, ...], fault: str) -> None:
    with pytest.raises(CivicError, match=fault):
        said(*words)


def test_only_the_peers_of_a_place(opened: Opened) -> None:
    whole = json.loads(said("show", "worker", "--place", "海棠区", "--json").stdout)
    assert len(whole["scores"]) == 60


def test_a_publication_of_before_has_no_scores(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "tables", {})
    with pytest.raises(CivicError, match="of an earlier version"):
        said("show", "worker")


def test_a_scheme_of_whom_there_are_too_few_says_so(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = opened.table

    def without(name: str) -> pl.DataFrame:
        found = table(name)
        return found.clear() if name == "scores" else found

    monkeypatch.setattr(opened, "table", without)
    with pytest.raises(CivicError, match="of fewer than 5"):
        said("show", "worker")
