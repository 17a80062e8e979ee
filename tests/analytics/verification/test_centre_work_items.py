"""What is owed, told, late and missing, put together a second time; checked by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.reports.verification.centre_places import PATH
from analytics.reports.verification.centre_work_items import work_items
from analytics.reports.verification.in_force import DROP_SCHEMA
from tests.analytics.verification.made import contract_of

UNITS = contract_of(
    dict.fromkeys(("unit_code", "unit_name", "kind", "level", "place_code"), "string"),
    ["unit_code"],
    feed="units",
    centre={"element": "unit"},
)
RECORDS = contract_of(
    {**dict.fromkeys(("item", "unit", "period", "phase"), "string"), "done_on": "date"},
    ["item", "unit", "period", "phase"],
    feed="records",
    centre={
        "element": "work_item",
        **{role: role for role in ("item", "unit", "period", "phase")},
        "at": "done_on",
    },
)
NOWHERE = pl.LazyFrame(schema=dict.fromkeys(("place_code", "level", *PATH), pl.String()))
DROP = {"_drop_id": "d", "_unit": "u", "_as_of": datetime(2026, 8, 1), "_sha256": "ab"}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "work_items.csv").write_text(
        "item_code,module,name_zh,responsible_kind,cadence\n"
        "h,m,半年,centre,half_year\nq,m,季,centre,quarter\no,m,他,trade,quarter\n",
        encoding="utf-8",
    )
    (tmp_path / "work_item_phases.csv").write_text("phase,due_from,due_days\nsummary,end,10\n")
    (tmp_path / "work_item_units.csv").write_text(
        "responsible_kind,unit_kind,unit_level,owed\ncentre,centre,city,always\n"
        "trade,member,,once_told\n"
    )
    return tmp_path


def told(*rows: tuple[str, str, str, date]) -> pl.LazyFrame:
    schema = {
        **dict.fromkeys(("item", "unit", "period"), pl.String()),
        "done_on": pl.Date(),
        "phase": pl.String(),
        "_record": pl.Int64(),
        **DROP_SCHEMA,
    }
    made = [(*row, "summary", at, *DROP.values()) for at, row in enumerate(rows, 1)]
    return pl.LazyFrame(made, schema=schema, orient="row")


def judged(seeds: Path, *rows: tuple[str, str, str, date]) -> dict[tuple[str, ...], Any]:
    units = pl.LazyFrame(
        [
            {"unit_code": "c", "unit_name": "市", "kind": "centre", "level": "city"},
            {"unit_code": "t", "unit_name": None, "kind": "member", "level": "district"},
            {"unit_code": "v", "unit_name": None, "kind": "member", "level": "city"},
        ]
    ).with_columns(place_code=pl.lit(None, pl.String), **{k: pl.lit(v) for k, v in DROP.items()})
    in_force = {"units": units.with_row_index("_record").cast({"_record": pl.Int64})}
    contracts = {"units": UNITS, "records": RECORDS}
    frame = work_items({**in_force, "records": told(*rows)}, contracts, NOWHERE, seeds).collect()
    return {
        (r["unit_code"], r["item_code"], r["period"]): next(
            (s for s in ("in_time", "late", "missing") if r[f"is_{s}"]),
            "told" if r["is_told"] else "not due",
        )
        for r in frame.iter_rows(named=True)
    }


def test_a_half_year_is_told_by_any_month_of_it_and_judged_by_its_end(seeds):
    found = judged(seeds, ("h", "c", "2026-05", date(2026, 7, 10)))
    assert found == {
        ("c", "h", "2026Q2"): "in_time",
        ("c", "h", "2026Q4"): "not due",
        ("c", "q", "2026Q1"): "missing",
        ("c", "q", "2026Q2"): "missing",
        ("c", "q", "2026Q3"): "not due",
    }


def test_the_first_word_decides_whether_it_was_in_time(seeds):
    found = judged(
        seeds,
        ("q", "c", "2026-01", date(2026, 4, 10)),
        ("q", "c", "2026Q1", date(2026, 6, 1)),
        ("q", "c", "2026Q2", date(2026, 7, 11)),
    )
    assert found["c", "q", "2026Q1"] == "in_time"
    assert found["c", "q", "2026Q2"] == "late"


def test_what_one_of_a_trade_told_of_only_that_one_owes(seeds):
    found = judged(seeds, ("o", "t", "2026Q2", date(2026, 7, 1)))
    assert found["t", "o", "2026Q1"] == "missing"
    assert found["t", "o", "2026Q2"] == "in_time"
    assert not [key for key in found if key[0] == "v"]


def test_what_nobody_asked_for_is_told_and_no_more(seeds):
    found = judged(seeds, ("q", "t", "2026Q1", date(2026, 3, 1)))
    assert found["t", "q", "2026Q1"] == "told"


def test_before_anybody_told_of_anything_nothing_is_owed(seeds):
    assert judged(seeds) == {}
