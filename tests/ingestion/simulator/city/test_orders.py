from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from ingestion.simulator.city.calendar import Calendar
from ingestion.simulator.city.orders import Orders, work_orders

UNITS = pl.DataFrame(
    [("C", "city", None), ("D", "district", "C"), ("S", "street", "D"), ("P", "street", "S"),
     *((f"K{n}", "community", "S") for n in range(200))],
    schema=["unit_code", "level", "parent_code"],
    orient="row",
)  # fmt: skip
ENDS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


@pytest.fixture(scope="module")
def made() -> tuple[Orders, list[pl.DataFrame]]:
    calendar = Calendar(ENDS, 99, {})
    desk, ground = SimpleNamespace(calendar=calendar), SimpleNamespace(units=UNITS)
    state, rng = Orders(), np.random.default_rng(1)
    months = [work_orders(desk, ground, month, state, rng) for month in range(3)]  # type: ignore[arg-type]
    return state, months


def test_a_step_stands_in_the_drop_of_its_month_and_in_no_other(made) -> None:
    state, months = made
    for month, (end, rows) in enumerate(zip(ENDS, months, strict=True)):
        days = rows["step_at"].dt.date()
        assert days.max() <= end
        assert month == 0 or days.min() > ENDS[month - 1]
    assert any(part.height for part in state.waiting)


def test_an_order_passed_on_waits_for_the_one_above_it(made) -> None:
    state, months = made
    truth = pl.concat(state.made)
    received = pl.concat(months).filter(step="receipt").select("order_no", "step_at")
    above = truth.select("deployed_at", parent_no="order_no", giver="recipient_code")
    chained = truth.filter(pl.col("parent_no").is_not_null())
    joined = chained.join(above, on="parent_no", suffix="_above")
    assert joined.height > 3
    assert (joined["issuer_code"] == joined["giver"]).all()
    assert (joined["deployed_at"] > joined["deployed_at_above"]).all()
    both = joined.join(received, left_on="parent_no", right_on="order_no")
    assert (both["deployed_at"] > both["step_at"]).all()


def test_level_by_level_leaves_no_level_out_and_point_to_point_may(made) -> None:
    truth = pl.concat(made[0].made)
    parent = dict(UNITS.select("unit_code", "parent_code").iter_rows())
    chained = truth.filter(pl.col("parent_no").is_not_null())
    assert all(
        parent[to] == by for by, to in chained.select("issuer_code", "recipient_code").rows()
    )
    straight = truth.filter(~pl.col("order_no").is_in(chained["parent_no"].implode()))
    jumps = [
        p for p in straight.select("issuer_code", "recipient_code").rows() if parent[p[1]] != p[0]
    ]
    assert jumps


def test_what_is_done_was_told_when_it_was_done(made) -> None:
    state, months = made
    truth = pl.concat(state.made).drop_nulls("done_at")
    until = datetime(2026, 4, 1)
    done = pl.concat(months).filter(step="feedback", is_done=True)
    told = {tuple(r) for r in done.select("order_no", "recipient_code", "step_at").rows()}
    known = truth.filter(pl.col("done_at") < until)
    assert told == set(known.select("order_no", "recipient_code", "done_at").rows())
    assert truth.height > known.height
