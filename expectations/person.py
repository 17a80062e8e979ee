"""What the residents promise, and that no direct identifier stands outside raw and vault.

The patterns are the strict core of those by which intake takes identifiers out of free text, so
that an audit never stops at what intake rightly lets pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from expectations.checks import Check, Suite, in_set, no_rows, not_null, unique
from ingestion.contracts import Contract

PERSONS, DWELLINGS = "lake.marts.dim_person", "lake.marts.dim_dwelling"
#: GB/T 2261.1
SEXES = ("0", "1", "2", "9")
KINDS = ("registered", "floating", "left_behind", "foreign")

#: GB 11643: region, a birth date that is possible, order number, check digit.
CITIZEN_ID = (
    r"[1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
MOBILE = r"1[3-9][0-9]{9}"
IDENTIFIER = rf"(^|[^0-9A-Za-z])({CITIZEN_ID}|{MOBILE})($|[^0-9A-Za-z])"
#: Pseudonyms and digests are hexadecimal: their digits mean nothing.
HEXADECIMAL = re.compile(r"(_pseudonym|sha256|drop_id|_key)$")
#: Numbers given by a system may look like a phone now and then; a column of phones does always.
NUMBERED = re.compile(r"(_no|_code|_number)$")


def person(contracts: Mapping[str, Contract], columns: Iterable[tuple[str, str, str]]) -> Suite:
    """Checks of persons and dwellings, and of every text of bronze and marts.

    ``columns``: (schema, table, column) of every text column that the lake has.
    """
    return Suite(
        "person",
        (
            *not_null(PERSONS, "person_key", "resident_kind", "sex"),
            unique(PERSONS, "person_key"),
            in_set(PERSONS, "sex", SEXES),
            in_set(PERSONS, "resident_kind", KINDS),
            no_rows(
                PERSONS,
                f"select count(*) as persons from {PERSONS} where birth_date > as_of "
                "having count(*) > 0",
                "出生日期不晚于数据截至日",
                "nobody is born after the date of the data",
                severity="warning",
                column="birth_date",
            ),
            *not_null(DWELLINGS, "dwelling_code"),
            unique(DWELLINGS, "dwelling_code"),
            _no_identifier_columns(contracts),
            *_no_identifiers(columns, _keys(contracts)),
        ),
    )


def _no_identifier_columns(contracts: Mapping[str, Contract]) -> Check:
    """What a contract protects has no column of its name in its feed's table."""
    kept_out = [
        (contract.feed, field.name)
        for contract in contracts.values()
        for field in contract.fields
        if field.protection in ("pseudonym", "vault", "refused") and field.name != field.bronze_name
    ]
    stated = ", ".join(f"('{feed}', '{name}')" for feed, name in [*kept_out, ("", "")])
    return no_rows(
        "lake.bronze.drops",
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'lake' and schema_name = 'bronze' "
        f"and (table_name, column_name) in ({stated})",
        "受保护的字段不在库中",
        "no protected field has a column in bronze",
    )


def _no_identifiers(
    columns: Iterable[tuple[str, str, str]], keys: Mapping[str, set[str]]
) -> list[Check]:
    tables: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in columns:
        if not HEXADECIMAL.search(column):
            tables.setdefault((schema, table), []).append(column)
    return [
        _no_identifiers_in(f"lake.{schema}.{table}", names, keys.get(table, set()))
        for (schema, table), names in sorted(tables.items())
    ]


def _no_identifiers_in(table: str, columns: list[str], keys: set[str]) -> Check:
    """One pass over the table; says in which column and how often, never what stands there."""
    counts, limits = [], []
    for column in columns:
        numbered = column in keys or NUMBERED.search(column)
        counts.append(
            f'count_if(case when length("{column}") >= 11 '
            f'then regexp_matches("{column}", \'{IDENTIFIER}\') else false end) as "{column}"'
        )
        limits.append(f"when '{column}' then {'rows_there / 2' if numbered else '0'}")
    named = ", ".join(f'"{column}"' for column in columns)
    return no_rows(
        table,
        "select column_name, found from ("
        f"select count(*) as rows_there, {', '.join(counts)} from {table}) "
        f"unpivot (found for column_name in ({named})) "
        f"where found > case column_name {' '.join(limits)} end",
        "没有身份证号或手机号",
        "no citizen id and no mobile phone number",
    )


def _keys(contracts: Mapping[str, Contract]) -> dict[str, set[str]]:
    """By feed: key fields and codes, whose values a system gave and not a person."""
    given = ("credit_code", "division_code")
    return {
        contract.feed: {
            field.name
            for field in contract.fields
            if field.protection == "none"
            and (field.key_position is not None or field.semantic in given or field.reference)
        }
        for contract in contracts.values()
    }
