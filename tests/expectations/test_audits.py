"""What audits let pass, what they stop, and what they say about it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from civic.lake import open_lake
from civic.settings import Settings
from expectations import AuditResult, Verdict, audit
from expectations.checks import no_rows
from tests.expectations.town import CONTRACTS, cells_of, lake_of

ELEMENTS = {
    *("place", "event", "organisation", "person", "event_stage", "object", "sentiment"),
    *("activity", "reading", "feedback", "work_item", "work_order", "residence"),
    *("service", "delivery"),
}

#: statement that breaks a promise -> (table, words of the promise, severity)
BROKEN = {
    "update marts.fct_delivery set is_late = true": (
        "marts.fct_delivery",
        "what is due is in time, late or missing",
        "blocking",
    ),
    "insert into intermediate.int_delivery_told values ('d9')": (
        "marts.bridge_delivery_source",
        "every drop of a feed that is sent by a period counts for one",
        "blocking",
    ),
    "insert into intermediate.int_reporting_duty_current values ('u01', 'no_feed')": (
        "intermediate.int_reporting_duty_current",
        "every duty is about a feed that is sent by a period",
        "warning",
    ),
    "insert into bronze.citizen_message by name select 'd1' as _drop_id, 9 as _record, "
    "10 as _line, null as message_no, '请回电13800138000，谢谢' as subject, "
    "timestamp '2026-01-01' as sent_at": ("bronze.citizen_message", "no citizen id", "blocking"),
    "insert into bronze.citizen_message by name select 'd1' as _drop_id, 9 as _record, "
    "11 as _line, 'M1' as message_no, '身份证11010519491231002X' as subject, "
    "timestamp '2026-01-01' as sent_at": ("bronze.citizen_message", "no key stands", "blocking"),
    "insert into bronze.citizen_message by name select 'd0' as _drop_id, 1 as _record, "
    "1 as _line, 'M8' as message_no, 'a' as subject, timestamp '2026-01-01' as sent_at": (
        "bronze.citizen_message",
        "belongs to a drop that is known",
        "blocking",
    ),
    "insert into bronze.service_request by name select 'd1' as _drop_id, 1 as _record, "
    "1 as _line, 'S1' as request_no, timestamp '2026-01-01' as created_at, 'lost' as status, "
    "'a' as category": ("bronze.service_request", "in its code list: every status", "blocking"),
    "insert into bronze.drops values ('d2', 'u01', 'citizen_message', 'b.csv', 'b', "
    "'accepted', 9, 1, 1, 1, 0)": ("bronze.drops", "conservation", "blocking"),
    "insert into bronze.outcomes values "
    "('d1', 'citizen_message', 5, 6, null, 'rejected', 'date')": (
        "bronze.outcomes",
        "is on record",
        "blocking",
    ),
    "delete from bronze.findings": ("bronze.findings", "says why", "warning"),
    "insert into marts.dim_place by name select 'v4' as place_version_key, '990101' as "
    "place_code, 'district' as level, '9901' as parent_code, date '2021-06-01' as valid_from": (
        "marts.dim_place",
        "do not overlap",
        "blocking",
    ),
    "insert into marts.dim_place by name select 'v5' as place_version_key, '990909' as "
    "place_code, 'district' as level, '9909' as parent_code, date '2021-06-01' as valid_from": (
        "marts.dim_place",
        "has a parent",
        "warning",
    ),
    "update marts.fct_event set closed_at = '2025-12-31' where event_no = 'M1'": (
        "marts.fct_event",
        "are called out",
        "blocking",
    ),
    "update marts.fct_event set handling_hours = -1 where event_no = 'M1'": (
        "marts.fct_event",
        "handling_hours lies within",
        "blocking",
    ),
    "update marts.bridge_event_source set is_anchor = false where event_key like '%M2'": (
        "marts.bridge_event_source",
        "exactly one anchor",
        "blocking",
    ),
    "alter table bronze.resident add column citizen_id varchar": (
        "bronze.drops",
        "no protected field",
        "blocking",
    ),
    "update marts.fct_object set net = 'roof'": (
        "marts.fct_object",
        "one of the seven",
        "blocking",
    ),
    "update marts.fct_net_coverage set is_covered = true": (
        "marts.fct_net_coverage",
        "has a resource",
        "blocking",
    ),
    "update marts.fct_event_stage set event_key = 'x' where stage_key = 's2'": (
        "marts.fct_event_stage",
        "of a matter that is known",
        "warning",
    ),
    "update marts.fct_event_stage set hours_since_previous = -1 where stage_key = 's2'": (
        "marts.fct_event_stage",
        "hours_since_previous lies within",
        "blocking",
    ),
    "insert into marts.fct_work_order values "
    "('f:1:u', 'point_to_point', 'received', false, false, true, false)": (
        "marts.fct_work_order",
        "what is stuck is due",
        "blocking",
    ),
    "insert into marts.fct_work_order values "
    "('f:1:u', 'point_to_point', 'done', true, true, false, true)": (
        "marts.fct_work_order",
        "before one that it must follow",
        "warning",
    ),
    "update marts.fct_organisation_feedback set is_missing = true": (
        "marts.fct_organisation_feedback",
        "there or missing",
        "blocking",
    ),
    "update marts.dim_organisation_full_record set units_missing = 0": (
        "marts.dim_organisation_full_record",
        "answered + missing",
        "blocking",
    ),
    "insert into marts.bridge_organisation_feedback values ('x:union', 'union', false)": (
        "marts.bridge_organisation_feedback",
        "organisations of the list",
        "warning",
    ),
    "update marts.fct_work_item set is_late = true where work_item_key = 'w1'": (
        "marts.fct_work_item",
        "only one of them",
        "blocking",
    ),
    "update marts.fct_work_item set is_told = true where work_item_key = 'w2'": (
        "marts.fct_work_item",
        "was not told",
        "blocking",
    ),
    "insert into marts.fct_sentiment by name select 'a' as sentiment_key, 'f' as feed, "
    "'visit' as kind": ("marts.bridge_sentiment_source", "exactly one anchor", "blocking"),
    "update marts.dim_person set sex = 'M'": (
        "marts.dim_person",
        "sex is in its code list",
        "blocking",
    ),
    "insert into marts.dim_person_history values ('1e@1', '1e', '2025-01-01', null, false)": (
        "marts.dim_person_history",
        "exactly one current version",
        "blocking",
    ),
    "update marts.dim_person_history set valid_to = '2026-02-01' where not is_current": (
        "marts.dim_person_history",
        "ends where the next begins",
        "blocking",
    ),
    "insert into marts.rpt_residence_chain values ('person_has_dwelling_code', 3, 4)": (
        "marts.rpt_residence_chain",
        "no more is broken than there is",
        "blocking",
    ),
    "insert into marts.rpt_residence_chain values ('building_has_coordinates', 100, 11)": (
        "marts.rpt_residence_chain",
        "of a link is broken",
        "warning",
    ),
    "insert into marts.fct_service values ('month|t|1', 'feed|t', 'month', 't', 4, false)": (
        "marts.fct_service",
        "no count below 5 is shown",
        "blocking",
    ),
    "insert into marts.fct_service values ('city|s|2', 'month|s|2', 'city', 's', 9, false)": (
        "marts.fct_service",
        "below a hidden cell is hidden",
        "blocking",
    ),
    "insert into marts.fct_service values ('feed|u', null, 'feed', 'u', 30, false), "
    "('month|u|1', 'feed|u', 'month', 'u', 20, false), "
    "('month|u|2', 'feed|u', 'month', 'u', null, true)": (
        "marts.fct_service",
        "comes back by subtraction",
        "blocking",
    ),
    "insert into marts.rpt_service_chain values ('service_has_person', 's', 3, 4)": (
        "marts.rpt_service_chain",
        "no more is broken than there is",
        "blocking",
    ),
    "insert into marts.rpt_service_chain values ('service_worker_is_known', 's', 100, 11)": (
        "marts.rpt_service_chain",
        "of a link is broken",
        "warning",
    ),
    "insert into marts.dim_post values ('clerk', false, 1)": (
        "marts.dim_post",
        "every post is in the catalogue",
        "warning",
    ),
    "insert into marts.bridge_staff_post values ('p2', 'S3', 'mediator', '2025-01-02', "
    "'2025-01-01')": ("marts.bridge_staff_post", "leaves a post before", "blocking"),
    "insert into marts.bridge_person_organisation values ('r1', '1f', 'none', 'staff')": (
        "marts.bridge_person_organisation",
        "to an organisation that is known",
        "blocking",
    ),
    "insert into marts.bridge_place_succession values ('9901', '2021-01-01', 'nowhere')": (
        "marts.bridge_place_succession",
        "a place of the other register",
        "blocking",
    ),
    "insert into marts.dim_unit values ('13800138001', '甲'), ('13800138002', '乙')": (
        "marts.dim_unit",
        "no citizen id",
        "blocking",
    ),
    "drop table marts.dim_dwelling": (
        "marts.dim_dwelling",
        "dwelling_code is always there",
        "blocking",
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Verdict]:
    settings = lake_of(tmp_path_factory.mktemp("sound"))
    return settings, audit(settings, CONTRACTS, cells_of())


@pytest.fixture(scope="module")
def unsound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Verdict]:
    """One lake in which every promise of BROKEN is broken, and a cell that cannot be."""
    settings = lake_of(tmp_path_factory.mktemp("unsound"), *BROKEN)
    return settings, audit(settings, CONTRACTS, cells_of(value=0.7, source_rows=1))


def failures(verdict: Verdict) -> list[AuditResult]:
    return [result for result in verdict.results if not result.success]


def test_a_sound_lake_passes_every_check(sound: tuple[Settings, Verdict]) -> None:
    _, verdict = sound
    assert failures(verdict) == []
    assert verdict.passed
    assert {r.suite for r in verdict.results} == {"bronze", *ELEMENTS, "cells"}


def test_a_number_that_looks_like_a_phone_is_no_leak_of_phones(
    sound: tuple[Settings, Verdict],
) -> None:
    settings, verdict = sound
    with open_lake(settings) as lake:
        numbers = lake.execute("select staff_no from marts.dim_staff").fetchall()
    assert ("13800138000",) in numbers
    assert verdict.passed


@pytest.mark.usefixtures("other_processes")
def test_another_process_changes_nothing_of_the_verdict(
    unsound: tuple[Settings, Verdict],
) -> None:
    settings, verdict = unsound
    docs = settings.quality / "data_docs"
    pages = {path.name for path in docs.rglob("*.html")}
    (settings.quality / "audited.json").unlink(missing_ok=True)
    assert audit(settings, CONTRACTS, cells_of(value=0.7, source_rows=1)) == verdict
    assert {path.name for path in docs.rglob("*.html")} == pages


@pytest.mark.parametrize("promise", BROKEN.values(), ids=lambda p: f"{p[0]}: {p[1]}")
def test_a_broken_promise_is_found(
    promise: tuple[str, str, str], unsound: tuple[Settings, Verdict]
) -> None:
    table, words, severity = promise
    found = [r for r in failures(unsound[1]) if r.table == f"lake.{table}" and words in r.en]
    assert [r.severity for r in found] == [severity]
    assert found[0].observed
    assert found[0].zh


def test_cells_that_do_not_add_up_are_found(unsound: tuple[Settings, Verdict]) -> None:
    columns = {r.column for r in failures(unsound[1]) if r.suite == "cells"}
    assert columns == {"value", "source_rows"}


def test_a_blocking_failure_forbids_publishing_and_a_warning_does_not(
    unsound: tuple[Settings, Verdict],
) -> None:
    _, verdict = unsound
    assert not verdict.passed
    assert verdict.to_dict()["passed"] is False
    assert Verdict(tuple(verdict.warnings)).passed


def test_what_is_said_names_columns_and_counts_and_never_the_identifier(
    unsound: tuple[Settings, Verdict],
) -> None:
    settings, verdict = unsound
    leak = next(
        r
        for r in failures(verdict)
        if r.table == "lake.bronze.citizen_message" and "no citizen id" in r.en
    )
    assert leak.observed == "1 rows: column_name=subject, found=2"
    written = [settings.quality / "verdict.json", *settings.quality.rglob("*.html")]
    assert len(written) > 40
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert "13800138000" not in text
        assert "11010519491231002X" not in text


def test_a_missing_table_fails_and_says_so(unsound: tuple[Settings, Verdict]) -> None:
    missing = [r for r in failures(unsound[1]) if r.table == "lake.marts.dim_dwelling"]
    assert missing
    assert all("does not exist" in r.observed for r in missing)


def test_the_verdict_and_the_data_docs_are_kept(sound: tuple[Settings, Verdict]) -> None:
    settings, verdict = sound
    assert json.loads((settings.quality / "verdict.json").read_text()) == verdict.to_dict()
    index = settings.quality / "data_docs" / "index.html"
    assert "bronze.drops" in index.read_text(encoding="utf-8")
    assert sorted(p.name for p in settings.quality.iterdir()) == [
        "audited.json",
        "data_docs",
        "verdict.json",
    ]


def test_great_expectations_does_not_phone_home(sound: tuple[Settings, Verdict]) -> None:
    assert sound
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert "posthog" not in sys.modules


def test_braces_in_a_query_are_no_places_for_the_batch() -> None:
    check = no_rows("lake.marts.t", "select 'a{2}'", "无", "none")
    assert check.arguments["unexpected_rows_query"].format(batch="b") == "/* b */ select 'a{2}'"


def test_auditing_without_marts_is_a_failed_verdict_and_no_crash(tmp_path: Path) -> None:
    settings = lake_of(tmp_path, "drop schema marts cascade")
    verdict = audit(settings, CONTRACTS)
    assert not verdict.passed
    assert {r.suite for r in verdict.blocking_failures} == ELEMENTS
