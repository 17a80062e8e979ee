"""Monthly reports of the modules whose matter is services to people: counts, the small ones hidden.

Belongs here: which tables they have and what is said about hidden counts. Does not belong here:
what is hidden (``fct_service``), drawing (``workbooks``, ``civic/cli/services``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from analytics.reports.asking import known_places
from analytics.reports.coordinates import ALL
from analytics.reports.metrics import Label
from analytics.reports.periods import period_at
from analytics.reports.wording import names_told_apart, period_name
from ingestion.contracts import Contract
from ingestion.contracts.modules import module_titles
from publishing.opening import OpenPublication
from publishing.pages import Column, Lang, Line, Page, derived, in_language
from publishing.wording import word

SERVICES = "services"
"""The serving table: cells of a tree for each feed (``marts.fct_service``)."""
SMALLEST_SHOWN = 5
PREFIX = "module_"

_BY = {
    "district": Label("按区县", "By district"),
    "kind": Label("按服务类型", "By kind of service"),
    "community": Label("按社区", "By community"),
}
WAYS = tuple(_BY)
_TOTAL, _WHOLE = Label("合计", "Total"), Label("全市", "Whole city")
_UNPLACED, _UNSTATED = Label("未落到区划", "not placed"), Label("未注明", "not stated")
_HEADINGS = {
    "month": Label("月份", "Month"),
    "district": Label("区县", "District"),
    "community": Label("社区", "Community"),
    "kind": Label("服务类型", "Kind of service"),
}

Cell = Mapping[str, Any]


def service_contracts(contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The feeds of services by module."""
    return {c.module: c for c in contracts.values() if c.centre.get("element") == "service"}


def service_workbooks(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The module of each workbook of services, by the workbook's name."""
    return {f"{PREFIX}{module}": module for module in service_contracts(contracts)}


def service_pages(
    publication: OpenPublication,
    contracts: Mapping[str, Contract],
    module: str,
    lang: Lang,
    period: str = ALL,
) -> dict[str, Page]:
    """The tables of a module, by ``WAYS``; ``period``: only that month.

    A count that is not shown is None. Where nothing is counted there are no lines.
    """
    contract = service_contracts(contracts)[module]
    cells = publication.derived(SERVICES).filter(feed=contract.feed)
    if period != ALL:
        wanted = pl.col("served_month").map_elements(_month, return_dtype=pl.String)
        cells = cells.filter(wanted == period)
    places = known_places(publication.connection).to_dicts()
    names = names_told_apart({row["place_code"]: row for row in places})
    words = _Words(contract, names, lang)
    title = in_language(Label(*module_titles()[module]), lang)
    whole = in_language(period_name(period), lang)
    made = {
        "district": (("month",), *_by_district(cells, words)),
        "kind": (("month", "district", "kind"), *_by_kind(cells, words)),
        "community": (("month", "district", "community"), *_by_community(cells, words)),
    }
    return {
        way: Page(
            name=in_language(_BY[way], lang),
            title=f"{title} · {in_language(_BY[way], lang)}",
            place=in_language(_WHOLE, lang),
            period=whole,
            notes=word("services_note", lang, SMALLEST_SHOWN),
            row_headings=tuple(in_language(_HEADINGS[h], lang) for h in headings),
            columns=columns,
            lines=tuple(lines),
        )
        for way, (headings, columns, lines) in made.items()
    }


class _Words:
    """Names of places and codes in one language."""

    def __init__(self, contract: Contract, names: Mapping[str, str], lang: Lang) -> None:
        coded = (contract.centre.get("kind"), contract.centre.get("outcome"))
        self._codes = {
            code.value: Label(code.label_zh, code.label_en)
            for field in contract.fields
            if field.name in coded
            for code in field.codes
        }
        self._names, self._lang = names, lang

    def place(self, code: str) -> str:
        return self.said(_UNPLACED) if code == "unplaced" else self._names.get(code, code)

    def code(self, value: str) -> str:
        unknown = _UNSTATED if value == "unstated" else Label(value, value)
        return self.said(self._codes.get(value, unknown))

    def said(self, label: Label) -> str:
        return in_language(label, self._lang)


def _by_district(cells: pl.DataFrame, words: _Words) -> tuple[tuple[Column, ...], Iterator[Line]]:
    """A line for each month: the whole, and each district."""
    districts = _values(cells.filter(level="district"), "district_code")
    shown = {
        (row["level"], row["served_month"], row["district_code"]): row
        for row in cells.filter(pl.col("level").is_in(["month", "district"])).to_dicts()
    }
    columns = (Column(words.said(_WHOLE)), *(Column(words.place(d)) for d in districts))
    lines = (
        Line(
            (_month(month),),
            (
                _count(whole),
                *(_count(shown.get(("district", month, d)), below=whole) for d in districts),
            ),
        )
        for month in _values(cells.filter(level="month"), "served_month")
        for whole in [shown["month", month, None]]
    )
    return columns, lines


def _by_kind(cells: pl.DataFrame, words: _Words) -> tuple[tuple[Column, ...], Iterator[Line]]:
    """A line for each month, district and kind: the whole, and each outcome."""
    outcomes = _values(cells.filter(level="outcome"), "outcome")
    at = ("served_month", "district_code", "kind")
    shown = {
        (*(row[name] for name in at), row["outcome"]): row
        for row in cells.filter(level="outcome").to_dicts()
    }
    columns = (Column(words.said(_TOTAL)), *(Column(words.code(o)) for o in outcomes))
    kinds = cells.filter(level="kind").sort(at).to_dicts()
    lines = (
        Line(
            (
                _month(row["served_month"]),
                words.place(row["district_code"]),
                words.code(row["kind"]),
            ),
            (
                _count(row),
                *(_count(shown.get((*(row[n] for n in at), o)), below=row) for o in outcomes),
            ),
        )
        for row in kinds
    )
    return columns, lines


def _by_community(cells: pl.DataFrame, words: _Words) -> tuple[tuple[Column, ...], Iterator[Line]]:
    """A line for each month and community."""
    rows = cells.filter(level="community").sort("served_month", "district_code", "community_code")
    lines = (
        Line(
            (
                _month(row["served_month"]),
                words.place(row["district_code"]),
                words.place(row["community_code"]),
            ),
            (_count(row),),
        )
        for row in rows.to_dicts()
    )
    return (Column(words.said(_TOTAL)),), lines


def _count(cell: Cell | None, below: Cell | None = None) -> Mapping[str, Any] | None:
    """The number, None where it is not shown; what is not there is 0, but below a hidden one."""
    if cell is None:
        return derived(None if below is not None and below["is_hidden"] else 0)
    return derived(None if cell["is_hidden"] else cell["service_count"])


def _values(cells: pl.DataFrame, column: str) -> list[Any]:
    return cells[column].drop_nulls().unique().sort().to_list()


def _month(day: date) -> str:
    return period_at("month", day)
