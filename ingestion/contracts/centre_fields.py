"""What a contract's ``centre`` names, as columns of bronze and constants.

Belongs here: reading one entry of ``centre`` and saying what is wrong with it. Does not belong
here: which entries an element has (``centre``, ``centre_roles``, ``centre_feedback``).
"""

from __future__ import annotations

from typing import Any

from civic.errors import CivicError
from ingestion.contracts.model import Contract, Field

#: Fields that name a record's place where ``centre.place`` does not, the finest first.
_PLACE_FIELDS = ("grid_code", "community_code", "place_code")


def number_columns(contract: Contract) -> list[str]:
    """The columns that tell one matter from another: ``centre.number``, else the key."""
    if "number" in contract.centre:
        named = contract.centre["number"]
        named = [named] if isinstance(named, str) else named
        return [column for name in named if (column := column_of(contract, name, "number"))]
    return [f.bronze_name for f in contract.key if f.bronze_name]


def place_columns(contract: Contract) -> list[str]:
    """Columns with a division code, the first that is filled counts."""
    named = contract.centre.get("place")
    if named is None:
        fields = {f.name: f for f in contract.fields if f.semantic == "division_code"}
        return [name for name in _PLACE_FIELDS if name in fields and fields[name].bronze_name]
    named = [named] if isinstance(named, str) else named
    return [column for name in named if (column := column_of(contract, name, "place"))]


def value_of(contract: Contract, role: str) -> dict[str, str]:
    """A column, a constant, or neither: what fills one attribute of an element."""
    entry = contract.centre.get(role)
    if entry is None:
        return {}
    if isinstance(entry, dict) and "constant" in entry:
        return {"constant": str(entry["constant"])}
    name = entry.get("field") if isinstance(entry, dict) else entry
    column = column_of(contract, name, role)
    return {"column": column} if column else {}


def pseudonym_of(contract: Contract, name: Any, role: str) -> dict[str, str]:
    """The column of a keyed pseudonym. Raises CivicError for a field that has none of a citizen id.

    Persons of different feeds are chained by the pseudonym of their citizen id alone.
    """
    field = field_of(contract, name, role)
    if field.protection != "pseudonym" or field.semantic != "citizen_id":
        raise fault(contract, f"{role}: {name} is no citizen id that becomes a pseudonym")
    return {"column": str(field.bronze_name)}


def number_field(contract: Contract, name: str) -> dict[str, str]:
    """The column of that very name, where the contract has it as a number."""
    found = [f for f in contract.bronze_fields if f.name == name and f.logical_type == "number"]
    return {"column": name} if found else {}


def column_of(contract: Contract, name: Any, role: str) -> str | None:
    """The bronze column of a field; None where it never gets there (vault, refused)."""
    return field_of(contract, name, role).bronze_name


def field_of(contract: Contract, name: Any, role: str) -> Field:
    """The field that a role names. Raises CivicError where the contract has none of that name."""
    try:
        return contract.field(str(name))
    except KeyError:
        raise fault(contract, f"{role}: {name!r} is no field") from None


def fault(contract: Contract, what: str) -> CivicError:
    """The error of a ``centre`` that cannot be meant so."""
    return CivicError(
        f"Contract {contract.feed}: centre: {what}.",
        "docs/contracts.md explains what centre may say.",
    )
