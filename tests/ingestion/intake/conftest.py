"""Small drops of residents and requests, written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from civic.lake import open_lake
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake import Receipt, collect, take_in

REQUEST_HEADINGS = "诉求编号,受理时间,办结时间,状态,诉求类别"
RESIDENT_HEADINGS = "身份证号,姓名,人口类型,性别,出生日期,网格编码,联系电话,现住址"
GOOD_RESIDENT = (
    "11010519491231002X,张三丰,户籍,男,1949年12月31日,219902001001001,13800138000,海棠区望湖路7号"
)

Drop = Callable[..., list[Receipt]]


@pytest.fixture
def leave(settings: Settings) -> Callable[..., Path]:
    """Leave a file in the drop folder: ``leave(lines, unit, feed, name, encoding)``."""

    def leave_file(
        lines: Iterable[str] | bytes,
        feed: str = "service_request",
        name: str = "requests_20261031.csv",
        unit: str = "hotline",
        encoding: str = "utf-8",
    ) -> Path:
        folder = settings.drops / unit / feed
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        content = (
            lines if isinstance(lines, bytes) else ("\r\n".join(lines) + "\r\n").encode(encoding)
        )
        path.write_bytes(content)
        return path

    return leave_file


@pytest.fixture
def run_intake(settings: Settings, contracts: dict[str, Contract]) -> Drop:
    """Collect what lies in the drop folder and take it in, without waiting."""

    def run(**options: object) -> list[Receipt]:
        collect(settings, contracts, wait=lambda _: None, **options)  # type: ignore[arg-type]
        return take_in(settings, contracts)

    return run


def bronze(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query on the live lake."""
    with open_lake(settings) as connection:
        return connection.execute(sql).fetchall()
