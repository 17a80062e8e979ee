"""A publication verified from its kept originals, from end to end: files in, verdict out."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.reports.coordinates import Coordinates
from analytics.reports.verification import SEEDS, Verification, verify
from analytics.reports.verification.cells import SCHEMA
from civic.errors import CivicError
from civic.settings import Settings, load_settings
from ingestion.contracts import load_contracts
from ingestion.intake import collect, original_path, read_drops

CITY, DISTRICT, COMMUNITY = "219900000000", "219902000000", "219902001001"
FILES = {
    "bureau/division/division_2026-01-01.csv": (
        "市代码,市,区县代码,区县,街道代码,街道,社区代码,社区\n"
        f"{CITY},示例市,{DISTRICT},海棠区,219902001000,望湖街道,{COMMUNITY},湖滨社区\n"
    ),
    "hotline/service_request/requests_2026-01-31.csv": (
        "诉求编号,受理时间,办结时间,状态,诉求类别,区划代码\n"
        f"A1,2026-01-05 08:00:00,2026-01-06 08:00:00,已办结,市容环卫,{COMMUNITY}\n"
        f"A2,2026-01-10 08:00:00,,办理中,市容环卫,{COMMUNITY}\n"
        "A3,2026-01-20 08:00:00,2026-01-19 08:00:00,已办结,市容环卫,\n"
    ),
    "hotline/service_request/requests_2026-02-28.csv": (
        "诉求编号,受理时间,办结时间,状态,诉求类别,区划代码\n"
        f"A2,2026-01-10 08:00:00,2026-02-01 08:00:00,已办结,市容环卫,{COMMUNITY}\n"
    ),
}
DECLARATION = """
name: made
title: {zh: 试, en: Made}
levels: [all, city, district]
grains: [all, month]
tables:
  - {metrics: [received, in_time_rate, median_hours], rows: place}
"""


def measure(name: str, agg: str, expr: str, time: str) -> dict[str, Any]:
    return {"name": name, "agg": agg, "expr": expr, "agg_time_dimension": time}


def simple(name: str, measured: str) -> dict[str, Any]:
    params = {"measure": {"name": measured, "filter": None}}
    return {"name": name, "type": "simple", "type_params": params, "filter": None}


MANIFEST = {
    "semantic_models": [
        {
            "name": "event",
            "node_relation": {"alias": "fct_event", "schema_name": "marts"},
            "defaults": {"agg_time_dimension": "reported_at"},
            "entities": [{"name": "event_key", "type": "primary"}],
            "dimensions": [
                {"name": n, "type": t} for n, t in [("reported_at", "time"), ("closed_at", "time")]
            ],
            "measures": [
                measure("received_count", "sum", "1", "reported_at"),
                measure("due_count", "sum_boolean", "is_due", "reported_at"),
                measure("in_time_count", "sum_boolean", "is_in_time", "reported_at"),
                measure("hours", "median", "handling_hours", "closed_at"),
            ],
        }
    ],
    "metrics": [
        simple("received", "received_count"),
        simple("due", "due_count"),
        simple("in_time", "in_time_count"),
        simple("median_hours", "hours"),
        {
            "name": "in_time_rate",
            "type": "ratio",
            "type_params": {"numerator": {"name": "in_time"}, "denominator": {"name": "due"}},
        },
    ],
}

WHOLE, PLACED, UNPLACED = (
    ("all", "all"),
    [("city", CITY), ("district", DISTRICT)],
    (
        "city",
        "all/unplaced",
    ),
)
PERIODS = [("all", "all"), ("month", "2026-01")]


def published() -> pl.DataFrame:
    """What was worked out by hand: A1 in time, A2 too late, A3 closed before it was reported."""
    cells = [("received", WHOLE, p, 3, None, None, 3) for p in PERIODS]
    cells += [("received", UNPLACED, p, 1, None, None, 1) for p in PERIODS]
    cells += [("received", at, p, 2, None, None, 2) for at in PLACED for p in PERIODS]
    cells += [("in_time_rate", WHOLE, p, 1 / 3, 1, 3, 3) for p in PERIODS]
    cells += [("in_time_rate", UNPLACED, p, 0, 0, 1, 1) for p in PERIODS]
    cells += [("in_time_rate", at, p, 1 / 2, 1, 2, 2) for at in PLACED for p in PERIODS]
    for at in (WHOLE, *PLACED):
        cells.append(("median_hours", at, ("all", "all"), (24 + 528) / 2, None, None, 2))
        cells.append(("median_hours", at, ("month", "2026-01"), 24, None, None, 1))
        cells.append(("median_hours", at, ("month", "2026-02"), 528, None, None, 1))
    rows = []
    for metric, place, period, value, above, below, count in cells:
        at = Coordinates("made", metric, *place, *period, "")
        key = (at.cell_id, "made", metric, *place, *period, "")
        rows.append((*key, value, above, below, count, count))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row", strict=False)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CIVIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CIVIC_CONTRACTS", raising=False)
    settings = load_settings()
    for name, text in FILES.items():
        path = settings.drops / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    contracts = load_contracts(settings.contract_paths)
    collect(settings, contracts, now=datetime(2026, 3, 1), wait=lambda _: None)
    settings.dbt_target.mkdir(parents=True)
    (settings.dbt_target / "semantic_manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "declarations").mkdir()
    (tmp_path / "declarations" / "made.yml").write_text(DECLARATION, encoding="utf-8")
    shutil.copytree(SEEDS, tmp_path / "seeds")
    (tmp_path / "seeds" / "time_limits.csv").write_text("time_limit_class,hours\ngeneral,168\n")
    (tmp_path / "seeds" / "category_time_limits.csv").write_text("feed,category,time_limit_class\n")
    return settings


def verified(settings: Settings, cells: pl.DataFrame) -> Verification:
    drops = [
        {k: getattr(d, k) for k in ("drop_id", "unit", "feed", "file_name", "sha256")}
        | {"status": "refused" if d.refusal else "accepted"}
        for d in read_drops(settings)
    ]
    folder = settings.home.parent
    return verify(
        settings,
        cells,
        {"drops": drops},
        declarations=folder / "declarations",
        seeds=folder / "seeds",
    )


def original(settings: Settings, name: str) -> Path:
    (drop,) = [d for d in read_drops(settings) if d.file_name == name]
    return original_path(settings, drop.sha256)


def test_a_sound_publication_is_equal_cell_for_cell(town: Settings) -> None:
    cells = published()
    verification = verified(town, cells)
    assert verification.passed, verification
    assert verification.cells == verification.equal == cells.height == 25


def test_a_wrong_a_missing_and_an_extra_cell_are_each_named(town: Settings) -> None:
    cells = published()
    extra = cells[0].with_columns(cell_id=pl.lit("c0"), period=pl.lit("2031-01"))
    altered = cells.with_columns(
        value=pl.when(pl.int_range(pl.len()) == 1).then(pl.col("value") + 1).otherwise("value")
    )
    verification = verified(town, pl.concat([altered[1:], extra]))
    assert [c["cell_id"] for c in verification.different] == [cells["cell_id"][1]]
    assert [c["cell_id"] for c in verification.missing] == [cells["cell_id"][0]]
    assert [c["cell_id"] for c in verification.extra] == ["c0"]
    assert verification.equal == cells.height - 2
    assert not verification.passed


def test_one_altered_byte_is_reported_with_its_file_and_its_cells(town: Settings) -> None:
    path = original(town, "requests_2026-02-28.csv")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"2026-02-01 08", b"2026-02-01 09"))
    verification = verified(town, published())
    (altered,) = verification.altered_originals
    assert altered.file_name == "requests_2026-02-28.csv"
    assert altered.found not in (None, altered.sha256)
    assert altered.unreadable is None
    assert {c["metric"] for c in verification.different} == {"median_hours"}
    assert {c["value_recomputed"] for c in verification.different} == {276.5, 529}
    assert not verification.passed


def test_an_altered_byte_that_moves_no_figure_fails_as_well(town: Settings) -> None:
    path = original(town, "division_2026-01-01.csv")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace("湖滨社区".encode(), "湖边社区".encode()))
    verification = verified(town, published())
    assert verification.equal == verification.cells
    assert not verification.passed


def test_an_original_that_can_no_longer_be_read_is_reported(town: Settings) -> None:
    path = original(town, "requests_2026-02-28.csv")
    path.chmod(0o600)
    path.write_bytes(b"\x00" * 64)
    verification = verified(town, published())
    (altered,) = verification.altered_originals
    assert altered.unreadable
    assert verification.different


def test_an_original_that_is_gone_is_reported(town: Settings) -> None:
    original(town, "requests_2026-02-28.csv").unlink()
    (altered,) = verified(town, published()).altered_originals
    assert altered.found is None


def test_nothing_is_left_behind(town: Settings) -> None:
    verified(town, published())
    assert not list(town.home.glob(".verification-*"))


def test_without_compiled_metrics_it_says_what_to_run(town: Settings) -> None:
    (town.dbt_target / "semantic_manifest.json").unlink()
    with pytest.raises(CivicError, match="civic run"):
        verified(town, published())
