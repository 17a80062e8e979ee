"""A town in a few dozen rows: three years of its register, its matters, its organisations.

Each case that a test names stands here once, with a comment that says what is special about it.
"""

from __future__ import annotations

from typing import Any

from tests.dbt.bronze import Drop
from tests.dbt.elements import ELEMENTS
from tests.dbt.town_deliveries import DUTIES
from tests.dbt.town_residents import RESIDENTS
from tests.dbt.town_services import PEOPLE_AND_WORK

CITY, DISTRICT, STREET = "990100000000", "990102000000", "990102001000"


def register(street: str, community: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "province_name": "示例省",
        "city_code": CITY,
        "city_name": "示例市",
        "district_code": DISTRICT,
        "district_name": "海棠区",
        "subdistrict_code": street,
        "subdistrict_name": {STREET: "望湖街道", "990102002000": "临江街道"}[street],
        "community_code": community,
        "community_name": name,
        **more,
    }


def other_city() -> dict[str, Any]:
    return {
        "city_code": "990200000000",
        "city_name": "另一市",
        "district_code": "990202000000",
        "district_name": "海棠区",
    }


R2021 = [
    register(STREET, "990102001001", "湖滨社区", urban_rural_code="111"),
    register(STREET, "990102001002", "湖心社区"),
    register("990102002000", "990102002001", "江岸社区"),
]
# 2022: one renamed, one new (split off), the second street gone with its community.
R2022 = [
    register(STREET, "990102001001", "湖滨社区", urban_rural_code="112"),
    register(STREET, "990102001002", "湖心亭社区"),
    register(STREET, "990102001003", "湖东社区"),
]
# 2023: the second street is back; one community names two grids, so two rows name it.
R2023 = [
    register(STREET, "990102001001", "湖滨社区", grid_code="990102001001001", grid_name="第一网格"),
    register(STREET, "990102001001", "湖滨社区", grid_code="990102001001002", grid_name="第二网格"),
    register(STREET, "990102001002", "湖心亭社区"),
    register(STREET, "990102001003", "湖东社区"),
    register("990102002000", "990102002001", "江岸社区"),
]

REGISTERS = [
    Drop("civil_affairs", "division", "2021-10-31", R2021),
    Drop("civil_affairs", "division", "2022-10-31", R2022, sha256="b" * 64),
    # The same bytes from another unit, and other bytes for the same date that lose by SHA-256.
    Drop("archive", "division", "2022-10-31", R2022, sha256="b" * 64),
    Drop("archive", "division", "2022-10-31", R2021, sha256="a" * 64),
    Drop("civil_affairs", "division", "2023-10-31", R2023),
    Drop("neighbours", "division", "2022-10-31", [other_city()]),
    # Refused: counts for nothing, though it is the newest.
    Drop("civil_affairs", "division", "2024-10-31", [], status="refused"),
]


def request(number: str, created: str, closed: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "request_no": number,
        "created_at": created,
        "closed_at": closed,
        "status": "closed" if closed else "open",
        "category": "Graffiti",
        **more,
    }


REQUESTS = [
    Drop(
        "street_a",
        "service_request",
        "2026-02-01",
        [
            # General: seven days. In time to the second, a second late, open and due, not yet due.
            request("in_time", "2026-01-01 08:00:00", "2026-01-08 08:00:00"),
            request("late", "2026-01-01 08:00:00", "2026-01-08 08:00:01"),
            request("open", "2026-01-01 08:00:00"),
            request("not_due", "2026-01-30 08:00:00"),
            # Due at the very moment that the drop speaks of.
            request("due_now", "2026-01-25 00:00:00"),
            # Closed before it was created.
            request("impossible", "2026-01-05 08:00:00", "2026-01-04 08:00:00"),
            # Utilities: a day, by category.
            request("lamp", "2026-01-01 08:00:00", "2026-01-02 09:00:00", category="路灯"),
            request("updated", "2026-01-01 08:00:00"),
            # Places: a grid, a community, a grid that no register names, a place that is gone.
            request("grid", "2026-01-01", place_code="990102001001002"),
            request("community", "2026-01-01", place_code="990102001003"),
            request("new_grid", "2026-01-01", place_code="990102001003007"),
            request("elsewhere", "2026-01-01", place_code="880102001003"),
            request("nowhere", "2026-01-01", longitude=0.0, latitude=0.0),
        ],
    ),
    # Newer: closes one. Arrived before the older one.
    Drop(
        "street_a",
        "service_request",
        "2026-02-03",
        [request("updated", "2026-01-01 08:00:00", "2026-01-03 08:00:00")],
        received_at="2025-12-01 00:00:00",
    ),
    # Another unit that was heard of last on 5 January: nothing of it is known to be overdue.
    Drop("street_b", "service_request", "2026-01-05", [request("b_open", "2026-01-01 08:00:00")]),
    # Refused: its newer word counts for nothing.
    Drop("street_b", "service_request", "2026-02-05", [], status="refused"),
]


def dispatch(number: str, incident: str, received: str, **more: Any) -> dict[str, Any]:
    return {
        "dispatch_no": number,
        "incident_no": incident,
        "responder": number,
        "category": "火警",
        "received_at": received,
        **more,
    }


DISPATCHES = [
    Drop(
        "fire",
        "dispatch_record",
        "2026-01-31",
        [
            # Two engines; the second was first on scene, the first came home last.
            dispatch(
                "E1",
                "17",
                "2026-01-05 10:00:00",
                on_scene_at="2026-01-05 10:20:00",
                available_at="2026-01-05 11:30:00",
                station="一站",
            ),
            dispatch(
                "E2",
                "17",
                "2026-01-05 10:01:00",
                on_scene_at="2026-01-05 10:10:00",
                available_at="2026-01-05 11:00:00",
                category="救援",
            ),
            dispatch("E3", "18", "2026-01-06 10:00:00"),
        ],
    ),
    # A late drop of an older date brings an earlier row of the same incident: it is the anchor.
    Drop(
        "fire",
        "dispatch_record",
        "2026-01-15",
        [
            dispatch("E0", "17", "2026-01-05 09:59:00", category="医疗"),
            dispatch("E3", "18", "2026-01-06 09:00:00", category="旧"),
        ],
        received_at="2026-06-01 00:00:00",
    ),
]

MESSAGES = [
    Drop(
        "message_board",
        "citizen_message",
        "2026-02-01",
        [
            {"message_no": "1", "subject": "路灯不亮", "sent_at": "2026-01-03 11:25:05"},
            {
                "message_no": "2",
                "subject": "路面积水",
                "sent_at": "2026-01-04 00:00:00",
                "category": "城乡建设",
            },
        ],
    ),
]


def school(code: str, name: str, city: str = "示例市") -> dict[str, Any]:
    return {
        "school_code": code,
        "school_name": name,
        "city_name": city,
        "education_level": "undergraduate",
    }


ORGANISATIONS = [
    Drop(
        "education",
        "school",
        "2025-06-20",
        [
            school("1", "甲大学"),
            school("2", "乙大学", "海棠区"),
            school("3", "丙大学", "远方市"),
        ],
    ),
    # An older list of the same unit: a snapshot that another has replaced.
    Drop("education", "school", "2024-06-20", [school("9", "旧大学")]),
    # The same list from another unit says all that this unit has: both are in force.
    Drop("province", "school", "2025-01-20", [school("1", "甲学院")]),
    Drop(
        "office",
        "unit",
        "2026-01-01",
        [
            {
                "unit_code": "HT-00",
                "unit_name": "望湖街道办事处",
                "level": "street",
                "kind": "member_unit",
                "place_code": STREET,
            }
        ],
    ),
    Drop(
        "office",
        "staff",
        "2026-01-01",
        [
            {
                "staff_no": "HT-S-1",
                "post": "grid_worker",
                "unit_code": "HT-00",
                "since": "2020-01-01",
            }
        ],
    ),
    Drop(
        "trade",
        "shop",
        "2026-01-01",
        [{"shop_no": "S1", "shop_name": "一号店", "district_name": "示例市"}],
    ),
]


OWN_FEEDS = [
    # append: the earliest to bring a key keeps it, whatever arrives later.
    Drop(
        "railway",
        "road_work",
        "2026-01-31",
        [
            {"work_no": "w1", "order": "first", "seen_on": "2026-01-01"},
            {
                "work_no": "w2",
                "order": "only",
                "seen_on": "2026-01-02",
                "finished_on": "2026-01-10",
                "community_code": "990102001003",
            },
        ],
        received_at="2026-05-01 00:00:00",
    ),
    Drop(
        "railway",
        "road_work",
        "2026-02-28",
        [{"work_no": "w1", "order": "second", "seen_on": "2026-02-01"}],
    ),
    # The same bytes from two units, and no key: all rows.
    Drop("north", "camera", "2026-01-01", [{"camera_no": "c", "grid_code": "990102001001001"}]),
    Drop("south", "camera", "2026-01-01", [{"camera_no": "c", "grid_code": "990102001001001"}]),
]

DROPS = [
    *REGISTERS,
    *REQUESTS,
    *DISPATCHES,
    *MESSAGES,
    *ORGANISATIONS,
    *RESIDENTS,
    *OWN_FEEDS,
    *ELEMENTS,
    *PEOPLE_AND_WORK,
    *DUTIES,
]
