"""A few organisations that went the whole way, and a second time with a list that came back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest

from civic.settings import Settings
from ingestion.intake import Receipt
from publishing.whole_way import WayResult, run
from tests.conftest import home_of
from tests.publishing.exchange.made import CODES, leave_all

UNION_LIST = "trade_union/base_list/union_feedback.v_1.xlsx"


@dataclass(frozen=True)
class Returned:
    """The home after the union's list came back: publication 1 is before, 2 after."""

    settings: Settings
    before: WayResult
    after: WayResult
    receipt: Receipt


@pytest.fixture(scope="session")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Returned:
    """The base list goes out, the union answers about one organisation more, and drops it."""
    settings = home_of(tmp_path_factory.mktemp("exchange") / "home")
    leave_all(settings)
    before = run(settings)
    target = settings.drops / "trade_union" / "union_feedback" / "union_feedback.v_1.xlsx"
    shutil.copyfile(settings.outbox / UNION_LIST, target)
    fill_in(target, CODES[2])
    after = run(settings)
    (receipt,) = after.results["intake"]
    return Returned(settings, before, after, receipt)


@pytest.fixture
def fresh(returned: Returned, tmp_path: Path) -> Settings:
    """Both publications in a home of its own, with an empty outbox and no drop folder."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "serving").symlink_to(returned.settings.serving)
    return replace(returned.settings, home=home)


def fill_in(path: Path, code: str) -> None:
    """Answer about one organisation as a clerk would: in its row, in the columns left empty."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1]}
    (row,) = (r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == code)
    answers = {"已建工会": "否", "工会会员人数": 0, "职工人数": 32, "反馈日期": "2026-04-02"}
    for heading, value in answers.items():
        sheet.cell(row, headings[heading], value)
    book.save(path)
