"""Keep direct identifiers out of bronze: pseudonym, vault or scrubbed text, by the contract."""

from __future__ import annotations

from typing import Any

import polars as pl

from ingestion.contracts import Contract, Field
from ingestion.validation.masking import mask, scrub
from ingestion.vault import pseudonyms

MASKS = {
    "citizen_id": "citizen_id",
    "phone": "phone",
    "person_name": "name",
    "address": "address",
}


def protect(
    contract: Contract, typed: pl.DataFrame, key: bytes
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """(bronze columns, identities for the vault or None where the feed has none).

    Both keep ``_record``; the identities keep the pseudonyms too, to resolve them by.
    """
    made = typed.with_columns(
        scrub(pl.col(f.name)) for f in contract.fields if f.protection == "scrub"
    ).with_columns(
        pseudonyms(typed.get_column(f.name), _kind(f), key).alias(f.encrypted_name or f.name)
        for f in contract.fields
        if f.protection == "pseudonym"
    )
    own = [c for c in typed.columns if c.startswith("_")]
    bronze = made.select(*own, *(f.bronze_name for f in contract.bronze_fields if f.bronze_name))
    secret = [f for f in contract.fields if f.protection in ("pseudonym", "vault")]
    if not secret:
        return bronze, None
    keyed = [f.encrypted_name for f in secret if f.protection == "pseudonym" and f.encrypted_name]
    return bronze, made.select("_record", *keyed, *(pl.col(f.name).cast(pl.String) for f in secret))


def masked_values(contract: Contract, findings: pl.DataFrame) -> pl.DataFrame:
    """The findings with what was found masked wherever it could identify somebody."""
    value, column = pl.col("value_found"), pl.col("column_name")
    found = {
        n for names in findings.get_column("column_name").unique() for n in (names or "").split(",")
    }
    shown: Any = pl.when(pl.lit(False)).then(value)
    for field in (f for f in contract.fields if f.name in found):
        hit = column.str.split(",").list.contains(field.name)
        if field.protection in ("pseudonym", "vault"):
            shown = shown.when(hit).then(mask(value, MASKS.get(field.semantic or "", "text")))
        elif field.protection == "scrub" or field.classification == "personal":
            shown = shown.when(hit).then(scrub(value))
    return findings.with_columns(shown.otherwise(scrub(value)).alias("value_found"))


def _kind(field: Field) -> str:
    """What is hashed with the value: equal kinds give one person one pseudonym in every feed."""
    return field.semantic or field.name
