"""A small lake that keeps every promise: bronze of the project's contracts, and marts by hand.

``broken`` lists statements that each break one promise.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from civic.lake import open_lake
from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import Contract, load_contracts

CONTRACTS: dict[str, Contract] = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
LINEAGE = "_drop_id varchar, _record bigint, _line bigint, _sheet varchar"
PLACE = "city_code varchar, district_code varchar, street_code varchar, "
PLACE += "community_code varchar, grid_code varchar"

MARTS = {
    "dim_place": "place_version_key varchar, place_code varchar, level varchar, "
    f"place_name varchar, parent_code varchar, {PLACE}, urban_rural_code varchar, "
    "valid_from date, valid_to date, is_current boolean",
    "fct_place_registered": "place_registered_key varchar, place_code varchar, register_date date",
    "bridge_place_succession": "place_code varchar, to_date date, stands_at_code varchar",
    "fct_event": "event_key varchar, feed varchar, event_no varchar, category varchar, "
    "longitude double, latitude double, reported_at timestamp, closed_at timestamp, "
    "is_due boolean, is_closed boolean, has_impossible_times boolean, is_in_time boolean, "
    "is_overdue boolean, handling_hours double, source_rows integer",
    "fct_organisation": "organisation_key varchar, feed varchar, organisation_name varchar",
    "dim_unit": "unit_code varchar, unit_name varchar",
    "dim_staff": "staff_no varchar, unit_code varchar",
    "dim_post": "post varchar, is_in_catalogue boolean, holder_count integer",
    "bridge_staff_post": "staff_post_key varchar, staff_no varchar, post varchar, since date, "
    "until date",
    "bridge_person_organisation": "person_organisation_key varchar, person_key varchar, "
    "organisation_key varchar, relation varchar",
    "fct_service": "service_key varchar, parent_key varchar, level varchar, feed varchar, "
    "service_count bigint, is_hidden boolean",
    "rpt_service_chain": "link varchar, feed varchar, thing_count bigint, broken_count bigint",
    "dim_person": "person_key varchar, resident_kind varchar, sex varchar, birth_date date, "
    "as_of timestamp",
    "dim_person_history": "person_version_key varchar, person_key varchar, valid_from date, "
    "valid_to date, is_current boolean",
    "bridge_person_dwelling": "stay_key varchar",
    "rpt_residence_chain": "link varchar, thing_count bigint, broken_count bigint",
    "dim_dwelling": "dwelling_code varchar",
    "fct_event_stage": "stage_key varchar, event_key varchar, event_feed varchar, "
    "event_no varchar, stage varchar, step_no integer, hours_since_previous double",
    "fct_object": f"object_key varchar, feed varchar, object_no varchar, net varchar, {PLACE}",
    "dim_prevention_net": "net varchar",
    "bridge_object_place": "object_key varchar, place_code varchar, is_finest boolean",
    "fct_net_coverage": "net_coverage_key varchar, resource_count integer, is_covered boolean",
    "fct_sentiment": "sentiment_key varchar, feed varchar, kind varchar, occurred_at timestamp, "
    "weight double, first_contact_at timestamp, resolved_at timestamp",
    "fct_activity": "activity_key varchar, feed varchar, kind varchar, occurred_at timestamp, "
    "amount double",
    "fct_reading": "reading_key varchar, feed varchar, read_at timestamp, value double, "
    "is_object_known boolean",
    "fct_organisation_feedback": "feedback_key varchar, organisation_key varchar, "
    "answered_by varchar, is_answered boolean, is_missing boolean",
    "bridge_organisation_feedback": "feedback_key varchar, answered_by varchar, is_known boolean",
    "dim_organisation_full_record": "organisation_key varchar, units_asked integer, "
    "units_answered integer, units_missing integer",
    "fct_work_item": "work_item_key varchar, unit_label varchar, phase varchar, is_expected "
    "boolean, is_told boolean, is_due boolean, is_in_time boolean, is_late boolean, "
    "is_missing boolean",
    "fct_work_order_step": "work_order_step_key varchar, order_no varchar, step varchar, "
    "hours_since_previous double",
    "fct_work_order": "work_order_key varchar, route varchar, standing varchar, is_due boolean, "
    "is_in_time boolean, is_stuck boolean, has_impossible_times boolean",
    "fct_delivery": "delivery_key varchar, cadence varchar, is_due boolean, is_in_time boolean, "
    "is_late boolean, is_missing boolean",
    **{
        f"bridge_{name}_source": f"{key}_key varchar, feed varchar, drop_id varchar, "
        "record bigint, line bigint, sheet varchar, is_anchor boolean"
        for name, key in (
            ("event_stage", "stage"),
            ("organisation_feedback", "feedback"),
            *((n, n) for n in ("object", "net_coverage", "sentiment", "activity", "reading")),
            *((n, n) for n in ("work_item", "work_order", "work_order_step", "delivery")),
        )
    },
    **{
        f"bridge_{name}_source": f"{name}_key varchar, feed varchar, drop_id varchar, "
        "record bigint, line bigint, sheet varchar, is_anchor boolean"
        for name in ("event", "organisation")
    },
    "bridge_place_source": "place_registered_key varchar, feed varchar, drop_id varchar, "
    "record bigint, line bigint, sheet varchar, is_anchor boolean",
}

INTERMEDIATE = {
    "int_delivery_told": "drop_id varchar",
    "int_reporting_duty_current": "unit varchar, sent_feed varchar",
    "int_service_level": "feed varchar",
}

ROWS = (
    "insert into bronze.drops values ('d1', 'u01', 'citizen_message', 'a.csv', repeat('a', 64), "
    "'accepted', 4, 2, 1, 1, 1)",
    "insert into bronze.outcomes values ('d1', 'citizen_message', 3, 4, null, 'rejected', 'date'), "
    "('d1', 'citizen_message', 4, 5, null, 'repeated', 'same'), "
    "('d1', 'citizen_message', null, 1, null, 'left_out', 'title')",
    "insert into bronze.findings values ('d1', 'citizen_message', 3, 'date', 'reject', 'x')",
    "insert into bronze.citizen_message by name select 'd1' as _drop_id, n as _record, "
    "n + 1 as _line, 'M' || n as message_no, '路灯不亮' as subject, "
    "timestamp '2026-01-01' as sent_at from range(1, 3) as r(n)",
    "insert into marts.dim_place by name select * from (values "
    "('v1', '9901', 'city', '示范市', null, date '2021-01-01', null::date, true), "
    "('v2', '990101', 'district', '望湖区', '9901', date '2021-01-01', date '2022-01-01', false), "
    "('v3', '990101', 'district', '望湖新区', '9901', date '2022-01-01', null, true)) as places "
    "(place_version_key, place_code, level, place_name, parent_code, valid_from, valid_to, "
    "is_current)",
    "insert into marts.fct_event by name select 'citizen_message:M' || n as event_key, "
    "'citizen_message' as feed, 'M' || n as event_no, timestamp '2026-01-01' as reported_at, "
    "timestamp '2026-01-02' as closed_at, true as is_due, true as is_closed, "
    "false as has_impossible_times, true as is_in_time, false as is_overdue, "
    "24.0 as handling_hours, 1 as source_rows from range(1, 3) as r(n)",
    "insert into marts.bridge_event_source select 'citizen_message:M' || n, 'citizen_message', "
    "'d1', n, n + 1, null, true from range(1, 3) as r(n)",
    "insert into marts.dim_person values "
    "('1f0a3301013800138000bb', 'registered', '2', '1980-01-01', '2026-01-01')",
    "insert into marts.dim_person_history values "
    "('1f@1', '1f', '2025-01-01', '2026-01-01', false), ('1f@2', '1f', '2026-01-01', null, true)",
    "insert into marts.rpt_residence_chain values ('dwelling_has_building', 100, 10)",
    "insert into marts.dim_unit values ('U1', '望湖街道')",
    "insert into marts.dim_post values ('mediator', true, 1)",
    "insert into marts.bridge_staff_post values ('p1', 'S2', 'mediator', '2025-01-01', null)",
    "insert into marts.fct_service values ('feed|s', null, 'feed', 's', 20, false), "
    "('month|s|1', 'feed|s', 'month', 's', 8, false), "
    "('month|s|2', 'feed|s', 'month', 's', null, true), "
    "('month|s|3', 'feed|s', 'month', 's', null, true)",
    "insert into marts.rpt_service_chain values ('service_person_is_known', 's', 20, 2)",
    "insert into marts.dim_prevention_net values ('video'), ('community')",
    "insert into marts.fct_object by name select 'camera:C1' as object_key, 'camera' as feed, "
    "'C1' as object_no, 'video' as net, '9901' as city_code",
    "insert into marts.bridge_object_source values "
    "('camera:C1', 'citizen_message', 'd1', 1, 2, null, true)",
    "insert into marts.bridge_object_place values ('camera:C1', '9901', true)",
    "insert into marts.fct_net_coverage values ('video:a', 1, true), ('community:a', 0, false)",
    "insert into marts.bridge_net_coverage_source values "
    "('video:a', 'citizen_message', 'd1', 1, 2, null, true), "
    "('community:a', 'citizen_message', 'd1', 1, 2, null, true)",
    "insert into marts.fct_event_stage values ('s1', 'citizen_message:M1', 'citizen_message', "
    "'M1', 'reported', 1, null), ('s2', 'citizen_message:M1', 'citizen_message', 'M1', "
    "'accepted', 2, 1.5)",
    "insert into marts.bridge_event_stage_source values "
    "('s1', 'citizen_message', 'd1', 1, 2, null, true), "
    "('s2', 'citizen_message', 'd1', 1, 2, null, true)",
    "insert into marts.fct_organisation_feedback values ('o:union', 'o', 'union', true, false), "
    "('o:women', 'o', 'women', false, true)",
    "insert into marts.bridge_organisation_feedback_source values "
    "('o:union', 'citizen_message', 'd1', 1, 2, null, true), "
    "('o:women', 'citizen_message', 'd1', 1, 2, null, true)",
    "insert into marts.dim_organisation_full_record values ('o', 2, 1, 1)",
    "insert into marts.fct_work_item values "
    "('w1', 'U1', 'plan', true, true, true, true, false, false), "
    "('w2', 'U1', 'summary', true, false, true, false, false, true)",
    "insert into marts.bridge_work_item_source values "
    "('w1', 'citizen_message', 'd1', 1, 2, null, true), "
    "('w2', 'citizen_message', 'd1', 1, 2, null, true)",
    "insert into marts.fct_delivery values "
    "('u01:citizen_message:1', 'month', true, true, false, false), "
    "('u01:citizen_message:2', 'month', true, false, false, true)",
    "insert into marts.bridge_delivery_source values "
    "('u01:citizen_message:1', 'citizen_message', 'd1', 0, null, null, true), "
    "('u01:citizen_message:2', 'citizen_message', 'd1', 0, null, null, true)",
    "insert into intermediate.int_delivery_told values ('d1')",
    "insert into intermediate.int_service_level values ('citizen_message')",
    "insert into intermediate.int_reporting_duty_current values ('u01', 'citizen_message')",
    "insert into marts.dim_staff values ('13800138000', 'U1'), ('S2', 'U1'), ('S3', 'U1')",
)


def lake_of(home: Path, *broken: str) -> Settings:
    """Make the lake in ``home``, and break what the statements break."""
    settings = Settings(
        home=home,
        contract_paths=(PROJECT_ROOT / "ingestion" / "contracts",),
        catalog="",
        data_path=str(home / "lake" / "data"),
        settle_seconds=0.0,
        memory_limit="1GiB",
        threads=2,
    )
    with open_lake(settings) as lake:
        _make_tables(lake)
        for statement in (*ROWS, *broken):
            lake.execute(statement)
    return settings


def cells_of(**changed: object) -> pl.DataFrame:
    """One cell that keeps every promise, but for what is changed."""
    cell = {
        "cell_id": "c0123456789ab",
        "report": "handling",
        "metric": "on_time_rate",
        "level": "all",
        "place_code": "all",
        "grain": "month",
        "period": "2026-01",
        "slices": "",
        "value": 0.5,
        "numerator": 1.0,
        "denominator": 2.0,
        "fact_rows": 2,
        "source_rows": 3,
    }
    return pl.DataFrame([cell | changed])


def _make_tables(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("create schema lake.marts")
    lake.execute(
        "create table bronze.drops (drop_id varchar, unit varchar, feed varchar, "
        "file_name varchar, sha256 varchar, status varchar, records bigint, accepted bigint, "
        "rejected bigint, repeated bigint, left_out bigint)"
    )
    lake.execute(
        "create table bronze.outcomes (drop_id varchar, feed varchar, record bigint, "
        "line bigint, sheet varchar, outcome varchar, code varchar)"
    )
    lake.execute(
        "create table bronze.findings (drop_id varchar, feed varchar, record bigint, "
        "code varchar, severity varchar, value_found varchar)"
    )
    for contract in CONTRACTS.values():
        fields = ", ".join(f'"{f.bronze_name}" {f.bronze_type}' for f in contract.bronze_fields)
        lake.execute(f"create table bronze.{contract.feed} ({fields}, {LINEAGE})")
    for name, columns in MARTS.items():
        lake.execute(f"create table marts.{name} ({columns})")
    lake.execute("create schema lake.intermediate")
    for name, columns in INTERMEDIATE.items():
        lake.execute(f"create table intermediate.{name} ({columns})")
