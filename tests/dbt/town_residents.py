"""Who lives in the town, and where: persons, dwellings and buildings, each case once.

Residents of the town come as upserts: a later drop names only whom it changes.
"""

from __future__ import annotations

from typing import Any

from tests.dbt.bronze import Drop

GRID, OTHER_GRID = "990102001001001", "990102001001002"
BLOCK_1, BLOCK_2, BLOCK_3 = (f"{GRID}-000{n}" for n in (1, 2, 3))
HOME, NEW_HOME, LONELY = f"{BLOCK_1}-1-0301", f"{BLOCK_2}-1-0101", f"{BLOCK_3}-2-0101"


def resident(pseudonym: str | None, passport: str | None, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "person_pseudonym": pseudonym,
        "passport_pseudonym": passport,
        "resident_kind": kind,
        "sex": "2",
        "birth_date": "1990-01-01",
        "dwelling_code": HOME,
        "grid_code": GRID,
        **more,
    }


def dwelling(code: str, **more: Any) -> dict[str, Any]:
    building, entrance, room = code.rsplit("-", 2)
    return {
        "dwelling_code": code,
        "building_code": building,
        "entrance": entrance,
        "floor": int(room[:2]),
        "grid_code": GRID,
        "use": "self",
        **more,
    }


PERSONS = [
    Drop(
        "police",
        "resident",
        "2026-01-01",
        [
            resident("p1", None, "registered"),
            resident(None, "x1", "foreign"),
            resident(None, "x2", "foreign"),
            resident("mover", None, "registered", household_no="7"),
            resident("steady", None, "registered", household_no="7", registered_on="2020-01-01"),
            # The chain of these two breaks: no dwelling, and one that nobody lists.
            resident("no_home", None, "floating", dwelling_code=None),
            resident("unlisted", None, "floating", dwelling_code="nowhere"),
            # Born on 29 February: 18 on the first of March, not a day before.
            resident("leap", None, "registered", birth_date="2008-02-29", grid_code=OTHER_GRID),
        ],
    ),
    Drop("police", "resident", "2026-02-01", [resident("p1", None, "floating")]),
    # One moves; another is told of again, with nothing new but the date of registration.
    Drop(
        "police",
        "resident",
        "2026-02-10",
        [
            resident("mover", None, "registered", dwelling_code=NEW_HOME, household_no="8"),
            resident("steady", None, "registered", household_no="7", registered_on="2026-02-01"),
        ],
    ),
    # The same day, other words: of two drops of one date the greater SHA-256 counts.
    Drop(
        "police",
        "resident",
        "2026-02-20 09:00:00",
        [resident("mover", None, "floating", dwelling_code=NEW_HOME, household_no="8")],
        sha256="f" * 64,
    ),
    Drop(
        "police",
        "resident",
        "2026-02-20 09:00:00",
        [resident("mover", None, "left_behind", dwelling_code=HOME)],
        sha256="0" * 64,
    ),
    # Speaks of January, comes in June: it slips in before what was known already.
    Drop(
        "police",
        "resident",
        "2026-01-15",
        [resident("mover", None, "registered", education="3", household_no="7")],
        received_at="2026-06-01 00:00:00",
    ),
    # Refused: nobody moved.
    Drop("police", "resident", "2026-03-01", [], status="refused"),
]

DWELLINGS = [
    Drop(
        "housing",
        "dwelling",
        "2026-01-01",
        [
            dwelling(HOME, building_name="一号楼", longitude=121.5, latitude=38.9),
            dwelling(f"{BLOCK_1}-2-0401"),
            dwelling(NEW_HOME, longitude=0.0, latitude=0.0),
            # In a building that the list of buildings does not have, in a grid that is none.
            dwelling(LONELY, grid_code="990102001001009"),
        ],
    )
]

BUILDINGS = [
    Drop(
        "housing",
        "block",
        "2026-01-01",
        [
            {"building_code": BLOCK_1, "grid_code": GRID, "floors": 6},
            {"building_code": BLOCK_2, "building_name": "二号楼", "grid_code": GRID},
        ],
    )
]

RESIDENTS = [*PERSONS, *DWELLINGS, *BUILDINGS]
