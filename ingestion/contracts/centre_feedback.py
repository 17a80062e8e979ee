"""How feeds of answers map: who answers about the organisations of which list, and what is told.

Belongs here: the element ``feedback`` of a contract's ``centre``. Does not belong here: comparing
answers (dbt/models/intermediate/feedback).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.contracts.centre_fields import fault, field_of, value_of
from ingestion.contracts.model import Contract, Field

#: Types whose values read the same as text on every engine; fractions do not.
_TOLD_TYPES = ("string", "integer", "boolean", "date")
#: A date of an answer is the unit's own matter, never the same as the list's.
_COMPARED_TYPES = ("string", "integer", "boolean")


def feedback_feeds(ordered: Sequence[Contract]) -> dict[str, list[dict[str, Any]]]:
    """``feedback_feeds`` and ``feedback_lists``, as dbt's models read them.

    A feed says ``organisation_feed`` (the list that it answers), ``organisation``,
    ``answered_by``, ``answered_on`` and the columns ``told``. A list has the columns ``told`` that
    some answer tells as well: they are compared. Raises CivicError where a contract does
    not say whom it answers.
    """
    by_name = {c.feed: c for c in ordered}
    answers = [c for c in ordered if c.centre.get("element") == "feedback"]
    feeds = [_feedback(c, by_name) for c in answers]
    lists = sorted({str(f["organisation_feed"]["constant"]) for f in feeds})
    return {
        "feedback_feeds": feeds,
        "feedback_lists": [_list(by_name[name], feeds) for name in lists],
    }


def list_answered(contract: Contract) -> str:
    """The feed of the list that a feed of answers is about. Raises CivicError where none is."""
    field = field_of(contract, contract.centre.get("organisation"), "organisation")
    if field.reference is None:
        raise fault(contract, f"{field.name} names no list: give it a relationship")
    return field.reference[0]


def told_columns(contract: Contract) -> list[str]:
    """The columns by which an answer tells something: neither whose it is nor when it came."""
    roles = {
        field_of(contract, contract.centre.get(role), role).name
        for role in ("organisation", "answered_on")
    }
    return [f.name for f in contract.bronze_fields if f.name not in roles and _is_told(f)]


def compared_columns(listed: Contract, told: Sequence[str]) -> list[str]:
    """Those of the columns that the list has too, but for its key."""
    key = {f.name for f in listed.key}
    shared = [f for f in listed.bronze_fields if f.name in told and f.name not in key]
    return [f.name for f in shared if _is_told(f) and f.logical_type in _COMPARED_TYPES]


def _feedback(contract: Contract, by_name: Mapping[str, Contract]) -> dict[str, Any]:
    listed = list_answered(contract)
    if listed not in by_name or by_name[listed].centre.get("element") != "organisation":
        raise fault(contract, f"{listed} is no feed of organisations")
    by = contract.centre.get("answered_by")
    by = by.get("constant") if isinstance(by, dict) else by
    if not by:
        raise fault(contract, "answered_by does not say who answers")
    return {
        "feed": contract.feed,
        "model": f"stg_{contract.module}__{contract.feed}",
        "number": [],
        "place": [],
        "organisation_feed": {"constant": listed},
        "organisation": value_of(contract, "organisation"),
        "answered_by": {"constant": str(by)},
        "answered_on": value_of(contract, "answered_on"),
        "told": told_columns(contract),
    }


def _list(contract: Contract, feeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ours = [f for f in feeds if f["organisation_feed"]["constant"] == contract.feed]
    told = sorted({name for f in ours for name in f["told"]})
    return {
        "feed": contract.feed,
        "model": f"stg_{contract.module}__{contract.feed}",
        "told": compared_columns(contract, told),
    }


def _is_told(field: Field) -> bool:
    return field.protection == "none" and field.logical_type in _TOLD_TYPES
