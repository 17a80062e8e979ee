"""Give the cleaned texts of one column the type that its contract states.

What does not parse becomes null; ``checking`` holds that against the text. Columns of few distinct
values (dates, codes, yes and no) are read once per distinct value: of five million residents there
are some thirty thousand birth dates.
"""

from __future__ import annotations

import polars as pl

from ingestion.contracts import Field
from ingestion.validation import identifiers, parsing

#: Up to this share of distinct values it is cheaper to read those and to look the rest up.
FEW = 0.2
FEW_AT_LEAST = 1_000
PLAIN_MOBILE = r"^1[3-9][0-9]{9}$"


def typed_values(field: Field, texts: pl.Series) -> pl.Series:
    """The column's values; one per text, null where there is none or it does not parse."""
    if field.semantic == "phone":
        return _phones(texts)
    if field.logical_type == "string" and not field.codes:
        return _read(field, texts)
    if len(texts) < FEW_AT_LEAST:
        return _read(field, texts)
    distinct = texts.unique().drop_nulls()
    if len(distinct) > FEW * len(texts):
        return _read(field, texts)
    values = _read(field, distinct)
    if distinct.is_empty():
        return pl.Series(texts.name, [None] * len(texts), dtype=values.dtype)
    return texts.replace_strict(distinct, values, default=None, return_dtype=values.dtype)


def _read(field: Field, texts: pl.Series) -> pl.Series:
    return texts.to_frame().select(_expression(field, pl.col(texts.name))).to_series()


def _phones(texts: pl.Series) -> pl.Series:
    """Nearly all are plain mobile numbers; only the others have blanks and signs to take out."""
    other = ~texts.str.contains(PLAIN_MOBILE).fill_null(True)
    if not other.any():
        return texts
    column = pl.col(texts.name)
    read = texts.filter(other).to_frame().select(identifiers.normalise_phone(_code_text(column)))
    return texts.scatter(other.arg_true(), read.to_series())


def _expression(field: Field, text: pl.Expr) -> pl.Expr:
    match field.logical_type:
        case "integer":
            return parsing.parse_integer(text)
        case "number":
            return parsing.parse_number(text)
        case "date":
            return parsing.parse_date(text)
        case "timestamp":
            return parsing.parse_timestamp(text, field.zone)
        case "boolean":
            return parsing.parse_boolean(text)
    return _string(field, text)


def _string(field: Field, text: pl.Expr) -> pl.Expr:
    if field.codes:
        return _code_value(field, text)
    if field.semantic == "citizen_id":
        return identifiers.lift_citizen_id(_code_text(text))
    if field.semantic in ("credit_code", "division_code", "passport"):
        return _code_text(text)
    if field.pattern or field.key_position is not None or field.reference is not None:
        return parsing.half_width(text)
    return text


def _code_text(text: pl.Expr) -> pl.Expr:
    return parsing.half_width(text).str.to_uppercase()


def _code_value(field: Field, text: pl.Expr) -> pl.Expr:
    spelled = {_spelling(s): code.value for code in field.codes for s in code.spellings}
    written = parsing.half_width(text).str.to_lowercase().str.replace_all(r"\s", "")
    return written.replace_strict(
        list(spelled), list(spelled.values()), default=None, return_dtype=pl.String
    )


def _spelling(text: str) -> str:
    return "".join(text.split()).lower()
