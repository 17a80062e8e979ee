"""Monthly reports of services: what is hidden is a dash, never a number, nor what lies below it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from ingestion.contracts import Contract
from publishing import service_pages as pages
from publishing.pages import Page

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
EAST, WEST = "990101000000", "990102000000"
SCHEMA = {
    **dict.fromkeys(("level", "feed", "district_code", "community_code"), pl.String),
    "served_month": pl.Date,
    **dict.fromkeys(("kind", "outcome"), pl.String),
    "service_count": pl.Int64,
    "is_hidden": pl.Boolean,
}


def cell(level: str, month: date, count: int | None, **at: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(SCHEMA),
        "feed": "service_record",
        "level": level,
        "served_month": month,
        "service_count": count,
        "is_hidden": count is None,
        **at,
    }


CELLS = [
    cell("month", MAY, 30),
    cell("district", MAY, 18, district_code=EAST),
    cell("district", MAY, 12, district_code=WEST),
    cell("kind", MAY, 18, district_code=EAST, kind="visit"),
    cell("outcome", MAY, 10, district_code=EAST, kind="visit", outcome="met"),
    cell("outcome", MAY, 8, district_code=EAST, kind="visit", outcome="referred"),
    cell("kind", MAY, None, district_code=WEST, kind="visit"),
    cell("outcome", MAY, None, district_code=WEST, kind="visit", outcome="met"),
    cell("community", MAY, None, district_code=WEST, community_code="990102001001"),
    cell("month", JUNE, None),
    cell("district", JUNE, None, district_code=EAST),
]


class Publication:
    """A publication with the services above and a register of two districts."""

    connection = None

    def derived(self, name: str) -> pl.DataFrame:
        assert name == pages.SERVICES
        return pl.DataFrame(CELLS, schema=SCHEMA)


@pytest.fixture(autouse=True)
def register(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [
        {"place_code": EAST, "place_name": "东区", "level": "district"},
        {"place_code": WEST, "place_name": "西区", "level": "district"},
    ]
    monkeypatch.setattr(pages, "known_places", lambda _: pl.DataFrame(places))
    monkeypatch.setattr(
        pages, "names_told_apart", lambda found: {c: p["place_name"] for c, p in found.items()}
    )


def made(contracts: dict[str, Contract], way: str, **asked: str) -> Page:
    found = pages.service_pages(Publication(), contracts, "special_groups", "en", **asked)  # type: ignore[arg-type]
    return found[way]


def told(page: Page) -> list[tuple[Any, ...]]:
    return [(*line.labels, *(c and c["value"] for c in line.cells)) for line in page.lines]


def test_months_by_district_show_a_dash_for_what_is_hidden_and_all_below_it(
    contracts: dict[str, Contract],
) -> None:
    page = made(contracts, "district")
    assert [c.label for c in page.columns] == ["Whole city", "东区", "西区"]
    assert told(page) == [("2026-05", 30, 18, 12), ("2026-06", None, None, None)]


def test_kinds_show_their_outcomes_and_none_below_a_hidden_kind(
    contracts: dict[str, Contract],
) -> None:
    page = made(contracts, "kind")
    assert page.row_headings == ("Month", "District", "Kind of service")
    assert [row[:2] + row[3:] for row in told(page)] == [
        ("2026-05", "东区", 18, 10, 8),
        ("2026-05", "西区", None, None, None),
    ]


def test_one_month_alone(contracts: dict[str, Contract]) -> None:
    assert [row[0] for row in told(made(contracts, "district", period="2026-06"))] == ["2026-06"]
    assert told(made(contracts, "community", period="2026-06")) == []
    assert told(made(contracts, "community"))[0][3] is None


def test_every_module_of_services_has_a_workbook(contracts: dict[str, Contract]) -> None:
    assert pages.service_workbooks(contracts) == {
        "module_special_groups": "special_groups",
        "module_youth": "youth",
    }
