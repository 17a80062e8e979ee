"""The metrics as dbt writes them down, and MetricFlow's answers from the same manifest."""

import csv
import subprocess
import sys

from analytics.reports.declarations import load_declarations
from civic.dbt_runner import dbt_environment, project_folder

METRICS = {
    "events_received",
    "events_due",
    "events_in_time",
    "events_overdue",
    "on_time_rate",
    "closed_count",
    "median_handling_hours",
    "impossible_times",
    "places_registered",
    "organisations_registered",
    "records_in_force",
    "stages_passed",
    "side_roads_taken",
    "median_hours_to_stage",
    "objects_registered",
    "net_resources",
    "net_communities",
    "net_communities_covered",
    "net_coverage_rate",
    "feedback_asked",
    "feedback_answered",
    "feedback_missing",
    "feedback_contradictory",
    "feedback_rate",
    "sentiments_recorded",
    "sentiments_resolved",
    "sentiments_satisfied",
    "mean_sentiment_score",
    "activities_held",
    "activity_amount",
    "readings_taken",
    "mean_reading",
    "work_order_steps",
    "median_hours_to_work_order_step",
    "deliveries_due",
    "deliveries_received",
    "deliveries_in_time",
    "deliveries_late",
    "deliveries_missing",
    "grids_of_deliveries_due",
    "grids_of_deliveries_received",
    "delivery_completeness",
    "delivery_timeliness",
    "delivery_coverage",
    "work_orders",
    "work_orders_received",
    "work_order_receipt_rate",
    "work_orders_open",
    "work_orders_due",
    "work_orders_in_time",
    "work_orders_stuck",
    "work_order_in_time_rate",
    "work_orders_impossible_times",
    "supervisions_of_work_orders",
    "trainings_after_work_orders",
    "process_changes_after_work_orders",
    "median_hours_to_receipt",
    "median_hours_to_feedback",
    "median_hours_until_done",
    "median_hours_from_first_deployment",
    "median_hours_to_assessment",
    "mean_work_order_score",
    "work_items_told",
    "work_items_due",
    "work_items_done",
    "work_items_in_time",
    "work_items_late",
    "work_items_missing",
    "work_item_rate",
}
PLACES = {"city_code", "district_code", "street_code", "community_code", "grid_code"}


def metric_flow(built, tmp_path, metrics, group_by):
    """Rows of ``mf query``, as text; the oracle that knows nothing of our own report engine."""
    answer = tmp_path / "answer.csv"
    query = ["query", "--metrics", metrics, "--csv", str(answer)]
    query += ["--group-by", group_by] if group_by else []
    done = subprocess.run(
        [sys.executable, "-c", "from dbt_metricflow.cli.main import cli; cli()", *query],
        cwd=project_folder(built.settings),
        env=dbt_environment(built.settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with answer.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_metric_says_what_it_is_called_and_which_way_is_good(built):
    metrics = {m["name"]: m["config"]["meta"] for m in built.semantic_manifest["metrics"]}
    reported = {name for report in load_declarations().values() for name in report.metrics}
    assert set(metrics) == METRICS | reported | _parts_of_rates(built)
    for name, meta in metrics.items():
        assert set(meta) >= {"label_zh", "label_en", "unit_zh", "unit_en", "decimals"}, name
        assert meta["direction"] in ("up", "down", "neutral"), name


def _parts_of_rates(built) -> set[str]:
    """Names of the metrics that are numerator or denominator of another."""
    params = [m["type_params"] for m in built.semantic_manifest["metrics"]]
    parts = [p.get(part) for p in params for part in ("numerator", "denominator")]
    return {part["name"] for part in parts if part}


def test_every_semantic_model_has_the_places_and_labels_in_both_languages(built):
    for model in built.semantic_manifest["semantic_models"]:
        dimensions = {d["name"]: d for d in model["dimensions"]}
        assert set(dimensions) >= PLACES, model["name"]
        for name, dimension in dimensions.items():
            meta = dimension["config"]["meta"]
            assert meta["label_zh"] and meta["label_en"], name


def test_due_matters_are_counted_when_they_were_due_and_handling_when_closed(built):
    (event,) = [m for m in built.semantic_manifest["semantic_models"] if m["name"] == "event"]
    times = {m["name"]: m["agg_time_dimension"] for m in event["measures"]}
    assert times == {
        "events_received_count": "reported_at",
        "events_due_count": "due_at",
        "events_in_time_count": "due_at",
        "events_overdue_count": "due_at",
        "closed_event_count": "closed_at",
        "handling_hours_median": "closed_at",
        "handling_hours_average": "closed_at",
        "events_closed_in_time_count": "closed_at",
        "events_open_overdue_count": "due_at",
        **dict.fromkeys(
            (
                "events_handled_count",
                "events_accepted_so_far_count",
                "events_dispatched_so_far_count",
                "events_handled_so_far_count",
                "events_closed_of_received_count",
                "events_returned_count",
                "events_reopened_count",
                "events_extended_count",
                "events_suspended_count",
                "events_verified_count",
                "events_verified_at_once_count",
                "events_valid_count",
            ),
            "reported_at",
        ),
        "impossible_times_count": "reported_at",
    }


def test_metricflow_answers_as_the_marts_do(built, query, tmp_path):
    metrics = "events_due,events_overdue,on_time_rate,median_handling_hours,impossible_times"
    answer = metric_flow(built, tmp_path, metrics, "event_key__feed")
    expected = query(
        "select feed, count(*) filter (where is_due), count(*) filter (where is_overdue), "
        "count(*) filter (where is_in_time) / nullif(count(*) filter (where is_due), 0), "
        "median(handling_hours), count(*) filter (where has_impossible_times) "
        "from marts.fct_event group by feed order by feed"
    )
    found = [
        (r["event_key__feed"], *(float(v) if v else None for v in list(r.values())[1:]))
        for r in sorted(answer, key=lambda r: r["event_key__feed"])
    ]
    assert len(found) == 6
    assert [tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in found] == [
        (row[0], *(None if v is None else round(float(v), 6) for v in row[1:])) for row in expected
    ]


def test_metricflow_answers_alike_for_one_kind_and_for_how_units_handle(built, query, tmp_path):
    metrics = "visits_made,handled_rate,closing_rate,mean_handling_hours"
    (answer,) = metric_flow(built, tmp_path, metrics, "")
    (expected,) = query(
        "select "
        "(select count(*) from marts.fct_sentiment where kind = 'visit'), "
        "avg((handled_at is not null or closed_at is not null)::integer), "
        "avg(is_closed::integer), avg(handling_hours) "
        "from marts.fct_event"
    )
    assert all(expected)
    found = [round(float(value), 6) for value in answer.values()]
    assert found == [round(float(value), 6) for value in expected]
