"""What the figures promise before they are published."""

from __future__ import annotations

from expectations.checks import Suite, in_set, no_rows, not_null, unique

GRAINS = ("all", "year", "half_year", "quarter", "month", "week", "day")

CELLS = "memory.main.cells"
LEVELS = ("all", "city", "district", "street", "community", "grid")


def cells() -> Suite:
    """Checks of the cells that are about to be published."""
    return Suite(
        "cells",
        (
            *not_null(
                CELLS,
                *("cell_id", "report", "metric", "level", "place_code", "grain", "period"),
                *("slices", "fact_rows", "source_rows"),
            ),
            unique(CELLS, "cell_id"),
            in_set(CELLS, "level", LEVELS),
            in_set(CELLS, "grain", GRAINS),
            no_rows(
                CELLS,
                f"select cell_id from {CELLS} where isnan(value) or isinf(value)",
                "数字均为有限值",
                "every figure is finite",
                column="value",
            ),
            no_rows(
                CELLS,
                f"select cell_id from {CELLS} where numerator is not null and denominator <> 0 "
                "and value is distinct from numerator / denominator",
                "比率等于分子除以分母",
                "a ratio is its numerator divided by its denominator",
                column="value",
            ),
            no_rows(
                CELLS,
                f"select cell_id, fact_rows, source_rows from {CELLS} "
                "where fact_rows < 0 or source_rows < fact_rows",
                "每条事实至少有一行来源",
                "every row counted has at least one source row",
                column="source_rows",
            ),
        ),
    )
