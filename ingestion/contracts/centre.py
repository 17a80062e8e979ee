"""How contracts map into the six elements: the vars that dbt's intermediate models read.

Belongs here: reading ``centre`` of a contract, and saying clearly what is wrong with it. Does
not belong here: SQL (``dbt/macros``) or files (``dbt_sources``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civic.errors import CivicError
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

ELEMENTS = (
    "activity",
    "building",
    "dwelling",
    "event",
    "event_stage",
    "feedback",
    "object",
    "organisation",
    "person",
    "place",
    "reading",
    "sentiment",
    "service",
    "staff",
    "unit",
    "work_item",
    "work_order",
)

#: Fields that name a record's place where ``centre.place`` does not, the finest first.
_PLACE_FIELDS = ("grid_code", "community_code", "place_code")


def dbt_vars(contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What dbt is told about the feeds: ``--vars`` of every run.

    A list of mappings for each of ``event_feeds``, ``organisation_feeds``, ``unit_feeds``,
    ``place_feeds``, ``person_feeds``, ``dwelling_feeds``, ``building_feeds``, ``staff_feeds`` and
    ``record_feeds`` (every feed that is not about residents). Plain data in an order that does not
    depend on the order of the contracts. Raises CivicError where a ``centre`` names what the
    contract has not.
    """
    ordered = [contracts[feed] for feed in sorted(contracts)]
    for contract in ordered:
        _check_element(contract)
    organisations = [_organisation(c) for c in ordered if _element(c) == "organisation"]
    return {
        "event_feeds": [_event(c) for c in ordered if _element(c) == "event"],
        "organisation_feeds": organisations,
        "unit_feeds": [
            _plain(c)
            for c in ordered
            if _element(c) == "organisation"
            and c.centre.get("kind") == {"constant": "governance_unit"}
        ],
        "place_feeds": [_plain(c) for c in ordered if _element(c) == "place"],
        "person_feeds": [_person(c) for c in ordered if _element(c) == "person"],
        "dwelling_feeds": [_plain(c) for c in ordered if _element(c) == "dwelling"],
        "building_feeds": [_plain(c) for c in ordered if _element(c) == "building"],
        "staff_feeds": [_plain(c) for c in ordered if _element(c) == "staff"],
        "record_feeds": [_record(c) for c in ordered if not c.personal],
    }


def staging_model(contract: Contract) -> str:
    """The name of the contract's staging model."""
    return f"stg_{contract.module}__{contract.feed}"


def versions_model(contract: Contract) -> str | None:
    """The name of the staging model of all that was ever told; None where rows in force say it.

    Of a person everything that was told is history. An upsert keeps the latest row of a key in
    force, so its history needs a model of its own; of a snapshot what is no longer listed is gone.
    """
    if _element(contract) == "person" and contract.relation.mode == "upsert":
        return f"{staging_model(contract)}_versions"
    return None


def _element(contract: Contract) -> str | None:
    return contract.centre.get("element")


def _check_element(contract: Contract) -> None:
    element = _element(contract)
    if contract.centre and element not in ELEMENTS:
        raise _fault(contract, f"element {element!r} is none of {', '.join(ELEMENTS)}")


def _plain(contract: Contract) -> dict[str, Any]:
    columns = [f.bronze_name for f in contract.bronze_fields]
    return {"feed": contract.feed, "model": staging_model(contract), "columns": columns}


def _person(contract: Contract) -> dict[str, Any]:
    """As ``_plain``; ``model`` is that of all that was told, where there is one."""
    plain = _plain(contract)
    return {**plain, "model": versions_model(contract) or plain["model"]}


def _event(contract: Contract) -> dict[str, Any]:
    centre = contract.centre
    number = _number(contract)
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "number": number,
        "category": _value(contract, "category"),
        "source": _value(contract, "source"),
        "unit": _value(contract, "unit"),
        "area": _value(contract, "area"),
        "place": _places(contract),
        "longitude": _named(contract, "longitude"),
        "latitude": _named(contract, "latitude"),
        "stages": _stages(contract),
        "time_limit": centre.get("time_limit"),
    }


def _organisation(contract: Contract) -> dict[str, Any]:
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "number": _number(contract),
        "name": _value(contract, "name"),
        "kind": _value(contract, "kind"),
        "category": _value(contract, "category"),
        "place": _places(contract),
        "place_name": _value(contract, "place_name"),
    }


def _record(contract: Contract) -> dict[str, Any]:
    reported = _stages(contract).get("reported") if _element(contract) == "event" else None
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "place": _places(contract),
        "occurred": reported,
    }


def _number(contract: Contract) -> list[str]:
    """The columns that tell one matter from another: ``centre.number``, else the key."""
    if "number" in contract.centre:
        column = _column(contract, contract.centre["number"], "number")
        return [column] if column else []
    return [f.bronze_name for f in contract.key if f.bronze_name]


def _places(contract: Contract) -> list[str]:
    """Columns with a division code, the first that is filled counts."""
    named = contract.centre.get("place")
    if named is None:
        fields = {f.name: f for f in contract.fields if f.semantic == "division_code"}
        return [name for name in _PLACE_FIELDS if name in fields and fields[name].bronze_name]
    named = [named] if isinstance(named, str) else named
    return [column for name in named if (column := _column(contract, name, "place"))]


def _stages(contract: Contract) -> dict[str, str]:
    columns = {}
    for stage, name in (contract.centre.get("stages") or {}).items():
        if stage not in STAGES:
            raise _fault(contract, f"stage {stage!r} is none of {', '.join(STAGES)}")
        if _field(contract, name, f"stages.{stage}").logical_type not in ("date", "timestamp"):
            raise _fault(contract, f"stages.{stage}: {name} is neither a date nor a timestamp")
        column = _column(contract, name, f"stages.{stage}")
        if column:
            columns[stage] = column
    return columns


def _value(contract: Contract, role: str) -> dict[str, str]:
    """A column, a constant, or neither: what fills one attribute of an element."""
    entry = contract.centre.get(role)
    if entry is None:
        return {}
    if isinstance(entry, dict) and "constant" in entry:
        return {"constant": str(entry["constant"])}
    name = entry.get("field") if isinstance(entry, dict) else entry
    column = _column(contract, name, role)
    return {"column": column} if column else {}


def _named(contract: Contract, name: str) -> dict[str, str]:
    """The column of that very name, where the contract has it as a number."""
    found = [f for f in contract.bronze_fields if f.name == name and f.logical_type == "number"]
    return {"column": name} if found else {}


def _column(contract: Contract, name: Any, role: str) -> str | None:
    """The bronze column of a field; None where it never gets there (vault, refused)."""
    return _field(contract, name, role).bronze_name


def _field(contract: Contract, name: Any, role: str) -> Field:
    try:
        return contract.field(str(name))
    except KeyError:
        raise _fault(contract, f"{role}: {name!r} is no field") from None


def _fault(contract: Contract, what: str) -> CivicError:
    return CivicError(
        f"Contract {contract.feed}: centre: {what}.",
        "docs/contracts.md explains what centre may say.",
    )
