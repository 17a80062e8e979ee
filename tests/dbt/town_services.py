"""Services to the town's people, who stands to which organisation how, and posts held.

Each case that a test names stands here once, with a comment that says what is special about it.
"""

from __future__ import annotations

from typing import Any

from tests.dbt.bronze import Drop

GRID = "990102001001001"
RESIDENTS = ("p1", "mover", "steady", "no_home", "unlisted", "leap")


def service(number: int, person: str, day: str, **more: Any) -> dict[str, Any]:
    return {
        "record_no": f"F{number}",
        "person_pseudonym": person,
        "grid_code": GRID,
        "service_kind": "visit",
        "worker_no": "HT-S-1",
        "visited_on": day,
        "outcome": "met",
        **more,
    }


SERVICES = [
    Drop(
        "justice",
        "service_record",
        "2026-04-01",
        [
            *(service(n, person, "2026-01-10") for n, person in enumerate(RESIDENTS)),
            # Of nobody whom a register knows, by a worker whom nobody knows.
            service(10, "stranger", "2026-01-11", service_kind="medical", worker_no="GONE"),
            # Nine services to one person: few persons, though many services.
            *(service(20 + n, "p1", f"2026-02-0{n}") for n in range(1, 10)),
            *(service(30 + n, person, "2026-03-10") for n, person in enumerate(RESIDENTS)),
        ],
    ),
    # Four persons in all: nothing of the feed is shown.
    Drop(
        "youth_league",
        "youth_service_record",
        "2026-04-01",
        [
            {
                "youth_record_no": f"Q{number}",
                "person_pseudonym": person,
                "grid_code": GRID,
                "service_kind": "schooling",
                "worker_no": "HT-S-1",
                "visited_on": "2026-01-10",
                "outcome": "met",
            }
            for number, person in enumerate(RESIDENTS[:4])
        ],
    ),
]

STAFF = [
    Drop(
        "centre_office",
        "staff",
        "2026-02-01",
        [
            # Moved to another unit: the street's older list has the post before.
            {
                "staff_no": "HT-S-2",
                "person_pseudonym": "steady",
                "post": "mediator",
                "unit_code": "HT-C",
                "since": "2026-01-15",
            },
            # Leaves later than anything speaks of: holds the post still.
            {
                "staff_no": "HT-S-3",
                "post": "mediator",
                "unit_code": "HT-C",
                "since": "2020-01-01",
                "until": "2026-12-31",
            },
        ],
    ),
    Drop(
        "street_office",
        "staff",
        "2026-01-01",
        [
            {
                "staff_no": "HT-S-2",
                "person_pseudonym": "steady",
                "post": "grid_worker",
                "unit_code": "HT-00",
                "since": "2020-01-01",
                "until": "2026-01-14",
            },
            # A post that the catalogue does not have.
            {"staff_no": "HT-S-4", "post": "clerk", "unit_code": "HT-00", "since": "2021-01-01"},
        ],
    ),
]


def organisation(code: str, representative: str | None) -> dict[str, Any]:
    return {
        "credit_code": code,
        "organisation_name": f"组织{code}",
        "kind": "social_organisation",
        "industry": "S",
        "status": "operating",
        "legal_representative_pseudonym": representative,
        "grid_code": GRID,
    }


def integrity(number: str, code: str) -> dict[str, Any]:
    return {
        "record_no": number,
        "credit_code": code,
        "kind": "commendation",
        "recorded_on": "2026-01-20",
        "authority": "市场监管局",
    }


RELATIONS = [
    Drop(
        "civil_affairs",
        "new_organisation",
        "2026-01-01",
        [organisation("X1", "p1"), organisation("X2", None), organisation("X3", "outsider")],
    ),
    # Another representative from February on.
    Drop("civil_affairs", "new_organisation", "2026-02-01", [organisation("X1", "mover")]),
    Drop(
        "market",
        "integrity_record",
        "2026-02-01",
        [
            integrity("I1", "X1"),
            # About an organisation of no list.
            integrity("I2", "X9"),
        ],
    ),
    Drop(
        "volunteers",
        "volunteer_activity",
        "2026-02-01",
        [
            {
                "activity_no": "V1",
                "team_no": "T1",
                "kind": "patrol",
                "place_code": GRID,
                "started_at": "2026-01-20 09:00:00",
            }
        ],
    ),
    Drop(
        "coast_guard",
        "coast_record",
        "2026-02-01",
        [
            {
                "record_no": "C1",
                "post_no": "P7",
                "kind": "patrol",
                "inspected_at": "2026-01-20 09:00:00",
                "unit_code": "HT-00",
            }
        ],
    ),
    Drop(
        "city_office",
        "work_order",
        "2026-02-01",
        [
            {
                "order_no": "O2",
                "parent_no": "O1",
                "issuer_code": "HT-C",
                "recipient_code": "HT-00",
                "step": "deployment",
                "step_at": "2026-01-20 09:00:00",
            }
        ],
    ),
]

PEOPLE_AND_WORK = [*SERVICES, *STAFF, *RELATIONS]
