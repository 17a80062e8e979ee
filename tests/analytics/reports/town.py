"""A town small enough to count by hand: its marts in DuckDB, its metrics as dbt declares them.

``TOWN`` states the events; ``marts`` puts any list of events into an in-memory lake; ``manifest``
is a semantic manifest of dbt's form with a metric of every aggregation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ingestion.contracts.model import Contract, Field, Reading, Relation, ServiceLevel

LEVELS = ("city", "district", "street", "community", "grid")
META = {"fact_key": "event_key", "lineage": "bridge_event_source"}


@dataclass(frozen=True)
class Event:
    """A row of the fact; ``place`` is its path, as far down as it is known."""

    place: tuple[str, ...]
    on: date | None
    category: str | None
    feed: str
    due: bool | None
    in_time: bool | None
    hours: float | None
    parts: int | None
    supporters: int


STREET = ("9901", "990101", "990101001")
TOWN = [
    Event(
        ("9901", "990101", "990101001"), date(2019, 2, 28), "噪音", "hotline", True, True, 5, 1, 1
    ),
    Event(
        ("9901", "990101", "990101001"), date(2019, 2, 3), "噪音", "hotline", True, False, 30, 2, 0
    ),
    Event(("9901", "990101"), date(2019, 3, 1), "a;b=c\\d", "board", False, None, None, None, 0),
    Event(("9901",), date(2020, 1, 1), None, "board", True, None, 7.5, 3, 2),
    Event((), None, "路灯", "board", None, None, None, 4, 0),
]


def marts(events: Sequence[Event]) -> duckdb.DuckDBPyConnection:
    """A connection with a lake of these events in use: fact, bridge, drops and bronze."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
    connection.execute("attach ':memory:' as lake; use lake")
    connection.execute("create schema marts; create schema bronze; create schema staging")
    connection.execute(
        "create table marts.fct_event (event_key varchar, city_code varchar, "
        "district_code varchar, street_code varchar, community_code varchar, grid_code varchar, "
        "reported_on date, category varchar, feed varchar, is_due boolean, is_in_time boolean, "
        "handling_hours double, parts integer)"
    )
    connection.execute(
        "create table marts.bridge_event_source (event_key varchar, feed varchar, "
        "drop_id varchar, record bigint, line bigint, sheet varchar, is_anchor boolean)"
    )
    connection.execute(
        "create table bronze.drops (drop_id varchar, unit varchar, feed varchar, "
        "file_name varchar, sha256 varchar, received_at timestamp, as_of timestamp, "
        "format varchar, status varchar)"
    )
    connection.execute(
        "create table bronze.outcomes (drop_id varchar, feed varchar, record bigint, "
        "line bigint, sheet varchar, outcome varchar, code varchar, detail varchar)"
    )
    connection.execute(
        "create table bronze.findings (drop_id varchar, feed varchar, record bigint, "
        "line bigint, sheet varchar, column_name varchar, heading varchar, code varchar, "
        "severity varchar, value_found varchar, expected_zh varchar, expected_en varchar)"
    )
    for feed in ("hotline", "board"):
        connection.execute(
            f"create table bronze.{feed} (number varchar, author_pseudonym varchar, "
            "_drop_id varchar, _record bigint, _line bigint, _sheet varchar)"
        )
        connection.execute(
            f"insert into bronze.drops values ('drop-{feed}', 'centre', '{feed}', '{feed}.csv', "
            f"repeat('{feed[0]}', 64), '2026-01-01', '2026-01-01', 'csv', 'accepted')"
        )
    _insert(connection, events)
    _places(connection)
    return connection


def _places(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{level}_code varchar" for level in LEVELS)
    connection.execute(
        "create table marts.dim_place (place_code varchar, level varchar, place_name varchar, "
        f"parent_code varchar, {columns}, valid_from date)"
    )
    for depth, (code, name) in enumerate(
        zip(STREET, ("示例市", "海棠区", "望湖街道"), strict=True)
    ):
        path = [*STREET[: depth + 1], *[None] * (4 - depth)]
        parent = STREET[depth - 1] if depth else None
        row = [code, LEVELS[depth], name, parent, *path, date(2018, 1, 1)]
        connection.execute(f"insert into marts.dim_place values ({_marks(len(row))})", row)


def _insert(connection: duckdb.DuckDBPyConnection, events: Sequence[Event]) -> None:
    facts, bridges, rows, records = [], [], [], {"hotline": 0, "board": 0}
    for number, event in enumerate(events):
        key = f"e{number:04d}"
        place = [*event.place, *[None] * (5 - len(event.place))]
        facts.append(
            (key, *place, event.on, event.category, event.feed, event.due, event.in_time,
             event.hours, event.parts)
        )  # fmt: skip
        for nth in range(1 + event.supporters):
            records[event.feed] += 1
            record = records[event.feed]
            drop = f"drop-{event.feed}"
            bridges.append((key, event.feed, drop, record, record + 1, None, nth == 0))
            rows.append((event.feed, (key, "p" * 32, drop, record, record + 1, None)))
    for table, values in (("fct_event", facts), ("bridge_event_source", bridges)):
        for row in values:
            connection.execute(f"insert into marts.{table} values ({_marks(len(row))})", row)
    for feed, row in rows:
        connection.execute(f"insert into bronze.{feed} values ({_marks(len(row))})", row)


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def manifest() -> dict[str, Any]:
    """A semantic manifest in the form that dbt 1.11 writes, with a metric of every aggregation."""
    measures = [
        _measure("events", "count", "event_key"),
        _measure("in_time", "sum_boolean", "is_in_time"),
        _measure("parts", "sum", "parts"),
        _measure("mean_hours", "average", "handling_hours"),
        _measure("median_hours", "median", "handling_hours"),
        _measure("hours_90", "percentile", "handling_hours", agg_params={"percentile": 0.9}),
        _measure("longest", "max", "handling_hours"),
        _measure("shortest", "min", "handling_hours"),
        _measure("kinds", "count_distinct", "category"),
        _measure(
            "registered",
            "count",
            "event_key",
            non_additive_dimension={
                "name": "reported_on", "window_choice": "max", "window_groupings": []
            },
        ),
    ]  # fmt: skip
    due = "{{ Dimension('event__is_due') }} = true\n"
    metrics = [
        _simple("events_received", "events", "受理", "Received"),
        _simple("events_due", "events", "应办结", "Due", due),
        _simple("events_in_time", "in_time", "按期", "In time", due),
        _simple("parts_used", "parts", "用件", "Parts used"),
        _simple("mean_handling_hours", "mean_hours", "平均时长", "Mean hours"),
        _simple("median_handling_hours", "median_hours", "时长中位数", "Median hours", due),
        _simple("hours_90", "hours_90", "九成时长", "90 % within"),
        _simple("longest", "longest", "最长", "Longest"),
        _simple("shortest", "shortest", "最短", "Shortest"),
        _simple("kinds", "kinds", "类别数", "Kinds"),
        _simple("registered", "registered", "在册", "Registered"),
        {
            **_simple("on_time_rate", "", "按期率", "On-time rate"),
            "type": "ratio",
            "type_params": {
                "numerator": {"name": "events_in_time"},
                "denominator": {"name": "events_due"},
            },
        },
        {**_simple("unread", "events", "", ""), "type": "cumulative"},
    ]
    return {"semantic_models": [_model(measures)], "metrics": metrics, "saved_queries": []}


def _model(measures: list[dict[str, Any]]) -> dict[str, Any]:
    # dbt hands the model's config.meta down to its entities, measures and dimensions.
    inherited = {"config": {"meta": META}}
    dimensions = ["category", "feed", "is_due", "handling_hours"]
    return {
        "name": "event",
        "defaults": {"agg_time_dimension": "reported_on"},
        "node_relation": {"alias": "fct_event", "schema_name": "marts", "database": "lake"},
        "primary_entity": None,
        "entities": [{"name": "event", "type": "primary", "expr": "event_key", **inherited}],
        "measures": measures,
        "dimensions": [
            {"name": "reported_on", "type": "time", "expr": None, "label": None, **inherited},
            *(
                {"name": d, "type": "categorical", "expr": None, "label": None, **inherited}
                for d in dimensions
            ),
        ],
        **inherited,
    }


def _measure(name: str, agg: str, expr: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "agg": agg, "expr": expr, "agg_time_dimension": None, **more}


def _simple(name: str, measure: str, zh: str, en: str, where: str = "") -> dict[str, Any]:
    templates = [{"where_sql_template": where}] if where else []
    return {
        "name": name,
        "description": "",
        "type": "simple",
        "type_params": {"measure": {"name": measure, "filter": None}},
        "filter": {"where_filters": templates} if where else None,
        "label": en,
        "config": {"meta": {"label_zh": zh, "label_en": en, "unit_zh": "件", "decimals": 1}},
    }


def contract(feed: str = "hotline", personal: bool = False) -> Contract:
    """The contract of a feed of the town: the number is its key, the author a pseudonym."""
    fields = (
        Field("number", "string", "编号", "number", "", (), required=True, key_position=1),
        Field("author", "string", "来电人", "author", "", (), protection="pseudonym",
              encrypted_name="author_pseudonym"),
    )  # fmt: skip
    return Contract(
        feed=feed, module="town", version="1.0.0", title_zh="热线", title_en="Hotline",
        description="", fields=fields, rules=(), reading=Reading(), relation=Relation("upsert"),
        as_of=(), service_level=ServiceLevel(), reject_limit=0.3, personal=personal,
    )  # fmt: skip


def stage(connection: duckdb.DuckDBPyConnection, feed: str = "hotline") -> None:
    """The staging model of a feed: the latest row of each number is in force."""
    connection.execute(
        f"create or replace view staging.stg_town__{feed} as "
        "select b.*, d.unit as _unit, d.as_of as _as_of, d.sha256 as _sha256 "
        f"from bronze.{feed} as b join bronze.drops as d on d.drop_id = b._drop_id "
        "qualify row_number() over (partition by number order by d.as_of desc, _record desc) = 1"
    )
