"""A signature counts level by level, and what is signed stays beside what became of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from analytics.reports.declarations import Report, Slice, Table
from analytics.reports.metrics import Label
from analytics.reports.signing import STATES, as_signed, revised, scope_of, sign_offs

CITY, DISTRICT, STREETS = "990000000000", "990102000000", ("990102001000", "990102002000")
COMMUNITY = "990102001001"
TITLE = Label("事件办理时效", "How fast")
SLICE = Slice((), ("all", "city"), ("all", "month", "quarter"))
REPORT = Report(
    "handling",
    TITLE,
    Label("", ""),
    (
        Table(
            TITLE, ("due",), (Slice((), ("all", "city"), ("all", "month", "quarter")),), ("place",)
        ),
    ),
    signed=("city", "district", "street"),
)
REPORTS = {"handling": REPORT, "draft": Report("draft", Label("稿", "d"), Label("", ""), ())}


def place(code: str, level: str, *path: str) -> dict[str, Any]:
    codes = dict(zip(("city", "district", "street", "community"), (*path, code), strict=False))
    names = ("city", "district", "street", "community", "grid")
    path_of = {f"{n}_code": codes.get(n) for n in names}
    valid = {"valid_from": date(2025, 12, 31), "valid_to": None}
    return {"place_code": code, "level": level, **path_of, **valid}


PLACES = pl.DataFrame(
    [
        place(CITY, "city"),
        place(DISTRICT, "district", CITY),
        *(place(street, "street", CITY, DISTRICT) for street in STREETS),
        place(COMMUNITY, "community", CITY, DISTRICT, STREETS[0]),
    ]
)


class Desk:
    """Decisions as they are taken, an hour after one another."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.places = PLACES

    def __call__(self, at: str, decision: str = "approved", **other: Any) -> None:
        taken = datetime(2026, 4, 2, 9) + timedelta(hours=len(self.rows))
        said = {"report": "事件办理时效", "period": "2026-03", "by": at, "at": taken, **other}
        self.rows.append(
            {
                "sign_off_key": f"sign_off:{len(self.rows):03d}",
                "sign_off_no": f"{len(self.rows):03d}",
                "report": said["report"],
                "place_code": at,
                "period": said["period"],
                "decision": decision,
                "unit_code": f"U{said['by']}",
                "unit_name": "综治中心",
                "unit_kind": said.get("kind", "centre"),
                "unit_place_code": said["by"],
                "decided_at": said["at"],
                "publication": None,
                "_drop_id": "d1",
                "_record": len(self.rows),
            }
        )

    def made(self) -> pl.DataFrame:
        taken = pl.DataFrame(self.rows).sample(fraction=1, shuffle=True)
        return sign_offs(taken, REPORTS, self.places)

    def states(self) -> list[str]:
        return self.made()["state"].to_list()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_tree_signs_from_below(desk: Desk) -> None:
    for at in (*STREETS, DISTRICT, CITY):
        desk(at)
    made = desk.made()
    assert made["state"].to_list() == ["approved"] * 4
    assert made["in_force_since"].to_list() == made["decided_at"].to_list()


def test_who_signs_early_waits_for_those_below(desk: Desk) -> None:
    desk(CITY)
    desk(DISTRICT)
    desk(STREETS[0])
    made = desk.made()
    assert made["state"].to_list() == ["waiting", "waiting", "approved"]
    assert made["waiting_for"].to_list() == [1, 1, None]
    desk(STREETS[1])
    made = desk.made()
    assert made["state"].to_list() == ["approved"] * 4
    taken = made["decided_at"].to_list()
    assert made["in_force_since"].to_list() == [taken[n] for n in (3, 3, 2, 3)]


def test_what_is_signed_above_stays_signed_below(desk: Desk) -> None:
    for at in (*STREETS, DISTRICT):
        desk(at)
    desk(STREETS[0], "withdrawn")
    assert desk.states() == ["approved"] * 3 + ["locked"]
    desk(DISTRICT, "withdrawn")
    desk(STREETS[0], "returned", by=DISTRICT)
    assert desk.states() == ["lifted", "approved", "lifted", "locked", "withdrawn", "returned"]


def test_signing_again_replaces_the_signature(desk: Desk) -> None:
    desk(STREETS[0])
    desk(STREETS[0], by=DISTRICT)
    assert desk.states() == ["replaced", "approved"]


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ({"report": "没有的报表"}, "unknown_report"),
        ({"report": "draft"}, "not_signed"),
        ({"period": "2026-13"}, "unknown_period"),
        ({"period": "2026"}, "unknown_period"),
        ({"period": "2026-04"}, "not_over"),
        ({"by": STREETS[1]}, "not_entitled"),
        ({"kind": "member_unit"}, "not_entitled"),
    ],
)
def test_a_signature_that_may_not_be_has_no_effect(
    desk: Desk, other: dict[str, Any], state: str
) -> None:
    desk(STREETS[0], **other)
    assert desk.states() == [state]


def test_a_place_that_is_not_there_or_does_not_sign(desk: Desk) -> None:
    desk("990102009000", by=CITY)
    desk(COMMUNITY)
    assert desk.states() == ["unknown_place", "not_signed"]


@pytest.mark.parametrize("written", ["2026Q1", "2026-Q1"])
def test_a_quarter_may_be_written_in_two_ways(desk: Desk, written: str) -> None:
    desk(STREETS[0], period=written)
    made = desk.made()
    assert made.row(0, named=True)["period"] == "2026-Q1"
    assert made["state"].to_list() == ["approved"]


@pytest.mark.parametrize(
    ("gone_on", "state"), [(date(2026, 3, 31), "approved"), (date(2026, 4, 15), "waiting")]
)
def test_a_place_signs_for_the_periods_at_whose_end_it_was_there(
    desk: Desk, gone_on: date, state: str
) -> None:
    gone = pl.when(pl.col("place_code") == STREETS[1]).then(pl.lit(gone_on))
    desk.places = PLACES.with_columns(valid_to=gone)
    desk(STREETS[0])
    desk(DISTRICT)
    assert desk.states() == ["approved", state]
    # What it signed while it was there stays signed.
    desk(STREETS[1])
    assert desk.states()[-1] == "approved"


def test_every_state_has_words() -> None:
    assert all(label.zh and label.en for label in STATES.values())


def test_the_lowest_that_sign_sign_for_what_lies_below(desk: Desk) -> None:
    for at in (*STREETS, DISTRICT):
        desk(at)
    scope = scope_of(desk.made(), REPORTS, PLACES)
    covered = dict(scope.group_by("sign_off_key").agg(pl.col("place_code").sort()).iter_rows())
    street = STREETS[0]
    assert covered["sign_off:000"] == sorted(
        p + tail for p in (street, COMMUNITY) for tail in ("", "/unplaced")
    )
    assert covered["sign_off:002"] == [DISTRICT, f"{DISTRICT}/unplaced"]


CELLS = pl.DataFrame(
    {
        "cell_id": ["c1", "c2", "c3"],
        "value": [5.0, 0.5, 7.0],
        "numerator": [5.0, 2.0, 7.0],
        "denominator": [None, 4.0, None],
        "fact_rows": [5, 4, 7],
        "source_rows": [5, 4, 7],
    }
)


def signed(value: float | None, part: float, whole: float | None, cell: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sign_off_key": ["s"], "cell_id": [cell], "value": [value], "numerator": [part],
         "denominator": [whole], "fact_rows": [1], "source_rows": [1]},
        schema_overrides={"value": pl.Float64, "denominator": pl.Float64},
    )  # fmt: skip


def test_a_signed_figure_stands_and_what_it_is_today_stands_beside_it() -> None:
    shown = as_signed(CELLS, signed(3.0, 3.0, None, "c1")).sort("cell_id")
    assert shown["value"].to_list() == [3.0, 0.5, 7.0]
    assert shown["revised_value"].to_list() == [5.0, None, None]
    assert shown["is_revised"].to_list() == [True, False, False]
    assert shown["sign_off_key"].to_list() == ["s", None, None]


def test_a_rate_of_other_counts_is_revised_though_it_is_the_same_share() -> None:
    assert revised(CELLS, signed(0.5, 1.0, 2.0, "c2"))["value"].to_list() == [0.5]


def test_an_unchanged_figure_is_not_revised_and_the_last_digit_of_a_sum_does_not_count() -> None:
    assert revised(CELLS, signed(5.0 + 1e-12, 5.0, None, "c1")).is_empty()


def test_a_figure_that_is_gone_stands_as_it_was_signed() -> None:
    shown = as_signed(CELLS, signed(9.0, 9.0, None, "c9")).filter(cell_id="c9")
    assert shown.select("value", "is_revised", "revised_value").row(0) == (9.0, True, None)


def test_without_signatures_cells_are_as_they_are() -> None:
    shown = as_signed(CELLS, pl.DataFrame())
    assert shown.select(CELLS.columns).equals(CELLS)
    assert not shown["is_revised"].any()
