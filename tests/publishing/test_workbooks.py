"""A workbook is filed as it is: its figures are the cells, and lead to the rows behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from analytics.reports.arrangement import Asked, Naming
from analytics.reports.cells import build_cells
from analytics.reports.declarations import Report, load_declaration
from analytics.reports.intervals import Interval
from analytics.reports.semantic_manifest import Catalog
from publishing.pages import Column, Imprint, Lang, Line, Page
from publishing.report_pages import pages_of
from publishing.wording import SOURCES, WORDS
from publishing.workbooks import write_report_workbook, write_workbook
from tests.analytics.reports.town import TOWN, manifest, marts

IMPRINT = Imprint(7, "3f9a0c52b1d4" * 5, "2026-04-02T08:00:00+00:00")
DECLARATION = """
name: handling
title: {zh: 办理时效, en: Handling}
notes: {zh: 只计应办结的。, en: Only what is due counts.}
tables:
  - title: {zh: 按类别, en: By category}
    metrics: [events_received, on_time_rate, mean_handling_hours]
    rows: category
    slices: [[], [category]]
  - title: {zh: 按地区, en: By place}
    metrics: [events_received]
    rows: place
  - title: {zh: 按期间, en: By period}
    metrics: [events_received]
    rows: period
"""
PLACES = pl.DataFrame(
    {
        "place_code": ["9901", "990101"],
        "level": ["city", "district"],
        "place_name": ["示范市", "望湖区"],
        "parent_code": [None, "9901"],
        "city_code": ["9901", "9901"],
        "district_code": [None, "990101"],
        "street_code": [None, None],
        "community_code": [None, None],
        "grid_code": [None, None],
    }
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("declarations") / "handling.yml"
    path.write_text(DECLARATION, encoding="utf-8")
    return load_declaration(path)


@pytest.fixture(scope="module")
def cells(report: Report, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    path = tmp_path_factory.mktemp("dbt") / "semantic_manifest.json"
    path.write_text(json.dumps(manifest()), encoding="utf-8")
    with marts(TOWN) as connection:
        return build_cells(connection, path, {report.name: report})


def catalog() -> Catalog:
    """The town's metrics, each with the unit and the decimals that it deserves."""
    stated = manifest()
    units = {"events_received": ("件", 0), "on_time_rate": ("%", 1)}
    for metric in stated["metrics"]:
        unit, decimals = units.get(metric["name"], ("小时", 1))
        metric["config"]["meta"] |= {"unit_zh": unit, "decimals": decimals}
    return Catalog(stated)


def atoms_of(cells: Sequence[Mapping[str, Any]], at_most: int) -> dict[str, pl.DataFrame]:
    return {cell["cell_id"]: atoms_of_cell(cell, at_most) for cell in cells}


def atoms_of_cell(cell: Mapping[str, Any], at_most: int) -> pl.DataFrame:
    number = min(cell["source_rows"], at_most)
    return pl.DataFrame(
        {
            "unit": ["centre"] * number,
            "feed": ["hotline"] * number,
            "file_name": ['=HYPERLINK("http://example.invalid","open")'] * number,
            "sha256": ["ab" * 32] * number,
            "sheet": [None] * number,
            "line": list(range(2, number + 2)),
            "contribution": [1.0] * number,
        }
    )


def written(
    path: Path, report: Report, cells: pl.DataFrame, lang: Lang = "zh", **asked: Any
) -> Workbook:
    made = write_report_workbook(
        report,
        cells,
        path / "report.xlsx",
        lang,
        catalog=catalog(),
        places=PLACES,
        imprint=IMPRINT,
        atoms_of=atoms_of,
        **asked,
    )
    assert [p.name for p in path.iterdir()] == ["report.xlsx"]
    return load_workbook(made)


def test_each_table_is_a_sheet_and_sources_come_last(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    workbook = written(tmp_path, report, cells)
    assert workbook.sheetnames == ["按类别", "按地区", "按期间", SOURCES]


def test_what_the_figures_do_not_cover_is_said_below_each_table(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    workbook = written(tmp_path, report, cells, remark="3 个单位中 1 个未报。")
    for name in workbook.sheetnames[:-1]:
        texts = [c.value for row in workbook[name].iter_rows() for c in row if c.value]
        assert any("3 个单位中 1 个未报。" in str(value) for value in texts), name


def test_the_head_says_what_it_is_and_of_which_publication(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells)["按类别"]
    assert sheet["A1"].value == "办理时效 · 按类别"
    assert sheet["A2"].value == "地区：全部地区　　统计期间：全部期间"
    assert sheet["A3"].value == "发布第 7 号　摘要 3f9a0c52b1d4　2026-04-02"
    assert [c.value for c in sheet[4]] == ["category", "受理\n(件)", "按期率", "平均时长\n(小时)"]


def test_figures_are_numbers_in_the_format_of_their_kind(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells)["按类别"]
    total = [c.value for c in sheet[5]]
    assert total == ["合计", 5, pytest.approx(1 / 3), pytest.approx(42.5 / 3)]
    assert [c.number_format for c in sheet[5]][1:] == ["#,##0", "0.0%", "#,##0.0"]


def test_the_ends_of_an_interval_stand_behind_its_mean(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    parts = ("weight", "weight_squared", "weighted_score", "weighted_square")
    stated = Interval("mean_handling_hours", **dict.fromkeys(parts, "events_received"))
    first = replace(report.tables[0], interval=stated)
    with_interval = replace(report, tables=(first,))
    sheet = written(tmp_path, with_interval, cells)["按类别"]
    assert [c.value for c in sheet[4]][3:] == [
        "平均时长\n(小时)",
        "95% 区间下限\n(小时)",
        "95% 区间上限\n(小时)",
    ]
    ends = stated.around({"mean_handling_hours": 1, "events_received": 5})
    assert [c.value for c in sheet[5]][4:] == [pytest.approx(end) for end in ends or ()]
    assert [c.number_format for c in sheet[5]][3:] == ["#,##0.0"] * 3


def test_each_figure_stands_beside_the_one_before_and_both_lead_to_their_rows(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    asked, against = Asked(period="2020"), "previous"
    sheet = written(tmp_path, report, cells, asked=asked, against=against)["按类别"]
    assert sheet["A2"].value == "地区：全部地区　　统计期间：2020年 · 与上期比较"
    assert [c.value for c in sheet[4]] == ["category", "指标", "本期", "上期", "增减", "增减率"]
    received, share, hours = ([c.value for c in sheet[row]] for row in (5, 6, 7))
    assert received == ["合计", "受理 (件)", 1, 3, -2, pytest.approx(-2 / 3)]
    assert share[:4] == ["合计", "按期率", 0, 0.5]
    assert share[4] == pytest.approx(-50)
    assert hours[1:4] == ["平均时长 (小时)", 7.5, 17.5]
    formats = [c.number_format for c in sheet[6]][2:5]
    assert formats == ["0.0%", "0.0%", '+0.0" 个百分点";-0.0" 个百分点";0.0" 个百分点"']
    links = [c.coordinate for c in sheet[5] if c.hyperlink]
    assert links == ["C5", "D5"]


def test_the_lines_are_the_values_of_the_slice_and_not_stated_comes_last(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells)["按类别"]
    assert [sheet.cell(row, 1).value for row in range(5, 10)] == [
        "合计",
        "a;b=c\\d",
        "噪音",
        "路灯",
        "（未填）",
    ]


def test_every_figure_leads_to_its_rows_and_back(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    workbook = written(tmp_path, report, cells)
    sheet, sources = workbook["按类别"], workbook[SOURCES]
    by_id = {row["cell_id"]: row for row in cells.to_dicts()}
    followed = 0
    for row in sheet.iter_rows(min_row=5, max_row=9, min_col=2):
        for figure in row:
            if figure.value == "—":
                continue
            target = figure.hyperlink.location.rpartition("!")[2]
            cell = by_id[sources[target].value]
            assert cell["value"] == pytest.approx(figure.value)
            assert sources[target].hyperlink.location.endswith(f"!{figure.coordinate}")
            followed += 1
    assert followed >= 10


def test_more_rows_than_are_listed_are_pointed_to(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sources = written(tmp_path, report, cells, rows_per_figure=2)[SOURCES]
    total = cells.filter(
        pl.col("metric") == "events_received", pl.col("level") == "all", pl.col("slices") == "",
        pl.col("grain") == "all",
    ).row(0, named=True)  # fmt: skip
    texts = [c.value for column in sources.iter_cols(4, 4) for c in column]
    assert f"另有 {total['source_rows'] - 2} 行：civic trace {total['cell_id']}" in texts


def test_a_place_lists_what_lies_below_it_and_what_has_no_place(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells, asked=Asked(place="9901"))["按地区"]
    lines = [[c.value for c in row] for row in sheet.iter_rows(5, 7, 1, 2)]
    assert lines[0] == ["合计", 4]
    assert sorted(lines[1:]) == [["望湖区", 3], ["示范市（未定位到下级）", 1]]


def test_a_year_lists_its_months(tmp_path: Path, report: Report, cells: pl.DataFrame) -> None:
    sheet = written(tmp_path, report, cells, lang="en", asked=Asked(period="2019"))["By period"]
    lines = [[c.value for c in row] for row in sheet.iter_rows(5, 7, 1, 2)]
    assert lines == [["Total", 3], ["2019-02", 2], ["2019-03", 1]]


def test_a_narrow_table_is_wide_enough_for_its_title(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells)["按地区"]
    used = [get_column_letter(n) for n in range(1, sheet.max_column + 1)]
    assert sum(sheet.column_dimensions[c].width for c in used) >= 92


def test_nothing_that_a_unit_sent_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    hostile = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "http://example.invalid", "\x07\ud800"]
    lines = tuple(
        Line((label,), ({"cell_id": f"c{n}", "value": 1.0, "source_rows": 1},))
        for n, label in enumerate(hostile)
    )
    page = Page("=x[]", "=1+1", "=A1", "=A1", "=A1", ("=A1",), (Column("=A1"),), lines)
    path = write_workbook([page, page], tmp_path / "h.xlsx", "en", IMPRINT, atoms_of=atoms_of)
    workbook = load_workbook(path)
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if cell.hyperlink:
                    assert cell.hyperlink.target is None
    assert [workbook.worksheets[0].cell(r, 1).value for r in range(5, 9)] == hostile[:4]


def test_it_prints_on_a4_landscape_with_headings_on_each_page(
    tmp_path: Path, report: Report, cells: pl.DataFrame
) -> None:
    sheet = written(tmp_path, report, cells)["按类别"]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0, "as many pages as it takes, one page wide"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "B5"
    assert "&P" in sheet.oddFooter.right.text


def test_a_report_without_figures_keeps_its_headings(report: Report, cells: pl.DataFrame) -> None:
    pages = pages_of(report, catalog(), cells.clear(), Naming(PLACES), "zh", Asked())
    assert [len(page.lines) for page in pages] == [0, 0, 0]
    assert [page.row_headings for page in pages] == [("category",), ("市",), ("期间",)]


def test_every_wording_stands_in_both_languages() -> None:
    assert all(set(words) == {"zh", "en"} and all(words.values()) for words in WORDS.values())
