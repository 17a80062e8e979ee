"""Scores on a made-up district: fair to the mix and the load of work, equal to the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from analytics.assessment.schemes import Indicator, Scheme
from analytics.assessment.scorecards import card_of
from analytics.assessment.scoring import Assessment, assess
from analytics.assessment.sensitivity import METHODS, RANKS, agreement, ranks_by_method
from analytics.reports.cells import SCHEMA, cells_of_catalog
from analytics.reports.declarations import load_declaration
from analytics.reports.metrics import Label
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError
from tests.analytics.reports.town import LEVELS, manifest, marts

WORKERS = 60
FIRST = date(2024, 1, 1)
UNTIL = date(2024, 6, 30)
LABEL = Label("指标", "Indicator")
REPORT = """
name: work
title: {zh: 工作, en: Work}
notes: {zh: 说明, en: Notes}
levels: [all, city, district, street, community, grid]
grains: [all, month]
tables:
  - metrics: [on_time_rate, mean_handling_hours, events_received]
    rows: place
    slices: [[]]
"""


def indicator(name: str, metric: str, **others: Any) -> Indicator:
    plain = Indicator(name, LABEL, "results", metric, 0.4, 10, -0.5, 0.5, "", "", ("category",))
    return replace(plain, **others)


SCHEME = Scheme(
    "worker", 1, LABEL, "staff_of_grids", "grid_worker", "district", "quarter", 2, "given",
    "arithmetic",
    (
        indicator("in_time", "on_time_rate", mix=("category", "load", "month")),
        indicator("hours", "mean_handling_hours"),
        indicator("amount", "events_received", weight=0.2, at_least=0, load="events_received",
                  mix=("peers", "load")),
    ),
)  # fmt: skip


def catalog() -> Catalog:
    made = manifest()
    made["semantic_models"][0]["dimensions"].append(
        {**made["semantic_models"][0]["dimensions"][1], "name": "grid_code"}
    )
    down = {"mean_handling_hours"}
    for metric in made["metrics"]:
        metric["config"]["meta"] |= {"direction": "down" if metric["name"] in down else "up"}
    return Catalog(made)


class District:
    """Sixty workers with a hidden ability; a third has mostly hard work; loads differ tenfold."""

    def __init__(self) -> None:
        rng = np.random.default_rng(8)
        self.ability = rng.lognormal(0, 0.35, WORKERS)
        self.load = np.repeat([15, 50, 150], WORKERS // 3)
        self.hard = np.tile([0.8, 0.2, 0.2], WORKERS // 3)
        self.grids = [f"990101001001{n:03d}" for n in range(WORKERS)]
        who = np.repeat(np.arange(WORKERS), 2 * self.load)
        count = len(who)
        hard = rng.random(count) < self.hard[who]
        hours = rng.gamma(4, np.where(hard, 12.0, 3.0) / self.ability[who] / 4)
        days = rng.integers(0, 182, count)
        self.events = pl.DataFrame(
            {
                "event_key": [f"e{n:06d}" for n in range(count)],
                **dict(zip([f"{level}_code" for level in LEVELS[:4]], (
                    "9901", "990101", "990101001", "990101001001"), strict=True)),
                "grid_code": np.array(self.grids)[who],
                "reported_on": [FIRST + timedelta(days=int(day)) for day in days],
                "category": np.where(hard, "hard", "easy"),
                "feed": "board",
                "is_due": True,
                "is_in_time": hours < np.where(hard, 8.0, 4.0),
                "handling_hours": hours,
                "parts": 1,
            }
        )  # fmt: skip
        self.connection = self._lake()
        self.catalog = catalog()

    def _lake(self) -> duckdb.DuckDBPyConnection:
        connection = marts([])
        connection.register("made", self.events)
        connection.execute("insert into marts.fct_event by name select * from made")
        connection.execute(
            "insert into marts.bridge_event_source "
            "select event_key, 'board', 'drop-board', row_number() over (), 1, null, true from made"
        )
        connection.execute(
            "create table marts.dim_staff (staff_no varchar, unit_code varchar, post varchar, "
            "grids_in_charge varchar, since date, until date)"
        )
        for n, grid in enumerate(self.grids):
            connection.execute(
                "insert into marts.dim_staff values (?, 'u', 'grid_worker', ?, '2023-01-01', null)",
                [f"s{n:02d}", grid],
            )
        return connection


@pytest.fixture(scope="module")
def district() -> District:
    return District()


@pytest.fixture(scope="module")
def cells(district: District, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    path = tmp_path_factory.mktemp("declarations") / "work.yml"
    path.write_text(REPORT, encoding="utf-8")
    report = load_declaration(path)
    return cells_of_catalog(district.connection, district.catalog, {report.name: report})


@pytest.fixture(scope="module")
def made(district: District, cells: pl.DataFrame) -> Assessment:
    return assess(district.connection, cells, district.catalog, SCHEME, UNTIL)


def last(made: Assessment) -> pl.DataFrame:
    return made.scores.filter(period="2024-Q2").sort("subject")


def test_scores_go_by_ability_not_by_the_mix_or_the_load(
    district: District, made: Assessment
) -> None:
    scores = last(made)["score"].to_numpy()
    assert spearmanr(scores, district.ability).statistic > 0.9
    plain = (
        district.events.group_by("grid_code")
        .agg(pl.col("is_in_time").mean())
        .sort("grid_code")["is_in_time"]
        .to_numpy()
    )
    assert spearmanr(scores, district.ability).statistic > spearmanr(plain, district.ability)[0]
    left = scores - np.polyval(np.polyfit(np.log(district.ability), scores, 2),
                               np.log(district.ability))  # fmt: skip
    assert abs(spearmanr(left, district.load).statistic) < 0.3
    assert abs(spearmanr(left, district.hard).statistic) < 0.3


def test_rank_intervals_hold_the_true_rank(district: District, made: Assessment) -> None:
    rank = 1 + (-district.ability).argsort().argsort()
    scores = last(made)
    held = (scores["rank_low"].to_numpy() <= rank) & (rank <= scores["rank_high"].to_numpy())
    assert held.mean() > 0.75
    assert (scores["rank_low"] <= scores["rank"]).all()
    assert (scores["score_low"] <= scores["score_high"]).all()
    assert scores["of"].unique().to_list() == [WORKERS]


def test_every_indicator_is_the_sum_of_its_published_figures(
    made: Assessment, cells: pl.DataFrame
) -> None:
    by_id = cells.select("cell_id", "numerator", "denominator", "value")
    for metric, name in (("on_time_rate", "numerator"), ("events_received", "value")):
        lines = made.indicators.filter(metric=metric)
        opened = lines.explode("cell_ids").join(by_id, left_on="cell_ids", right_on="cell_id")
        sums = opened.group_by("period", "subject").agg(found=pl.col(f"{name}_right" if
                               name == "numerator" else "value_right").sum())  # fmt: skip
        both = lines.join(sums, on=["period", "subject"])
        assert both.height == lines.height == 2 * WORKERS
        assert both["found"].to_list() == pytest.approx(both["numerator"].to_list())


def test_figures_that_are_not_what_the_rows_say_stop_the_scoring(
    district: District, cells: pl.DataFrame
) -> None:
    altered = cells.with_columns(
        pl.when(pl.col("level") == "grid")
        .then(pl.col("numerator") + 1)
        .otherwise(pl.col("numerator"))
    )
    with pytest.raises(CivicError, match="not what its published figures say"):
        assess(district.connection, altered, district.catalog, SCHEME, UNTIL)


def test_the_same_publication_gives_the_same_scores(
    district: District, cells: pl.DataFrame, made: Assessment
) -> None:
    again = assess(district.connection, cells, district.catalog, SCHEME, UNTIL)
    assert again.scores.equals(made.scores)


def test_too_little_work_is_not_judged(district: District, cells: pl.DataFrame) -> None:
    scheme = replace(
        SCHEME, indicators=tuple(replace(one, at_least=60) for one in SCHEME.indicators)
    )
    made = assess(district.connection, cells, district.catalog, scheme, UNTIL)
    scores = last(made)
    assert scores["score"][:20].null_count() > 10
    assert scores["score"][-20:].null_count() == 0
    judged = made.indicators.filter(~pl.col("is_judged"))
    assert judged["score"].null_count() == judged.height
    assert judged["verdict"].null_count() == judged.height


def test_only_whole_months_in_charge_count(district: District, cells: pl.DataFrame) -> None:
    district.connection.execute("begin")
    district.connection.execute(
        "update marts.dim_staff set since = '2024-05-15' where staff_no = 's59'"
    )
    made = assess(district.connection, cells, district.catalog, SCHEME, UNTIL)
    district.connection.execute("rollback")
    line = made.indicators.filter(subject="s59", indicator="amount")
    june = cells.filter(
        metric="events_received", level="grid", place_code=district.grids[59], period="2024-06"
    )
    assert line["numerator"].to_list() == june["value"].to_list()
    assert line["period"].to_list() == ["2024-Q2"]


def test_a_card_opens_a_score_into_its_parts(made: Assessment) -> None:
    card = card_of(SCHEME, made.scores, made.indicators, "s30")
    assert card.score["period"] == "2024-Q2"
    assert sum(line["adds"] for line in card.lines) == pytest.approx(card.score["score"])
    change = sum(line["if_expected"] for line in card.lines)
    assert card.score["score"] + change == pytest.approx(50)
    assert set(card.ranks) == set(METHODS)
    assert card.history["period"].to_list() == ["2024-Q1", "2024-Q2"]
    with pytest.raises(CivicError, match="has no nobody"):
        card_of(SCHEME, made.scores, made.indicators, "nobody")
    with pytest.raises(CivicError, match="no score of 2019-Q1"):
        card_of(SCHEME, made.scores, made.indicators, "s30", "2019-Q1")


def test_other_methods_are_compared(made: Assessment) -> None:
    ranks = ranks_by_method(SCHEME, made.scores, made.indicators, "2024-Q2")
    assert ranks.height == len(METHODS) * WORKERS
    for method in METHODS:
        own = ranks.filter(method=method)["rank"].sort().to_list()
        assert own == list(range(1, WORKERS + 1))
    found = agreement(ranks)
    assert found["method"].to_list() == list(METHODS[1:])
    assert found.filter(method="geometric")["correlation"].item() > 0.9


def test_where_there_is_no_staff_there_are_no_scores(
    district: District, cells: pl.DataFrame
) -> None:
    nobody = replace(SCHEME, post="nobody")
    made = assess(district.connection, cells, district.catalog, nobody, UNTIL)
    assert made.scores.is_empty()
    assert made.indicators.is_empty()
    assert (
        made.scores.schema
        == assess(district.connection, cells, district.catalog, SCHEME, UNTIL).scores.schema
    )


def test_work_that_nobody_recorded_is_not_judged(district: District) -> None:
    district.connection.execute("begin; delete from marts.fct_event")
    cells = pl.DataFrame(schema=SCHEMA)
    made = assess(district.connection, cells, district.catalog, SCHEME, UNTIL)
    district.connection.execute("rollback")
    assert made.scores["score"].null_count() == made.scores.height == 2 * WORKERS


def test_above_is_said_only_where_an_indicator_is_outside_its_limits(made: Assessment) -> None:
    outside = {
        (line["period"], line["subject"], line["verdict"].split()[-1])
        for line in made.indicators.filter("is_judged").to_dicts()
        if line["verdict"] != "as expected"
    }
    told = made.scores.filter(pl.col("standing").is_in(["above", "below"])).to_dicts()
    assert {line["standing"] for line in told} == {"above", "below"}
    for line in told:
        assert (line["period"], line["subject"], line["standing"]) in outside
        assert line["score_low"] > 50 or line["score_high"] < 50
    assert made.scores.filter(standing="as expected").height > len(told)


def test_where_nobody_is_ranked_there_is_nothing_to_agree() -> None:
    assert agreement(pl.DataFrame(schema=RANKS)).is_empty()
