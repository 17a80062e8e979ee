"""Elements that are filled role by role, as dbt's models read them.

Belongs here: which roles an element has, and what is particular to feeds of stages. Does not belong
here: reading one entry (``centre_fields``), the elements with a shape of their own (``centre``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ingestion.contracts.centre_fields import (
    fault,
    field_of,
    number_columns,
    number_field,
    place_columns,
    pseudonym_of,
    value_of,
)
from ingestion.contracts.model import Contract, Field

#: The stages of a matter, in the order in which it passes through them.
STAGES = (
    "reported",
    "accepted",
    "dispatched",
    "responded",
    "arrived",
    "handled",
    "verified",
    "closed",
    "rated",
)

#: What may befall a matter beside its stages; it comes as a row of a feed of stages only.
SIDE_ROADS = (
    "returned",
    "extended",
    "suspended",
    "reopened",
    "withdrawn",
    "void",
    "transferred",
)

#: Elements that are filled role by role, each under ``<element>_feeds``. Every one has a number and
#: a place besides.
ROLES = {
    "activity": ("kind", "category", "at", "unit", "staff", "amount", "object", "organisation"),
    "event_stage": ("stage", "at", "unit", "staff"),
    "object": ("kind", "name", "state", "net"),
    "objection": (
        *("scheme", "period", "subject", "matter", "grounds", "at", "answer", "answered_on"),
        *("unit", "reply"),
    ),
    "reading": ("object", "at", "quantity", "value", "unit"),
    "reporting_duty": ("sender", "sent", "name", "since", "until"),
    "sentiment": (
        *("kind", "at", "unit", "staff", "category", "score", "weight", "response"),
        *("first_contact_at", "resolved_at", "resolved", "satisfied"),
    ),
    "service": ("person", "kind", "at", "unit", "worker", "outcome"),
    "sign_off": ("report", "period", "decision", "unit", "at", "publication"),
    "work_item": ("item", "unit", "phase", "at", "period", "target", "amount"),
    "work_order": ("parent", "issuer", "recipient", "step", "at", "deadline", "score", "done"),
}


def stage_feed_closes(contract: Contract) -> bool:
    """Whether a feed of stages can tell that a matter is closed: its code list has the stage."""
    codes = {code.value for code in _stage_field(contract).codes}
    return not codes or "closed" in codes


def feeds_by_role(ordered: Sequence[Contract]) -> dict[str, Any]:
    """``<element>_feeds`` for each element of ``ROLES``: its feeds with what fills each role."""
    return {
        f"{element}_feeds": [
            _by_role(c, roles) for c in ordered if c.centre.get("element") == element
        ]
        for element, roles in ROLES.items()
    }


def _by_role(contract: Contract, roles: Iterable[str]) -> dict[str, Any]:
    made = {
        "feed": contract.feed,
        "model": f"stg_{contract.module}__{contract.feed}",
        "number": number_columns(contract),
        "place": place_columns(contract),
        "longitude": number_field(contract, "longitude"),
        "latitude": number_field(contract, "latitude"),
        **{role: value_of(contract, role) for role in roles},
    }
    if contract.centre.get("element") == "event_stage":
        _check_stages(contract)
        made["event_feed"] = {"constant": event_feed(contract)}
    if made.get("person"):
        made["person"] = pseudonym_of(contract, contract.centre["person"], "person")
    return made


def event_feed(contract: Contract) -> str:
    """The feed whose matters a feed of stages tells of. Raises CivicError where none is named."""
    entry = contract.centre.get("event_feed")
    named = entry.get("constant") if isinstance(entry, dict) else entry
    if not named:
        raise fault(contract, "event_feed does not say whose stages these are")
    return str(named)


def _stage_field(contract: Contract) -> Field:
    entry = contract.centre.get("stage")
    return field_of(contract, entry.get("field") if isinstance(entry, dict) else entry, "stage")


def _check_stages(contract: Contract) -> None:
    known = (*STAGES, *SIDE_ROADS)
    unknown = [c.value for c in _stage_field(contract).codes if c.value not in known]
    if unknown:
        raise fault(contract, f"stage: {', '.join(unknown)} is none of {', '.join(known)}")
