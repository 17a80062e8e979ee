"""Signs of recording for the score: what is planted is found, honest work is not shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.assessment.signs import FOUND, SIGNS, signs_of, texts_of
from ingestion.contracts import Contract
from tests.analytics.assessment.test_scoring import SCHEME

WORKERS, MATTERS, PERIOD = 30, 80, "2024-Q2"
FIRST = datetime(2024, 4, 1, 8)
PLANTED = {"split": "s01", "reopened": "s02", "impossible": "s03", "deadline": "s04",
           "burst": "s05", "copied": "s06"}  # fmt: skip
TEXTS = {"residents_log": "content"}
WORDS = [
    "路灯",
    "停车",
    "噪音",
    "漏水",
    "电梯",
    "绿化",
    "垃圾",
    "邻里",
    "消防",
    "门禁",
    "井盖",
    "飞线",
]


def honest(rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Matters and log entries of workers who record things as they happen."""
    who = np.repeat(np.arange(WORKERS), MATTERS)
    count = len(who)
    reported = [FIRST + timedelta(minutes=int(m)) for m in rng.integers(0, 90 * 1440, count)]
    taken = rng.exponential(30, count)
    events = pl.DataFrame(
        {
            "event_key": [f"e{n:05d}" for n in range(count)],
            "feed": "grid_event",
            "grid_code": [f"g{n:02d}" for n in who],
            "unit_name": "u",
            "category": rng.choice(["a", "b", "c"], count),
            "reported_at": reported,
            "due_at": [at + timedelta(hours=72) for at in reported],
            "closed_at": [at + timedelta(hours=h) for at, h in zip(reported, taken, strict=True)],
            "reopened_count": (rng.random(count) < 0.02).astype(int),
            "has_impossible_times": rng.random(count) < 0.01,
        }
    )
    days = [FIRST + timedelta(days=int(d)) for d in rng.integers(0, 90, count)]
    entries = pl.DataFrame(
        {
            "sentiment_key": [f"l{n:05d}" for n in range(count)],
            "feed": "residents_log",
            "kind": "residents_log",
            "grid_code": [f"g{n:02d}" for n in who],
            "unit_name": "u",
            "occurred_at": days,
            "content": [
                f"{a}{b}{c}，{n} 户" if n % 9 else "正常"
                for a, b, c, n in zip(*(rng.choice(WORDS, count) for _ in "abc"), who, strict=True)
            ],
            "_drop_id": "d",
            "_record": range(count),
        }
    )
    return events, entries


def planted(events: pl.DataFrame, entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Five workers, each with a way of their own."""
    of = {sign: f"g{subject[1:]}" for sign, subject in PLANTED.items()}
    nth = pl.int_range(pl.len()).over("grid_code")
    own = {sign: pl.col("grid_code") == grid for sign, grid in of.items()}
    apart = FIRST + pl.duration(days=nth // 4, minutes=2 * (nth % 4))
    events = events.with_columns(
        reported_at=pl.when(own["split"]).then(apart).otherwise("reported_at"),
        category=pl.when(own["split"]).then(pl.lit("a")).otherwise("category"),
        closed_at=pl.when(own["deadline"] & (nth < 15))
        .then(pl.col("due_at") - pl.duration(minutes=3))
        .otherwise("closed_at"),
        reopened_count=pl.when(own["reopened"] & (nth < 15)).then(1).otherwise("reopened_count"),
        has_impossible_times=pl.when(own["impossible"] & (nth < 15))
        .then(True)
        .otherwise("has_impossible_times"),
    )
    month_end = pl.col("occurred_at").dt.month_end()
    copy = pl.format("今天走访了 {} 户，未发现问题。", nth)
    entries = entries.with_columns(
        occurred_at=pl.when(own["burst"]).then(month_end).otherwise("occurred_at"),
        content=pl.when(own["copied"] & (nth < 60)).then(copy).otherwise("content"),
    )
    return events, entries


def lake(events: pl.DataFrame, entries: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as lake; use lake; create schema marts")
    for name, rows in (("fct_event", events), ("fct_sentiment", entries)):
        connection.register("made", rows)
        connection.execute(f"create table marts.{name} as from made")
        connection.unregister("made")
    connection.execute("create schema bronze")
    connection.execute("create table bronze.residents_log as from marts.fct_sentiment")
    connection.execute(
        "create table marts.dim_staff as select printf('s%02d', n) as staff_no, 'u' as unit_code, "
        "'grid_worker' as post, printf('g%02d', n) as grids_in_charge, date '2023-01-01' as since, "
        f"null::date as until from range({WORKERS}) as r(n)"
    )
    return connection


def test_every_planted_way_is_found_and_nobody_else() -> None:
    rng = np.random.default_rng(1)
    found = signs_of(lake(*planted(*honest(rng))), SCHEME, PERIOD, TEXTS)
    assert found.schema == FOUND
    assert dict(found.select("sign", "subject").iter_rows()) == PLANTED
    assert found.height == len(SIGNS)
    for row in found.to_dicts():
        assert row["period"] == PERIOD
        assert row["records"] > 3 * row["expected"]
        assert 3 <= len(row["examples"]) <= 10


@pytest.mark.parametrize("seed", range(4))
def test_honest_work_is_hardly_ever_shown(seed: int) -> None:
    found = signs_of(lake(*honest(np.random.default_rng(10 + seed))), SCHEME, PERIOD, TEXTS)
    assert found.height <= 1


def test_nothing_recorded_has_no_signs() -> None:
    events, entries = honest(np.random.default_rng(2))
    found = signs_of(lake(events.clear(), entries.clear()), SCHEME, PERIOD, TEXTS)
    assert found.is_empty()
    assert found.schema == FOUND


def test_another_period_has_its_own() -> None:
    rng = np.random.default_rng(1)
    assert signs_of(lake(*planted(*honest(rng))), SCHEME, "2024-Q1", TEXTS).is_empty()


def test_few_words_are_nobodys_own_and_what_all_write_is_no_sign() -> None:
    events, entries = honest(np.random.default_rng(3))
    for text in ("无异常。", "今天走访了辖区住户，未发现问题。"):
        same = entries.with_columns(content=pl.lit(text))
        found = signs_of(lake(events, same), SCHEME, PERIOD, TEXTS)
        assert "copied" not in found["sign"].to_list()


def test_texts_are_those_that_workers_enter(contracts: dict[str, Contract]) -> None:
    assert texts_of(contracts) == {"residents_log": "content", "visit": "content"}
