"""Check one batch of text records against its contract: typed columns, findings, verdicts.

Everything is vectorised: one pass of Polars expressions makes the typed columns and, for each
field, a column of fault codes; only rows with a fault are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from ingestion.contracts import Contract, Field, HeadingMatch
from ingestion.intake.typing_columns import typed_values
from ingestion.reading import Batch
from ingestion.validation import identifiers, parsing
from ingestion.validation.rules import evaluate_rule

ROW = ("_record", "_line", "_sheet")
SURPLUS = "surplus_fields"
FINDING_SCHEMA = {
    "record": pl.Int64,
    "line": pl.Int64,
    "sheet": pl.String,
    "column_name": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "value_found": pl.String,
}

_FAULTS: dict[str | None, Callable[[pl.Expr], pl.Expr]] = {
    "citizen_id": identifiers.citizen_id_fault,
    "credit_code": identifiers.credit_code_fault,
    "division_code": identifiers.division_code_fault,
    "phone": identifiers.phone_fault,
}


@dataclass(frozen=True)
class CheckedBatch:
    """A batch after its checks.

    ``typed``: all records with the contract's fields typed, ``_record``, ``_line``, ``_sheet`` and
    ``_rejected``. ``texts``: the same rows as the clerk wrote them. ``findings``: one row per
    finding (FINDING_SCHEMA; the value is unmasked). ``left_out``: rows that are no records, with
    ``code`` and ``detail``.
    """

    typed: pl.DataFrame
    texts: pl.DataFrame
    findings: pl.DataFrame
    left_out: pl.DataFrame


def check_batch(
    contract: Contract,
    match: HeadingMatch,
    batch: Batch,
    known: Mapping[str, pl.Series],
) -> CheckedBatch:
    """Check the text records of a batch.

    ``known``: for fields with a reference, the values that the other feed has; a field that is not
    in it is not checked.
    """
    frame = batch.frame.with_columns(pl.lit(batch.part.name, dtype=pl.String).alias("_sheet"))
    records, left_out = _without_left_out(contract, match, frame)
    texts = _texts(contract, match, records)
    cleaned = texts.with_columns(parsing.clean(pl.col(f.name)) for f in contract.fields)
    typed = cleaned.with_columns(
        typed_values(f, cleaned.get_column(f.name)) for f in contract.fields
    )
    findings = [
        *_field_findings(contract, cleaned, typed),
        *_reference_findings(contract, typed, known),
        *_rule_findings(contract, cleaned, typed),
        _surplus_findings(records),
    ]
    found = pl.concat(findings) if findings else pl.DataFrame(schema=FINDING_SCHEMA)
    rejected = found.filter(pl.col("severity") == "reject").get_column("record").unique()
    typed = typed.with_columns(pl.col("_record").is_in(rejected.implode()).alias("_rejected"))
    return CheckedBatch(typed, texts, found, left_out)


def texts_of(contract: Contract, match: HeadingMatch, batch: Batch) -> pl.DataFrame:
    """The records of a batch as the clerk wrote them, unchecked: ``CheckedBatch.texts`` alone."""
    frame = batch.frame.with_columns(pl.lit(batch.part.name, dtype=pl.String).alias("_sheet"))
    return _texts(contract, match, _without_left_out(contract, match, frame)[0])


def _without_left_out(
    contract: Contract, match: HeadingMatch, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(records, rows left out): blank rows, and those the contract says are titles or subtotals."""
    cells = [c for c in frame.columns if not c.startswith("_")]
    first = pl.coalesce(pl.col(c) for c in cells)
    alone = pl.sum_horizontal(pl.col(c).is_not_null() for c in cells) == 1
    reason: Any = pl.when(pl.col("_blank")).then(pl.lit("left_out_blank"))
    for rule in contract.reading.leave_out:
        position = match.columns.get(rule.column or "")
        text = pl.col(str(position)) if position is not None else first
        condition = alone if rule.only_first_cell else pl.lit(True)
        if rule.nothing_but:
            condition &= _nothing_but(contract, match, rule.nothing_but)
        if rule.pattern:
            condition &= text.str.contains(f"^(?:{rule.pattern})$")
        reason = reason.when(condition).then(pl.lit(rule.reason))
    marked = frame.with_columns(reason.otherwise(None).alias("code"), first.alias("detail"))
    left_out = marked.filter(pl.col("code").is_not_null())
    records = frame if left_out.is_empty() else marked.filter(pl.col("code").is_null())
    return records, left_out.select(*ROW, "code", "detail")


def _nothing_but(contract: Contract, match: HeadingMatch, named: tuple[str, ...]) -> pl.Expr:
    """Whether the key is filled and no field beside the named ones; surplus cells are an answer."""
    filled = {
        name: pl.col(str(position)).str.strip_chars().fill_null("") != ""
        for name, position in match.columns.items()
    }
    keys = [filled.get(f.name, pl.lit(False)) for f in contract.key]
    others = [~is_filled for name, is_filled in filled.items() if name not in named]
    return pl.all_horizontal(*keys, *others, pl.col("_surplus") == 0)


def _texts(contract: Contract, match: HeadingMatch, records: pl.DataFrame) -> pl.DataFrame:
    found = [
        pl.col(str(match.columns[f.name])).alias(f.name)
        if f.name in match.columns
        else pl.lit(None, dtype=pl.String).alias(f.name)
        for f in contract.fields
    ]
    return records.select(*ROW, *found)


def _field_findings(
    contract: Contract, cleaned: pl.DataFrame, typed: pl.DataFrame
) -> list[pl.DataFrame]:
    """One frame per field that has a fault. The first fault of a value is the one that counts."""
    texts = {f"text:{f.name}": cleaned.get_column(f.name) for f in contract.fields}
    both = typed.with_columns(series.alias(name) for name, series in texts.items())
    faults = both.select(_fault(f).alias(f.name) for f in contract.fields)
    found = []
    for field in contract.fields:
        codes = faults.get_column(field.name)
        if codes.null_count() == len(codes):
            continue
        rows = both.with_columns(codes.alias("code")).filter(pl.col("code").is_not_null())
        found.append(_findings(rows, field.name, pl.col("code"), "reject", f"text:{field.name}"))
    return found


def _fault(field: Field) -> pl.Expr:
    text, value = pl.col(f"text:{field.name}"), pl.col(field.name)
    given = text.is_not_null()
    fault: Any = pl.when(given & value.is_null()).then(
        pl.lit("code_unknown" if field.codes else f"type_{field.logical_type}")
    )
    if field.required:
        fault = fault.when(~given).then(pl.lit("required_missing"))
    if field.pattern:
        fault = fault.when(given & ~value.str.contains(f"^(?:{field.pattern})$")).then(
            pl.lit("pattern")
        )
    if field.max_length:
        too_long = value.str.len_chars() > field.max_length
        fault = fault.when(given & too_long).then(pl.lit("too_long"))
    if field.minimum is not None:
        below = value < _bound(field, field.minimum)
        fault = fault.when(given & below).then(pl.lit("out_of_range"))
    if field.maximum is not None:
        above = value > _bound(field, field.maximum)
        fault = fault.when(given & above).then(pl.lit("out_of_range"))
    checked = fault.otherwise(None)
    if field.semantic in _FAULTS:
        # A phone without a digit has no value at all; what was written decides.
        judged = pl.coalesce(value, text)
        semantic = pl.when(given).then(_FAULTS[field.semantic](judged)).otherwise(None)
        # The identifier's own fault says more than the pattern that it breaks as well.
        return pl.coalesce(semantic, checked)
    return checked


def _bound(field: Field, bound: str | float) -> pl.Expr:
    match field.logical_type:
        case "date":
            return pl.lit(date.fromisoformat(str(bound)))
        case "timestamp":
            return pl.lit(datetime.fromisoformat(str(bound)))
    return pl.lit(bound)


def _reference_findings(
    contract: Contract, typed: pl.DataFrame, known: Mapping[str, pl.Series]
) -> list[pl.DataFrame]:
    """Unknown references only warn: whether one is known depends on what else has arrived."""
    found = []
    for field in contract.fields:
        if field.name not in known:
            continue
        value = pl.col(field.name)
        rows = typed.filter(value.is_not_null() & ~value.is_in(known[field.name].implode()))
        found.append(_findings(rows, field.name, pl.lit("reference_unknown"), "warn", field.name))
    return found


def _rule_findings(
    contract: Contract, cleaned: pl.DataFrame, typed: pl.DataFrame
) -> list[pl.DataFrame]:
    """What is shown as found are the fields that the rule speaks of, as the clerk wrote them."""
    found = []
    for rule in contract.rules:
        passes = evaluate_rule(typed, rule.expression)
        rows = cleaned.filter(~passes)
        if rows.is_empty():
            continue
        columns = [c for c in contract_columns(rule.expression) if c in typed.columns]
        values = pl.concat_str(
            [pl.format(f"{c}={{}}", pl.col(c).fill_null("")) for c in columns],
            separator="; ",
        )
        rows = rows.with_columns(values.alias("value:rule"))
        code = pl.lit(f"rule:{rule.name}")
        found.append(_findings(rows, ",".join(columns), code, rule.severity, "value:rule"))
    return found


def contract_columns(expression: str) -> list[str]:
    """The fields that a row rule speaks of, in the order in which it names them."""
    return list(dict.fromkeys(pl.sql_expr(expression).meta.root_names()))


def _surplus_findings(records: pl.DataFrame) -> pl.DataFrame:
    rows = records.filter(pl.col("_surplus") > 0)
    return _findings(rows, "", pl.lit(SURPLUS), "reject", "_surplus")


def _findings(
    rows: pl.DataFrame, column: str, code: pl.Expr, severity: str, value: str
) -> pl.DataFrame:
    return rows.select(
        record=pl.col("_record").cast(pl.Int64),
        line=pl.col("_line").cast(pl.Int64),
        sheet=pl.col("_sheet").cast(pl.String),
        column_name=pl.lit(column),
        code=code,
        severity=pl.lit(severity),
        value_found=pl.col(value).cast(pl.String),
    )
