"""A handful of organisations and what units told of them; every case that a test names is here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import load_contracts
from ingestion.simulator.organisations import credit_code

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
GRIDS = ("219902001001001", "219903001001001")
FORMULA = '=HYPERLINK("http://example.invalid","公司")'
NAMES = ("青禾科技有限公司", "安达科技有限公司", FORMULA, "友邻科技有限公司", "同心服务社")
CODES = tuple(credit_code(GRIDS[n % 2][:6], 1000 + n, "91") for n in range(len(NAMES)))
CITIZEN, PHONE, PERSON = "11010519491231002X", "13800138000", "张三丰"
SECRETS = (CITIZEN, PHONE, PERSON, "海棠区望湖路7号")

ORGANISATIONS = [
    {
        "credit_code": CODES[n],
        "organisation_name": NAMES[n],
        "kind": "非公有制经济组织",
        "industry": "制造业",
        "staff_count": str(30 + n),
        "legal_representative": PERSON,
        "phone": PHONE,
        "address": "海棠区望湖路7号",
        "grid_code": GRIDS[n % 2],
        "status": "在营",
        "listed_on": f"2026-01-{10 + n}",
    }
    for n in range(len(NAMES))
]


def union_says(code: str, staff: int, on: str = "2026-03-20") -> dict[str, str]:
    return {
        "credit_code": code,
        "has_union": "是",
        "union_member_count": "3",
        "staff_count": str(staff),
        "answered_on": on,
    }


#: The union agrees about the first organisation, contradicts the list about the second.
ANSWERS = [union_says(CODES[0], 30), union_says(CODES[1], 99)]
#: Labour relations agree with the list about the second, and so contradict the union.
LABOUR = [
    {
        "credit_code": CODES[1],
        "staff_count": "31",
        "contract_count": "31",
        "answered_on": "2026-03-18",
    }
]
UNITS = [
    {
        "unit_code": "02000-001",
        "unit_name": "泰桥街道综治中心",
        "level": "街道级",
        "kind": "综治中心",
        "leader_name": PERSON,
        "phone": PHONE,
        "address": "海棠区望湖路7号",
        "place_code": "219902001000",
    }
]
STAFF = [
    {
        "staff_no": "02000-S-0001",
        "name": PERSON,
        "citizen_id": CITIZEN,
        "sex": "男",
        "post": "网格员",
        "unit_code": "02000-001",
        "since": "2020-01-01",
        "phone": PHONE,
    }
]
RESIDENTS = [
    {
        "citizen_id": CITIZEN,
        "name": PERSON,
        "resident_kind": "户籍",
        "sex": "男",
        "birth_date": "1949-12-31",
        "grid_code": GRIDS[0],
        "phone": PHONE,
    }
]
DISPUTES = [
    {
        "dispute_no": "D1",
        "dispute_name": f"{PERSON}与邻居",
        "occurred_on": "2026-02-01",
        "place_code": "219902001001",
        "scale": "01",
        "category": "邻里纠纷",
        "persons_involved": "2",
        "main_party_id": CITIZEN,
        "main_party_name": PERSON,
        "summary": f"{PERSON}称楼道堆物",
    }
]


def leave(
    settings: Settings, unit: str, feed: str, rows: Iterable[Mapping[str, str]], name: str = ""
) -> Path:
    """Leave rows as a CSV of a feed in a unit's drop folder, headings as the contract has them."""
    path = settings.drops / unit / feed / (name or f"{feed}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    fields = [f for f in CONTRACTS[feed].fields if any(f.name in row for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f.label_zh for f in fields])
        writer.writerows([row.get(f.name, "") for f in fields] for row in rows)
    return path


def leave_all(settings: Settings) -> None:
    """Everything that stands in this file."""
    leave(settings, "market_supervision", "new_organisation", ORGANISATIONS)
    leave(settings, "trade_union", "union_feedback", ANSWERS)
    leave(settings, "labour_bureau", "labour_feedback", LABOUR)
    leave(settings, "centre", "unit", UNITS)
    leave(settings, "centre", "staff", STAFF)
    leave(settings, "police", "resident", RESIDENTS)
    leave(settings, "justice", "dispute", DISPUTES)
