"""What a check is, as data, and the few shapes that checks have.

Belongs here: stating checks. Does not belong here: which checks there are (one module for each
element) or how they are run (``running``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "warning"]


@dataclass(frozen=True)
class Check:
    """One expectation of one table.

    ``table``: as SQL names it, ``lake.marts.dim_place``. ``expectation``: Great Expectations'
    class. ``zh`` and ``en``: what is promised, for a reader.
    """

    table: str
    expectation: str
    arguments: Mapping[str, Any]
    zh: str
    en: str
    severity: Severity = "blocking"
    column: str | None = None


@dataclass(frozen=True)
class Suite:
    """The checks of one element; its name heads its page in the Data Docs."""

    name: str
    checks: tuple[Check, ...] = field(default_factory=tuple)


def not_null(table: str, *columns: str, severity: Severity = "blocking") -> list[Check]:
    """Each of the columns is filled in every row."""
    return [
        Check(
            table,
            "ExpectColumnValuesToNotBeNull",
            {"column": column},
            f"{column} 必有值",
            f"{column} is always there",
            severity,
            column,
        )
        for column in columns
    ]


def unique(table: str, *columns: str) -> Check:
    """No two rows have the same values in the columns together."""
    named = ", ".join(columns)
    zh, en = f"{named} 不重复", f"no two rows share {named}"
    if len(columns) == 1:
        arguments: dict[str, Any] = {"column": named}
        return Check(table, "ExpectColumnValuesToBeUnique", arguments, zh, en, column=named)
    arguments = {"column_list": list(columns)}
    return Check(table, "ExpectCompoundColumnsToBeUnique", arguments, zh, en)


def in_set(
    table: str, column: str, values: Iterable[str], severity: Severity = "blocking"
) -> Check:
    """The column has none but these values; null passes."""
    return Check(
        table,
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": list(values)},
        f"{column} 均在代码表内",
        f"every {column} is in its code list",
        severity,
        column,
    )


def between(
    table: str,
    column: str,
    low: float | None,
    high: float | None,
    severity: Severity = "blocking",
) -> Check:
    """The column lies within bounds, which are included; null passes."""
    stated = f"{'' if low is None else low} … {'' if high is None else high}".strip()
    return Check(
        table,
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": low, "max_value": high},
        f"{column} 在范围内：{stated}",
        f"{column} lies within {stated}",
        severity,
        column,
    )


def no_rows(
    table: str,
    query: str,
    zh: str,
    en: str,
    *,
    severity: Severity = "blocking",
    column: str | None = None,
) -> Check:
    """The query finds nothing. It names tables in full and returns what may be shown to anyone."""
    # Great Expectations reads braces as places to put the batch in, and prints a warning where
    # there is none; a query here names its tables itself and mentions the batch in a comment.
    escaped = query.replace("{", "{{").replace("}", "}}")
    arguments = {"unexpected_rows_query": f"/* {{batch}} */ {escaped}"}
    return Check(table, "UnexpectedRowsExpectation", arguments, zh, en, severity, column)


def all_filled(table: str, columns: Iterable[str]) -> Check:
    """Every one of these columns is filled in every row: one check and one pass for all of them.

    Great Expectations takes longer over a check than most tables take to be read, and a table of
    bronze promises up to twenty columns.
    """
    names = list(columns)
    empty = ", ".join(f'count(*) - count("{name}") as "{name}"' for name in names)
    return no_rows(
        table,
        f"select column_name, empty_rows from (unpivot (select {empty} from {table}) "
        "on columns(*) into name column_name value empty_rows) where empty_rows > 0",
        f"必有值：{'、'.join(names)}",
        f"always there: {', '.join(names)}",
    )


def all_in_set(table: str, lists: Mapping[str, Iterable[str]]) -> list[Check]:
    """Each of these columns has none but its values, null passes: one check for all of them."""
    if not lists:
        return []
    strangers = []
    for name, values in lists.items():
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        strangers.append(
            f"select '{name}' as column_name, count(*) as rows from {table} "
            f'where "{name}" not in ({listed}) having count(*) > 0'
        )
    named = list(lists)
    return [
        no_rows(
            table,
            " union all ".join(strangers),
            f"均在代码表内：{'、'.join(named)}",
            f"in its code list: every {', '.join(named)}",
        )
    ]


def lineage(fact: str, key: str, bridge: str) -> list[Check]:
    """A fact's rows all lead to source rows: exactly one anchor each, in drops that are known."""
    table, bridge = f"lake.marts.{fact}", f"lake.marts.{bridge}"
    return [
        *not_null(table, key),
        unique(table, key),
        no_rows(
            bridge,
            f"select fact.{key}, count(source.{key}) as anchors from {table} as fact "
            f"left join {bridge} as source on source.{key} = fact.{key} and source.is_anchor "
            f"group by fact.{key} having count(source.{key}) <> 1",
            "每条事实恰有一行来源为锚",
            "every row of the fact has exactly one anchor among its source rows",
        ),
        no_rows(
            bridge,
            f"select source.{key}, source.drop_id from {bridge} as source "
            f"anti join {table} as fact using ({key})",
            "来源行均属于某条事实",
            "every source row belongs to a row of the fact",
        ),
        no_rows(
            bridge,
            f"select distinct drop_id from {bridge} anti join lake.bronze.drops using (drop_id)",
            "来源文件均已登记",
            "every source row comes from a drop that is known",
        ),
    ]
