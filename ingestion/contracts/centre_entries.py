"""Which entries ``centre`` of a contract may have, element by element.

Belongs here: the list that docs/whole-city.md shows, and refusing an entry that nothing reads.
Does not belong here: what an entry means (``centre``, ``centre_roles``, ``centre_feedback``).
"""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.contracts.centre_fields import fault
from ingestion.contracts.centre_roles import ROLES
from ingestion.contracts.model import Contract

#: Element to the entries that its models read, beside ``element`` itself. Those with none are read
#: by the names of their fields. ``place`` of any feed that is not about residents is read besides
#: by ``fct_feed_record``.
ENTRIES: dict[str, tuple[str, ...]] = {
    **{element: ("number", *roles, "place") for element, roles in ROLES.items()},
    "event_stage": ("event_feed", "number", *ROLES["event_stage"], "place"),
    "objection": ("number", *ROLES["objection"]),
    "reading": (*ROLES["reading"], "place"),
    "work_item": (*ROLES["work_item"], "place"),
    "building": (),
    "dwelling": (),
    "event": (
        *("number", "category", "source", "unit", "place", "area", "stages", "time_limit"),
        *("limit_class", "due", "level", "scale", "outcome", "organisation"),
    ),
    "feedback": ("organisation", "answered_by", "answered_on", "place"),
    "organisation": ("number", "name", "kind", "category", "place", "place_name", "persons"),
    "person": (),
    "place": (),
    "staff": (),
    "unit": (),
}

ELEMENTS = tuple(sorted(ENTRIES))


def check_entries(contract: Contract) -> None:
    """Raise CivicError where ``centre`` has an element or an entry that nothing reads."""
    if not contract.centre:
        return
    element = contract.centre.get("element")
    if element not in ENTRIES:
        raise fault(contract, f"element {element!r} is none of {', '.join(ELEMENTS)}")
    unread = set(contract.centre) - {"element", *ENTRIES[element]}
    if unread:
        raise fault(contract, _unread(element, unread))


def _unread(element: str, unread: Iterable[object]) -> str:
    stated = ", ".join(sorted(str(name) for name in unread))
    known = ", ".join(ENTRIES[element])
    may = f"it reads {known}" if known else "it goes by the names of its fields"
    return f"nothing of the element {element} reads {stated}; {may}"
