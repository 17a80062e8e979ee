"""How a contract's ``centre`` names fields and constants, as Polars expressions.

Belongs here: reading one entry of the mapping. Does not belong here: what an element is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ingestion.contracts import Contract

_PLACE_FIELDS = ("grid_code", "community_code", "place_code")
_VALUES = (
    *("name", "kind", "category", "unit", "area", "source", "place_name", "limit_class", "due"),
    *("stage", "at", "net", "state", "item", "phase", "period", "organisation", "answered_on"),
    *("level", "scale", "outcome", "score", "weight", "response", "first_contact_at"),
    *("resolved_at", "resolved", "satisfied", "staff", "amount"),
    *("issuer", "recipient", "parent", "step", "deadline", "done"),
    *("sender", "sent", "since", "until"),
)
_ANSWERED = ("organisation", "feedback")
"""Elements whose every field may be compared between a list and the answers about it."""


def value_of(contract: Contract, role: str) -> pl.Expr:
    """What fills a role, as text: a field, ``{field: f}`` or ``{constant: x}``; null for none."""
    entry = contract.centre.get(role)
    if isinstance(entry, Mapping) and "constant" in entry:
        return pl.lit(str(entry["constant"]))
    return _first_of(contract, _fields_of(entry))


def typed_value_of(contract: Contract, role: str, data_type: pl.DataType) -> pl.Expr:
    """The field that fills a role, as the contract types it; null for none."""
    columns = _bronze(contract, _fields_of(contract.centre.get(role)))
    return (pl.col(columns[0]) if columns else pl.lit(None)).cast(data_type)


def place_of(contract: Contract) -> pl.Expr:
    """The division code that a record names: the first that is filled of its place fields."""
    return _first_of(contract, _place_fields(contract))


def number_of(contract: Contract) -> pl.Expr:
    """What tells one matter or organisation from another: the number, else the key.

    A row without any stands for itself, under its drop and record.
    """
    parts = [pl.col(name).cast(pl.String) for name in _bronze(contract, _number_fields(contract))]
    itself = pl.concat_str("_drop_id", pl.lit(":"), pl.col("_record").cast(pl.String))
    if not parts:
        return itself
    number = pl.concat_str([part.fill_null("") for part in parts], separator="|")
    return pl.when(pl.coalesce(parts).is_not_null()).then(number).otherwise(itself)


def stages_of(contract: Contract) -> dict[str, str]:
    """Stage to bronze column, of the stages that the contract maps."""
    stages: Mapping[str, str] = contract.centre.get("stages") or {}
    return {s: column for s, f in stages.items() for column in _bronze(contract, [f])}


def columns_needed(contract: Contract) -> list[str]:
    """The bronze columns that a figure can come from; the others need not be held."""
    fields = [f for role in _VALUES for f in _fields_of(contract.centre.get(role))]
    fields += [*_number_fields(contract), *_place_fields(contract), *contract.relation.scope]
    fields += [f.name for f in contract.key]
    if contract.centre.get("element") in ("place", "person", *_ANSWERED):
        fields += [f.name for f in contract.fields]
    return sorted({*_bronze(contract, fields), *stages_of(contract).values()})


def _fields_of(entry: Any) -> list[str]:
    if isinstance(entry, Mapping):
        return [entry["field"]] if "field" in entry else []
    return [entry] if entry else []


def _place_fields(contract: Contract) -> list[str]:
    mapped = contract.centre.get("place")
    if mapped is not None:
        return [mapped] if isinstance(mapped, str) else list(mapped)
    names = {f.name for f in contract.fields if f.semantic == "division_code"}
    return [f for f in _PLACE_FIELDS if f in names]


def _number_fields(contract: Contract) -> list[str]:
    number = contract.centre.get("number")
    if not number:
        return [f.name for f in contract.key]
    return [number] if isinstance(number, str) else list(number)


def _first_of(contract: Contract, fields: Iterable[str]) -> pl.Expr:
    columns = [pl.col(name).cast(pl.String) for name in _bronze(contract, fields)]
    return pl.coalesce(columns) if columns else pl.lit(None, pl.String)


def _bronze(contract: Contract, fields: Iterable[str]) -> list[str]:
    """Names in bronze; a field that never gets there (vault, refused) has none."""
    names = (contract.field(f).bronze_name for f in fields)
    return [name for name in names if name]
