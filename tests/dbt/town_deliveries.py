"""Who is listed to send what in the town: one who does, one who never did, one who stopped."""

from __future__ import annotations

from typing import Any

from tests.dbt.bronze import Drop

DISTRICT = "990102000000"


def duty(unit: str, feed: str, since: str, **more: Any) -> dict[str, Any]:
    return {
        "unit": unit,
        "feed": feed,
        "unit_name": f"{unit} 单位",
        "place_code": DISTRICT,
        "since": since,
        **more,
    }


# The second list replaces the first, by which nobody would owe anything.
DUTIES = [
    Drop("office", "reporting_duty", "2023-01-31", [duty("silent", "reading", "2031-01-01")]),
    Drop(
        "office",
        "reporting_duty",
        "2023-02-28",
        [
            duty("silent", "patrol", "2023-01-15"),
            duty("stopped", "patrol", "2023-01-01", until="2023-03-10"),
            duty("lost", "not_a_feed", "2023-01-01"),
            duty("slip", "patrol", "0203-01-01"),
        ],
    ),
    Drop("stopped", "patrol", "2023-01-31", [], sha256="stopped-january"),
    Drop("stopped", "patrol", "2023-04-30", [], sha256="stopped-april"),
]
