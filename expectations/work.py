"""What work items and work orders promise: missing is not told, late is told, lineage."""

from __future__ import annotations

from expectations.checks import Suite, between, in_set, lineage, no_rows, not_null

ITEMS, STEPS = "lake.marts.fct_work_item", "lake.marts.fct_work_order_step"
ORDERS = "lake.marts.fct_work_order"
PHASES = ("plan", "implementation", "summary")


def work_item() -> Suite:
    """Checks of ``fct_work_item``."""
    return Suite(
        "work_item",
        (
            *lineage("fct_work_item", "work_item_key", "bridge_work_item_source"),
            in_set(ITEMS, "phase", PHASES, "warning"),
            no_rows(
                ITEMS,
                f"select work_item_key from {ITEMS} where is_missing and is_told",
                "缺报的均未填报",
                "what is missing was not told",
            ),
            no_rows(
                ITEMS,
                f"select work_item_key from {ITEMS} where is_due and "
                "cast(is_in_time as integer) + cast(is_late as integer) "
                "+ cast(is_missing as integer) <> 1",
                "到期应办的必居其一：按期、逾期、缺报",
                "what is due is in time, late or missing, and only one of them",
            ),
            no_rows(
                ITEMS,
                f"select unit_label, count(*) as phases from {ITEMS} "
                "where is_told and not is_expected group by unit_label",
                "填报的均为应办",
                "units tell of what they owe",
                severity="warning",
            ),
        ),
    )


def work_order() -> Suite:
    """Checks of ``fct_work_order_step`` and ``fct_work_order``."""
    return Suite(
        "work_order",
        (
            *lineage("fct_work_order_step", "work_order_step_key", "bridge_work_order_step_source"),
            *not_null(STEPS, "order_no", "step"),
            between(STEPS, "hours_since_previous", 0, None),
            *lineage("fct_work_order", "work_order_key", "bridge_work_order_source"),
            in_set(ORDERS, "route", ("point_to_point", "level_by_level")),
            in_set(ORDERS, "standing", ("deployed", "received", "fed_back", "done"), "warning"),
            no_rows(
                ORDERS,
                f"select work_order_key from {ORDERS} "
                "where is_stuck and (is_in_time or not is_due)",
                "逾期未结的均已到期且未办结",
                "what is stuck is due and was not done",
            ),
            no_rows(
                ORDERS,
                f"select work_order_key from {ORDERS} where has_impossible_times",
                "工单步骤先后不颠倒",
                "no step of an order stands before one that it must follow",
                severity="warning",
            ),
        ),
    )
