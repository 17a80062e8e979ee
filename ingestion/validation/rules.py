"""Row rules: what must hold between the typed fields of one row, as a SQL boolean expression.

Belongs here: reading and evaluating one rule. Which rules a feed has, their wording and their
severity stand in its contract.

Polars reads the SQL: comparisons, and/or/not, is null, between, in, case, like, regular
expressions with ``~``, length, coalesce, cast, ``DATE '2019-02-28'``,
``TIMESTAMP '2019-02-28 11:25:05'`` and ``INTERVAL '15 days'``. A date compared with a bare
string is refused: write the literal with its type.
"""

import re

import polars as pl
import polars.exceptions

from civic.errors import CivicError

_QUOTED = re.compile(r"'(?:[^']|'')*'")
# Windows and subqueries see other rows; the clock makes the same drop come out differently
# on another day.
_BEYOND_THE_ROW = re.compile(
    r"\b(?:(?:over|unnest|columns|now)\s*\(|(?:select|current_(?:date|time|timestamp))\b)",
    re.IGNORECASE,
)


def evaluate_rule(frame: pl.DataFrame, expression: str) -> pl.Series:
    """Say for each row whether it keeps the rule, as a Boolean series without nulls.

    As with a SQL check constraint, a rule that comes out null (a field it needs is empty)
    counts as kept: whether a field may be empty is another check.

    Raises CivicError when the expression does not parse, names a column that the frame does not
    have, compares what cannot be compared, is not a condition, or looks beyond its own row.
    """
    rule = _parse(expression)
    missing = sorted(columns_of(expression) - set(frame.columns))
    if missing:
        raise CivicError(
            f"The row rule `{expression}` names unknown columns: {', '.join(missing)}.",
            f"Columns there are: {', '.join(frame.columns)}.",
        )
    _refuse_what_is_no_condition_of_one_row(frame, rule, expression)
    kept = _select(frame, rule, expression)
    return kept.fill_null(True).alias("kept")


def columns_of(expression: str) -> set[str]:
    """Names of the columns that a row rule reads; CivicError when it does not parse."""
    return set(_parse(expression).meta.root_names())


def _parse(expression: str) -> pl.Expr:
    beyond = _BEYOND_THE_ROW.search(_QUOTED.sub("''", expression))
    if beyond:
        raise CivicError(
            f"The row rule `{expression}` looks beyond its own row: `{beyond.group()}`.",
            "Use only the fields of the row; no windows, no subqueries, no clock.",
        )
    try:
        return pl.sql_expr(expression)
    except polars.exceptions.PolarsError as error:
        raise CivicError(
            f"The row rule `{expression}` cannot be read: {_reason(error)}.",
            "Write one SQL condition over the contract's fields, such as `closed_at >= opened_at`.",
        ) from error


def _refuse_what_is_no_condition_of_one_row(
    frame: pl.DataFrame, rule: pl.Expr, expression: str
) -> None:
    """Try the rule on no rows: a condition of one row gives none, an aggregate still gives one."""
    probe = _select(frame.clear(), rule, expression)
    if len(probe):
        raise CivicError(
            f"The row rule `{expression}` does not speak of the single row.",
            "Name at least one field, and use no aggregate such as max() or count().",
        )
    if probe.dtype not in (pl.Boolean, pl.Null):
        raise CivicError(
            f"The row rule `{expression}` gives {probe.dtype}, not true or false.",
            "Compare: `amount > 0` rather than `amount`.",
        )


def _select(frame: pl.DataFrame, rule: pl.Expr, expression: str) -> pl.Series:
    try:
        return frame.select(rule.alias("kept"))["kept"]
    except polars.exceptions.PolarsError as error:
        raise CivicError(
            f"The row rule `{expression}` cannot be evaluated: {_reason(error)}.",
            "Compare fields of one type; write dates as DATE '2019-02-28'.",
        ) from error


def _reason(error: Exception) -> str:
    """First line of what Polars says, without the values it quotes: they may be personal."""
    first = (str(error).strip().splitlines() or ["no reason given"])[0]
    return first.split(" values: [")[0].rstrip(".:")
