"""An upheld objection takes its matter out of one score, and nothing else; all are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from analytics.assessment.objections import ASIDE, OBJECTIONS, objections_of, revised
from analytics.assessment.scoring import Assessment, assess
from analytics.reports.cells import cells_of_catalog
from analytics.reports.declarations import load_declaration
from tests.analytics.assessment.test_scoring import REPORT, SCHEME, UNTIL, District

COLUMNS = (
    "objection_no varchar, scheme varchar, period varchar, subject varchar, matter_no varchar, "
    "grounds varchar, raised_on date, answer varchar, answered_on date, unit_code varchar, "
    "unit_name varchar, reply varchar"
)
WORKER, PERIOD = "s30", "2024-Q2"


class Objected:
    """The district of the scores, with objections; ``late``: a worker's matters not in time."""

    def __init__(self, folder: Path) -> None:
        self.district = District()
        self.connection = self.district.connection
        path = folder / "work.yml"
        path.write_text(REPORT, encoding="utf-8")
        report = load_declaration(path)
        self.cells = cells_of_catalog(self.connection, self.district.catalog, {report.name: report})
        self.connection.execute(
            "alter table marts.fct_event add column event_no varchar;"
            "update marts.fct_event set event_no = 'N' || event_key;"
            f"create table marts.dim_objection ({COLUMNS})"
        )
        own = self.district.events.filter(
            pl.col("reported_on") >= date(2024, 4, 1),
            ~pl.col("is_in_time"),
            grid_code=self.district.grids[30],
        ).sort("handling_hours", descending=True)
        self.late = own["event_key"].to_list()

    def told(self, *rows: dict[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
        self.connection.execute("delete from marts.dim_objection")
        for number, row in enumerate(rows):
            full = {
                "objection_no": f"YY-{number}",
                "scheme": SCHEME.name,
                "period": "2024Q2",
                "subject": WORKER,
                "matter_no": f"N{self.late[0]}",
                "grounds": "不属本网格",
                "raised_on": date(2024, 7, 8),
                **row,
            }
            names = ", ".join(full)
            marks = ", ".join("?" * len(full))
            self.connection.execute(
                f"insert into marts.dim_objection ({names}) values ({marks})", list(full.values())
            )
        return objections_of(self.connection, [SCHEME])

    def assess(self, aside: pl.DataFrame | None = None) -> Assessment:
        return assess(self.connection, self.cells, self.district.catalog, SCHEME, UNTIL, aside)


@pytest.fixture(scope="module")
def objected(tmp_path_factory: pytest.TempPathFactory) -> Objected:
    return Objected(tmp_path_factory.mktemp("declarations"))


@pytest.fixture(scope="module")
def before(objected: Objected) -> Assessment:
    return objected.assess()


UPHELD = {"answer": "upheld", "answered_on": date(2024, 7, 12), "unit_name": "中心"}


def test_an_upheld_objection_takes_the_matter_out_of_that_score_alone(
    objected: Objected, before: Assessment
) -> None:
    told, aside = objected.told(UPHELD)
    assert told["state"].to_list() == ["upheld"]
    assert told["sets_aside"].to_list() == [1]
    after = objected.assess(aside)
    lines = ["scheme", "period", "subject", "indicator"]
    both = before.indicators.join(after.indicators, on=lines, suffix="_after")
    touched = both.filter(pl.col("set_aside_after") > 0)
    assert touched.select("subject", "period").unique().rows() == [(WORKER, PERIOD)]
    assert set(touched["indicator"]) == {"in_time", "hours"}
    assert (touched["denominator"] - touched["denominator_after"]).to_list() == [1.0, 1.0]
    in_time = touched.filter(indicator="in_time")
    assert in_time["numerator"].to_list() == in_time["numerator_after"].to_list()
    assert in_time["value_after"][0] > in_time["value"][0]
    assert touched["cell_ids"].to_list() == touched["cell_ids_after"].to_list()
    others = both.filter(~((pl.col("subject") == WORKER) & (pl.col("period") == PERIOD)))
    assert others["numerator"].to_list() == others["numerator_after"].to_list()
    assert before.indicators["set_aside"].sum() == 0
    [line] = revised(told, before.scores, after.scores).to_dicts()
    assert (line["subject"], line["period"], line["objections"]) == (WORKER, PERIOD, ["YY-0"])
    assert line["score"] > line["score_before"]
    assert line["rank"] <= line["rank_before"]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({}, "open"),
        ({"answer": "rejected", "answered_on": date(2024, 7, 12)}, "rejected"),
        ({**UPHELD, "matter_no": "no such matter"}, "upheld"),
        ({**UPHELD, "matter_no": None}, "upheld"),
        ({**UPHELD, "period": "some day"}, "upheld"),
    ],
)
def test_what_is_open_rejected_or_about_nothing_known_changes_nothing(
    objected: Objected, before: Assessment, row: dict[str, Any], state: str
) -> None:
    told, aside = objected.told(row)
    assert told["state"].to_list() == [state]
    assert aside.is_empty()
    assert told["sets_aside"].to_list() == [0]
    after = objected.assess(aside)
    assert after.scores.equals(before.scores)
    assert revised(told, before.scores, after.scores).is_empty()


def test_a_scheme_may_be_called_by_its_title_and_another_ones_matter_does_not_count(
    objected: Objected, before: Assessment
) -> None:
    told, aside = objected.told({**UPHELD, "scheme": SCHEME.title.zh}, {**UPHELD, "scheme": "?"})
    assert told["scheme"].to_list() == [SCHEME.name, "?"]
    assert set(aside["scheme"]) == {SCHEME.name, "?"}
    assert objected.assess(aside.filter(scheme="?")).scores.equals(before.scores)
    other = objected.told({**UPHELD, "subject": "s31"})[1]
    assert objected.assess(other).scores.equals(before.scores)


def test_a_lake_of_before_there_were_objections_has_none() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake; create schema lake.marts")
        told, aside = objections_of(connection, [SCHEME])
    assert (told.schema, aside.schema) == (OBJECTIONS, ASIDE)
    assert told.is_empty()
    assert aside.is_empty()
