"""What the town's own feeds tell of stages, objects, answers, sentiment, activities and orders.

Each case that a test names stands here once, with a comment that says what is special about it.
"""

from __future__ import annotations

from typing import Any

from tests.dbt.bronze import Drop

GRID, COMMUNITY = "990102001001001", "990102001003"


def step(fault: str, name: str, at: str, crew: str = "north") -> dict[str, Any]:
    return {"fault_no": fault, "step": name, "step_at": at, "crew": crew}


STAGES = [
    Drop(
        "lighting",
        "lamp_fault",
        "2026-02-01",
        [
            {"fault_no": "L1", "kind": "out", "seen_on": "2026-01-05 08:00:00", "grid_code": GRID},
            # A deadline of its own, a mere date: till the end of that day.
            {
                "fault_no": "L2",
                "kind": "dim",
                "seen_on": "2026-01-05 08:00:00",
                "repair_by": "2026-01-20",
                "grid_code": GRID,
            },
            {"fault_no": "L3", "kind": "out", "seen_on": "2026-01-05 08:00:00"},
            {"fault_no": "L4", "kind": "out", "seen_on": "2026-01-05 08:00:00"},
        ],
    ),
    Drop(
        "lighting",
        "lamp_fault_step",
        "2026-02-01",
        [
            step("L1", "accepted", "2026-01-05 09:00:00"),
            step("L1", "returned", "2026-01-05 09:30:00"),
            step("L1", "accepted", "2026-01-05 10:00:00"),
            # Two crews tell of one stage of one moment: one stage.
            step("L1", "closed", "2026-01-05 20:00:00"),
            step("L1", "closed", "2026-01-05 20:00:00", "south"),
            step("L2", "closed", "2026-01-20 18:00:00"),
            # Declared void: nobody has to handle it any more.
            step("L3", "void", "2026-01-06 08:00:00"),
            # Closed, then reopened: open, and overdue.
            step("L4", "closed", "2026-01-05 12:00:00"),
            step("L4", "reopened", "2026-01-07 12:00:00"),
            # Of a fault that nobody reported.
            step("L9", "closed", "2026-01-07 12:00:00"),
        ],
    ),
]

OBJECTS = [
    Drop(
        "lighting",
        "lamp",
        "2026-01-01",
        [
            {"lamp_no": "P1", "street_name": "湖滨路", "works": "yes", "net": "video"},
            {"lamp_no": "P2", "works": "no", "net": "video", "community_code": COMMUNITY},
            {"lamp_no": "P3", "works": "yes", "community_code": COMMUNITY},
        ],
    ),
    # Newer: a lamp is moved, and has coordinates now.
    Drop(
        "lighting",
        "lamp",
        "2026-02-01",
        [
            {
                "lamp_no": "P1",
                "street_name": "湖滨路",
                "works": "yes",
                "net": "video",
                "grid_code": GRID,
                "longitude": 121.5,
                "latitude": 38.9,
            },
            {
                "lamp_no": "P4",
                "works": "yes",
                "net": "community",
                "longitude": 0.0,
                "latitude": 0.0,
            },
        ],
    ),
    Drop(
        "lighting",
        "lamp_reading",
        "2026-02-01",
        [
            {"lamp_no": "P1", "read_at": "2026-01-31 20:00:00", "voltage": 221.5},
            {"lamp_no": "P9", "read_at": "2026-01-31 20:00:00", "voltage": 0.0},
        ],
    ),
]

ANSWERS = [
    Drop(
        "trade",
        "shop",
        "2026-01-02",
        [
            {
                "shop_no": "S2",
                "shop_name": "二号店",
                "staff_count": 8,
                "area_kind": "food",
                "district_name": "示例市",
            },
            {"shop_no": "S3", "shop_name": "三号店", "district_name": "示例市"},
        ],
    ),
    Drop(
        "union_office",
        "shop_union_answer",
        "2026-01-20",
        [
            # As the list says, but for the number of members, which is the union's own.
            {
                "shop_no": "S2",
                "answered_on": "2026-01-10",
                "shop_name": "二号店",
                "staff_count": 9,
                "members": 3,
            },
            # The list is silent about what S3 sells, and the two answers differ.
            {"shop_no": "S3", "answered_on": "2026-01-11", "area_kind": "food", "members": 1},
            # Of a shop that no list has.
            {"shop_no": "S9", "answered_on": "2026-01-11"},
        ],
    ),
    # The union corrects itself: the latest answer holds.
    Drop(
        "union_office",
        "shop_union_answer",
        "2026-01-25",
        [
            {
                "shop_no": "S2",
                "answered_on": "2026-01-24",
                "shop_name": "二号店",
                "staff_count": 8,
                "members": 4,
            }
        ],
    ),
    Drop(
        "women_office",
        "shop_women_answer",
        "2026-01-20",
        [
            {"shop_no": "S3", "answered_on": "2026-01-12", "area_kind": "books", "members": 2},
            {"shop_no": "S2", "answered_on": "2026-01-12", "staff_count": 12, "members": 2},
        ],
    ),
]

VOICES = [
    Drop(
        "street_a",
        "doorstep_talk",
        "2026-02-01",
        [
            {
                "talk_no": "T1",
                "talked_at": "2026-01-15 10:00:00",
                "topic": "parking",
                "mark": 4.0,
                "content_with_it": True,
                "community_code": COMMUNITY,
            },
            {"talk_no": "T2", "talked_at": "2026-01-16 10:00:00", "content_with_it": False},
        ],
    ),
    # Without a place of its own, a drill is where its unit is.
    Drop(
        "office",
        "drill",
        "2026-02-01",
        [{"drill_no": "D1", "held_on": "2026-01-20", "unit_code": "HT-00", "hours": 2.5}],
    ),
    Drop(
        "office",
        "task_step",
        "2026-02-01",
        [
            {
                "task_no": "K1",
                "to_unit": "HT-00",
                "step": name,
                "step_at": f"2026-01-{day} 08:00:00",
                "from_unit": "CITY",
            }
            for name, day in (("feedback", "14"), ("deployment", "12"), ("receipt", "13"))
        ],
    ),
]


def item(code: str, phase: str, done_on: str, unit: str = "HT-C", period: str = "2026-01"):
    """A phase of a work item that a unit tells of."""
    return {
        "item_code": code,
        "unit_code": unit,
        "period": period,
        "phase": phase,
        "done_on": done_on,
        "target_count": 10,
    }


WORK_ITEMS = [
    Drop(
        "centre_office",
        "unit",
        "2026-01-01",
        [
            {
                "unit_code": code,
                "unit_name": name,
                "level": level,
                "kind": "centre",
                "place_code": place,
            }
            for code, name, level, place in (
                ("HT-C", "湖东社区综治中心", "community", COMMUNITY),
                ("HT-D", "湖滨社区综治中心", "community", "990102001001"),
            )
        ],
    ),
    Drop(
        "centre_office",
        "work_item_record",
        "2026-03-01",
        [
            # 0201 is owed by communities every month: in time, late, and no summary.
            item("0201", "plan", "2026-01-11"),
            item("0201", "implementation", "2026-02-11"),
            # 0203 is owed every quarter: what is told by month is told.
            item("0203", "plan", "2026-01-05"),
            item("0203", "plan", "2026-02-05", period="2026-02"),
            # Owed by streets: told all the same.
            item("0109", "plan", "2026-01-05"),
            # A member unit owes what it ever told of.
            item("0304", "plan", "2026-01-05", unit="HT-00"),
        ],
    ),
]

ELEMENTS = [*STAGES, *OBJECTS, *ANSWERS, *VOICES, *WORK_ITEMS]
