"""``civic report``, ``trace`` and ``why`` on a publication that is not made by the pipeline."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from analytics.reports.asking import asked_for
from analytics.reports.cells import build_cells
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import load_catalog
from civic.cli import report_drawing, report_formats, reports
from civic.errors import CivicError
from tests.analytics.reports.town import TOWN, marts

Civic = Callable[..., str]
METRICS = ("events_received", "on_time_rate", "median_handling_hours")


@pytest.fixture(scope="module")
def publication(manifest_path: Path, everything: Mapping[str, Report]) -> Iterator[SimpleNamespace]:
    with marts(TOWN) as connection:
        connection.register("built", build_cells(connection, manifest_path, everything))
        connection.execute("attach ':memory:' as serving")
        connection.execute("create table serving.main.cells as from built")
        connection.execute("create table serving.main.drops as from lake.bronze.drops")
        yield SimpleNamespace(connection=connection, number=7, has=lambda _: False)


@pytest.fixture
def civic(
    monkeypatch: pytest.MonkeyPatch,
    publication: SimpleNamespace,
    manifest_path: Path,
    everything: Mapping[str, Report],
) -> Civic:
    @contextmanager
    def open_publication(*_: object) -> Iterator[SimpleNamespace]:
        yield publication

    for name, stand_in in {
        "publications": {"open_publication": open_publication},
        "serving_tables": {
            "catalog_of": lambda _: load_catalog(manifest_path),
            "SERVED_DROPS": "serving.main.drops",
        },
    }.items():
        monkeypatch.setitem(sys.modules, f"publishing.{name}", SimpleNamespace(**stand_in))
    monkeypatch.setattr(
        "analytics.reports.declarations.load_declarations", lambda *_, **__: everything
    )
    monkeypatch.setattr(report_drawing.console, "_width", 80)
    app = typer.Typer()
    reports.register(app)

    def run(*arguments: str, lang: str = "en") -> str:
        monkeypatch.setenv("CIVIC_LANG", lang)
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    return run


def figures(answer: str) -> dict[str, dict[str, float | None]]:
    (table,) = json.loads(answer)["tables"]
    return {
        line["labels"][0]["en"]: {
            name: cell and cell["value"] for name, cell in line["figures"].items()
        }
        for line in table["lines"]
    }


def test_a_report_shows_its_total_and_its_lines(civic: Civic) -> None:
    shown = figures(civic("report", "show", "everything", "--json"))
    assert shown["Total"]["events_received"] == 5
    assert shown["噪音"]["events_received"] == 2
    assert shown["(not stated)"]["events_received"] == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--level", "city"], {"示例市": 4, "All places (not placed further)": 1}),
        (["--period", "year"], {"2019": 3, "2020": 1, "Undated": 1}),
        (["--slice", "feed"], {"hotline": 2, "board": 3}),
        (["--slice", "feed=hotline", "--level", "city"], {"示例市": 2}),
        (["--place", "海棠区", "--level", "street"],
         {"望湖街道": 2, "海棠区 (not placed further)": 1}),
        (["--place", "990101", "--period", "2019-02", "--slice", "feed"], {"hotline": 2}),
        (["--period", "2019", "--slice", "feed=hotline"], {"2019-02": 2}),
        (["--period", "2019-02", "--slice", "feed=hotline"], {"2019-02": 2}),
        (["--period", "undated", "--slice", "feed=board"], {"Undated": 1}),
    ],
)  # fmt: skip
def test_a_report_is_shown_as_asked(
    civic: Civic, options: list[str], expected: dict[str, int]
) -> None:
    shown = figures(civic("report", "show", "everything", *options, "--json"))
    lines = {k: v["events_received"] for k, v in shown.items() if k != "Total"}
    assert lines == expected


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--level", "village"], "no level village"),
        (["--period", "soon"], "is no period"),
        (["--place", "nowhere"], "no place nowhere"),
        (["--slice", "colour"], "not sliced so"),
        (["--slice", "feed=hot"], "No figure has feed = hot; there are board, hotline"),
        (["--slice", "feed", "--level", "city"], "only one of them"),
    ],
)
def test_what_cannot_be_shown_is_refused(civic: Civic, options: list[str], fault: str) -> None:
    with pytest.raises(Exception, match=fault):
        civic("report", "show", "everything", *options)


def test_a_report_shows_what_each_figure_was_before(civic: Civic) -> None:
    options = ("report", "show", "everything", "--period", "2019-03", "--compare", "previous")
    (table,) = json.loads(civic(*options, "--json"))["tables"]
    total = table["lines"][0]["figures"]["events_received"]
    assert (total["value"], total["before"]["value"], total["change"]) == (1, 2, -1)
    assert total["before"]["cell_id"] != total["cell_id"]
    assert total["change_rate"] == -0.5
    gone = table["lines"][-1]
    assert gone["labels"][0]["en"] == "噪音"
    assert gone["figures"]["events_received"]["value"] == 0
    rows = list(csv.reader(io.StringIO(civic(*options, "--format", "csv"))))
    at = rows[0].index("Received")
    assert rows[0][at + 1 : at + 3] == ["Received (before)", "Received (change)"]
    assert rows[1][at : at + 3] == ["1", "2", "-1"]


def test_a_report_shows_what_counts_since_the_beginning_of_the_year(civic: Civic) -> None:
    options = ("report", "show", "everything", "--period", "2020-01", "--to-date")
    (table,) = json.loads(civic(*options, "--json"))["tables"]
    # The town's figures do not reach back to a January in one row.
    assert table["lines"] == []
    part = {"cell_id": None, "value": 3.0, "parts": ["c1", "c2"]}
    known = ("numerator", "denominator", "fact_rows", "source_rows")
    shown = report_formats.figure_as_data({**part, **dict.fromkeys(known)}, None)
    assert shown == {**part, **dict.fromkeys(known)}
    assert "since the beginning of the year" in civic(*options)
    assert "年初至该期累计" in civic(*options, "--ids", lang="zh")
    for period in ("all", "2020", "year", "undated"):
        with pytest.raises(CivicError, match="ends with a month") as refused:
            civic("report", "show", "everything", "--period", period, "--to-date")
        assert refused.value.zh


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", [(), ("--ids",)])
def test_what_changed_fits_the_terminal(civic: Civic, lang: str, more: tuple[str, ...]) -> None:
    options = ("--period", "month", "--compare", "previous", *more)
    shown = civic("report", "show", "everything", *options, lang=lang)
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert ("上期" if lang == "zh" else "the period before") in shown
    assert more or "-1.0 (-50.0%)" in shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_terminal_shows_no_line_wider_than_itself(civic: Civic, lang: str) -> None:
    whole = civic("report", "show", "everything", "--ids", lang=lang)
    assert max(map(cell_len, whole.splitlines())) <= 80
    assert ("合计" if lang == "zh" else "Total") in whole


def test_a_csv_cannot_carry_a_formula(civic: Civic) -> None:
    label = SimpleNamespace(zh="=1+1", en="=1+1")
    line = SimpleNamespace(labels=(label,), cells=({"value": -2.0},))
    metric = SimpleNamespace(label=SimpleNamespace(zh="@m", en="@m"))
    table = SimpleNamespace(interval=None)
    arranged = SimpleNamespace(table=table, headings=(label,), metrics=(metric,), lines=(line,))
    rows = list(csv.reader(io.StringIO(report_formats.as_csv([arranged]))))  # type: ignore[list-item]
    assert rows == [["'=1+1", "'@m"], ["'=1+1", "-2"]]


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in report_drawing.plain("a\x1b[31mb").plain


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_of_a_report_is_traced_to_its_file(civic: Civic, metric: str, lang: str) -> None:
    answer = json.loads(civic("report", "show", "everything", "--json"))
    cell = answer["tables"][0]["lines"][0]["figures"][metric]["cell_id"]
    shown = civic("trace", cell, lang=lang)
    assert "hotline.csv" in shown
    assert "h" * 64 in shown
    traced = json.loads(civic("trace", cell, "--json"))
    assert traced["cell"]["cell_id"] == cell
    assert {atom["file_name"] for atom in traced["atoms"]} <= {"hotline.csv", "board.csv"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_line_tells_which_figures_it_feeds(civic: Civic, lang: str) -> None:
    (found,) = json.loads(civic("why", "hotline.csv", "2", "--json"))
    assert found["outcome"] == "accepted"
    shown = civic("why", "hotline.csv", "2", lang=lang)
    assert str(len(found["feeds"])) in shown
    assert ("已入库" if lang == "zh" else "accepted") in shown


def test_the_reports_are_listed(civic: Civic) -> None:
    (listed,) = json.loads(civic("report", "list", "--json"))
    assert listed["name"] == "everything"
    assert "on_time_rate" in listed["metrics"]


def test_a_refusal_is_said_in_chinese_as_well(civic: Civic) -> None:
    for options in (["--place", "nowhere"], ["--slice", "feed=hot"], ["--period", "soon"]):
        with pytest.raises(CivicError) as refused:
            civic("report", "show", "everything", *options)
        assert refused.value.zh


@pytest.mark.parametrize("written", ["2102", "210200", "210200000000"])
def test_a_place_goes_by_its_code_in_any_length(written: str) -> None:
    places = pl.DataFrame({"place_code": ["210200000000"], "place_name": ["大连市"]})
    assert asked_for(places, written).place == "210200000000"
