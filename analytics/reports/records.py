"""A line of a file as a record: which drop brought it and what became of it.

Belongs here: looking up ``bronze.drops``, ``bronze.outcomes``, ``bronze.findings`` and the feeds.
Does not belong here: what an accepted record feeds (``why``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from civic.errors import CivicError
from civic.lake import LAKE

SHEETS = frozenset({"xlsx", "xls"})
WITHOUT_LINES = frozenset({"json", "parquet"})


@dataclass(frozen=True)
class Record:
    """What stands on a line of a drop.

    ``outcome``: 'refused' (the whole drop), 'heading', 'empty' (no record stands there),
    'left_out', 'rejected', 'repeated' or 'accepted'. ``line``: where the record begins; a record
    with line breaks covers the lines up to the next record.
    """

    drop: Mapping[str, Any]
    outcome: str
    record: int | None = None
    line: int | None = None
    sheet: str | None = None
    code: str | None = None
    detail: str | None = None
    findings: tuple[Mapping[str, Any], ...] = ()


def find_drops(connection: duckdb.DuckDBPyConnection, what: str) -> list[dict[str, Any]]:
    """The drops meant by a file, a SHA-256, a drop's identifier or a file's name.

    A file that exists is known by its bytes, whatever it is called. Raises CivicError where no
    drop is meant.
    """
    path = Path(what)
    if path.is_file():
        with path.open("rb") as file:
            column, value = "sha256", hashlib.file_digest(file, "sha256").hexdigest()
    elif re.fullmatch(r"[0-9a-fA-F]{64}", what):
        column, value = "sha256", what.lower()
    elif re.fullmatch(r"[0-9a-f]{16}", what):
        column, value = "drop_id", what
    else:
        column, value = "file_name", path.name
    drops = connection.execute(
        f"select * from {LAKE}.bronze.drops where {column} = ? order by drop_id", [value]
    ).pl()
    if drops.is_empty():
        raise CivicError(
            f"The publication knows no drop of {what}.",
            "civic intake takes a file in; civic run publishes it.",
        )
    return drops.to_dicts()


def record_at(
    connection: duckdb.DuckDBPyConnection,
    drop: Mapping[str, Any],
    line: int,
    sheet: str | None = None,
) -> Record:
    """What stands on a line (for JSON and Parquet: the record of that number) of a drop."""
    if drop["status"] == "refused":
        return Record(drop, "refused", code=drop.get("refusal_code"))
    found = _beginning_at_or_before(connection, drop, line, sheet)
    if found is None:
        return Record(drop, "heading")
    begins = found["begins"]
    if begins < line and (drop["format"] in SHEETS or found["outcome"] == "left_out"):
        above = line < _first_record(connection, drop, found["sheet"])
        return Record(drop, "heading" if above else "empty")
    return Record(
        drop=drop,
        outcome=found["outcome"],
        record=found["record"],
        line=found["line"],
        sheet=found["sheet"],
        code=found["code"],
        detail=found["detail"],
        findings=_findings(connection, drop, found),
    )


def _first_record(
    connection: duckdb.DuckDBPyConnection, drop: Mapping[str, Any], sheet: str | None
) -> int:
    """The line of a sheet's first row below its headings, whatever became of that row."""
    feed = str(drop["feed"]).replace('"', '""')
    found = connection.execute(
        f"""
        select min(line) from (
          select _line as line, _sheet as sheet
          from {LAKE}.bronze."{feed}" where _drop_id = $drop
          union all
          select line, sheet from {LAKE}.bronze.outcomes
          where drop_id = $drop and code is distinct from 'left_out_title'
        ) where sheet is not distinct from $sheet
        """,
        {"drop": drop["drop_id"], "sheet": sheet},
    ).fetchone()
    return found[0] if found and found[0] is not None else 0


def _beginning_at_or_before(
    connection: duckdb.DuckDBPyConnection, drop: Mapping[str, Any], line: int, sheet: str | None
) -> dict[str, Any] | None:
    feed = str(drop["feed"]).replace('"', '""')
    position = "record" if drop["format"] in WITHOUT_LINES else "coalesce(line, record)"
    found = connection.execute(
        f"""
        with known as (
          select _record as record, _line as line, _sheet as sheet, 'accepted' as outcome,
            cast(null as varchar) as code, cast(null as varchar) as detail
          from {LAKE}.bronze."{feed}" where _drop_id = $drop
          union all
          select record, line, sheet, outcome, code, detail
          from {LAKE}.bronze.outcomes where drop_id = $drop
        )
        select *, {position} as begins from known
        where {position} <= $line and ($sheet is null or sheet = $sheet)
        order by begins desc, outcome, record limit 1
        """,
        {"drop": drop["drop_id"], "line": line, "sheet": sheet},
    ).pl()
    return found.row(0, named=True) if found.height else None


def _findings(
    connection: duckdb.DuckDBPyConnection, drop: Mapping[str, Any], found: Mapping[str, Any]
) -> tuple[Mapping[str, Any], ...]:
    rows = connection.execute(
        f"select column_name, heading, code, severity, value_found, expected_zh, expected_en "
        f"from {LAKE}.bronze.findings where drop_id = ? and record is not distinct from ? "
        "and line is not distinct from ? order by severity, column_name, code",
        [drop["drop_id"], found["record"], found["line"]],
    ).pl()
    return tuple(rows.to_dicts())
