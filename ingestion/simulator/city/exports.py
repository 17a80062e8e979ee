"""How a unit exports a feed, drawn up from the feed's contract: headings, spellings, defects.

The result has the form of an entry of ``exports.yml``. Belongs here: what follows from a contract.
Does not: rows (``drawing``), files (``files``).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ingestion.contracts import Contract
from ingestion.contracts.model import Field, RowRule
from ingestion.contracts.spelling import normalise
from ingestion.simulator.exporting import rng_of
from ingestion.validation.rules import columns_of

LAYOUTS: dict[str, dict[str, Any]] = {
    "csv_gbk": {"format": "csv", "encoding": "gb18030", "newline": "\r\n"},
    "csv_utf8": {"format": "csv", "encoding": "utf-8", "newline": "\n"},
    "csv_marked": {"format": "csv", "encoding": "utf-8-sig", "newline": "\r\n"},
    "csv_gz": {"format": "csv", "encoding": "utf-8", "newline": "\n", "container": "gzip"},
    "zip_gbk": {"format": "csv", "encoding": "gb18030", "newline": "\r\n", "container": "zip"},
    "tsv_utf16": {"format": "tsv", "encoding": "utf-16", "newline": "\r\n"},
    "jsonl": {"format": "jsonl", "encoding": "utf-8", "newline": "\n"},
    "xlsx": {"format": "xlsx"},
}
DATES = (["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"], ["%Y-%m-%d"], ["%Y.%m.%d", "%Y%m%d"])
TIMES = (["%Y-%m-%d %H:%M:%S"], ["%Y/%m/%d %H:%M:%S"], ["%Y-%m-%dT%H:%M:%S"])
ROWS_PER_DEFECT = 15
MOST_DEFECTS = 8
COMPARISON = re.compile(r"(\w+) (>=|>|<=) (\w+)")
UNREADABLE = {
    "date": ("1990年13月40日", "不详"),
    "timestamp": ("昨天", "2026-02-30 08:00:00"),
    "integer": ("若干", "3.5个"),
    "number": ("约九十", "90平米"),
    "boolean": ("不清楚",),
}
LONG_AGO = {"date": "1951-01-01", "timestamp": "1951-01-01 00:00:00"}
Defect = dict[str, Any]


def export_of(
    contract: Contract, unit: str, seed: int, declared: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The unit's export of the feed, the same in every drop.

    ``declared`` may say ``layout`` (a name of LAYOUTS), ``omit`` (fields not exported), ``titles``,
    ``refused`` (a refused field that is sent all the same), ``defects`` (before the contract's own)
    and ``per_thousand`` (of each defect).
    """
    declared = declared or {}
    rng = rng_of(seed, "export", unit, contract.feed)
    layout = declared.get("layout") or str(rng.choice(["csv_gbk", "csv_utf8", "csv_marked"]))
    headings = _headings(contract, declared, rng)
    is_text = LAYOUTS[layout]["format"] in ("csv", "tsv", "xlsx")
    export = {
        "layout": LAYOUTS[layout],
        "headings": headings,
        "dates": DATES[int(rng.integers(len(DATES)))],
        "times": TIMES[int(rng.integers(len(TIMES)))],
        "codes": float(rng.choice([0.0, 0.1, 0.3])),
        "full_width": _full_width(contract, headings, rng) if is_text else {},
        "titles": declared.get("titles", []) if layout == "xlsx" else [],
        "sheet": contract.title_zh[:20],
        "rows_per_defect": max(ROWS_PER_DEFECT, round(4 / max(contract.reject_limit, 0.02))),
        "defects": _defects(contract, headings, declared, rng, is_text),
    }
    if declared.get("refused"):
        export["refused_attribute"] = declared["refused"]
    return export


def _headings(
    contract: Contract, declared: dict[str, Any], rng: np.random.Generator
) -> dict[str, str]:
    """Each field's label, or in an old system one of its synonyms, never one that means two."""
    old_system = rng.random() < 0.5
    omitted = set(declared.get("omit", ()))
    headings, used = {}, set()
    for field in contract.fields:
        if field.name in omitted or (
            field.protection == "refused" and field.name != declared.get("refused")
        ):
            continue
        known = [s for s in field.synonyms if not s.isascii() and "." not in s]
        heading = field.label_zh
        if old_system and known and rng.random() < 0.6:
            heading = str(rng.choice(known))
        if normalise(heading) in used:
            heading = field.label_zh
        used.add(normalise(heading))
        headings[field.name] = heading
    return headings


def _full_width(
    contract: Contract, headings: dict[str, str], rng: np.random.Generator
) -> dict[str, float]:
    fits = [
        f.name
        for f in contract.fields
        if f.name in headings
        and not f.codes
        and (f.semantic in ("citizen_id", "phone") or f.logical_type in ("integer", "date"))
    ]
    return {name: float(rng.choice([0.01, 0.03])) for name in fits[:3]}


def _defects(
    contract: Contract,
    headings: dict[str, str],
    declared: dict[str, Any],
    rng: np.random.Generator,
    is_text: bool,
) -> list[Defect]:
    """What is declared, then one defect of every kind that the contract makes possible."""
    found: list[Defect] = []
    for field in contract.fields:
        if field.name in headings and field.protection != "refused":
            found += _of_field(field)
    found += _of_rows(contract, headings, is_text)
    for rule in contract.rules:
        found += _of_rule(contract, rule, headings)
    order = rng.permutation(len(found))
    by_code: dict[str, Defect] = {}
    for i in order:
        by_code.setdefault(str(found[i].get("rule") or found[i]["code"]), found[i])
    own = [*declared.get("defects", ()), *by_code.values()][:MOST_DEFECTS]
    share = declared.get("per_thousand")
    return [{"per_thousand": share, **d} if share else d for d in own]


def _of_field(field: Field) -> list[Defect]:
    """Values that break what the contract says of one field, and nothing else."""
    of_semantic = _of_semantic(field)
    made: list[Defect] = [{"column": field.name, **d} for d in of_semantic]
    if field.required:
        made.append({"code": "required_missing", "column": field.name, "write": [""]})
    if field.key_position is not None or field.semantic:
        return made
    code, texts = f"type_{field.logical_type}", list(UNREADABLE.get(field.logical_type, ()))
    if field.codes:
        code, texts = "code_unknown", ["待查", "不明确"]
    elif field.pattern and not re.fullmatch(field.pattern, "？？"):
        code, texts = "pattern", ["？？"]
    if texts:
        made.append({"code": code, "column": field.name, "write": texts})
    if field.logical_type in ("integer", "number") and field.maximum is not None:
        beyond = str(int(float(field.maximum)) + 1)
        made.append({"code": "out_of_range", "column": field.name, "write": [beyond]})
    return made


def _of_semantic(field: Field) -> list[Defect]:
    match field.semantic:
        case "citizen_id":
            return [
                {"code": "citizen_id_check_digit", "spoil": "wrong_check_digit"},
                {"code": "citizen_id_length", "spoil": "drop_a_digit"},
                {"code": "citizen_id_birth_date", "spoil": "impossible_birth_month"},
            ]
        case "credit_code":
            return [{"code": "credit_code_check_digit", "spoil": "wrong_last_character"}]
        case "division_code":
            return [{"code": "division_code_length", "spoil": "drop_a_digit"}]
        case "phone":
            return [{"code": "phone_format", "write": ["1990012", "停机", "199-0012-34567"]}]
    return []


def _of_rows(contract: Contract, headings: dict[str, str], is_text: bool) -> list[Defect]:
    made: list[Defect] = [{"code": "left_out_blank", "add": "blank"}] if is_text else []
    if not contract.key or any(f.name not in headings for f in contract.key if f.required):
        return made
    made.append({"code": "repeated_in_drop", "add": "same"})
    free = _free_text(contract, headings)
    key = contract.key[0].name
    if free and key in headings:
        made.append(
            {"code": "duplicate_key", "column": key, "add": "other", "also": {free: "同号异文"}}
        )
    return made


def _free_text(contract: Contract, headings: dict[str, str]) -> str | None:
    """A field that may hold any text: to write something else under the same key."""
    ruled = {name for rule in contract.rules for name in columns_of(rule.expression)}
    for f in contract.fields:
        bound = f.codes or f.pattern or f.semantic not in (None, "person_name") or f.reference
        is_text = f.logical_type == "string" and f.key_position is None and f.name in headings
        if is_text and f.protection != "refused" and not bound and f.name not in ruled:
            return f.name
    return None


def _of_rule(contract: Contract, rule: RowRule, headings: dict[str, str]) -> list[Defect]:
    """A comparison of two fields, broken by moving one of them far away, and no other rule."""
    match = COMPARISON.fullmatch(rule.expression)
    if not match or not {match[1], match[3]} <= set(headings):
        return []
    name, sign, other = match.groups()
    if name not in {f.name for f in contract.fields}:
        return []
    field = contract.field(name)
    stamps = {r.column for r in contract.as_of if r.column}
    if name in stamps or field.key_position is not None:
        return []
    if rule.severity == "warn" and _ruled_elsewhere(contract, rule, name):
        return []  # another rule might turn away a row that is to be taken with a warning
    text = _far_away(field, sign)
    if text is None:
        return []
    outcome = "rejected" if rule.severity == "reject" else "accepted"
    return [
        {
            **{"code": "row_rule", "rule": rule.name, "outcome": outcome},
            **{"column": name, "write": [text], "given": [name, other]},
        }
    ]


def _ruled_elsewhere(contract: Contract, rule: RowRule, name: str) -> bool:
    return any(name in columns_of(r.expression) for r in contract.rules if r.name != rule.name)


def _far_away(field: Field, sign: str) -> str | None:
    if sign in (">=", ">") and field.logical_type in LONG_AGO:
        text = LONG_AGO[field.logical_type]
        return text if field.minimum is None or str(field.minimum) <= text else None
    if sign == "<=" and field.logical_type in ("integer", "number"):
        return str(int(float(field.maximum))) if field.maximum is not None else "99999"
    return None
