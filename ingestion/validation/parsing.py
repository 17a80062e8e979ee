"""Text as clerks type it, read as typed values; what does not parse is null, never a guess.

Every function takes the text as it came (it cleans and narrows by itself) and gives null both
for null and for what it cannot read: the caller compares with the input to find the errors.
Belongs here: the way in to all parsing, numbers and booleans. Dates and times are read in
``moments``, trimming and widths in ``text``; what a value is allowed to be is the contract's.
"""

import polars as pl

from ingestion.validation.moments import parse_date, parse_timestamp
from ingestion.validation.text import clean, half_width

__all__ = [
    "clean",
    "half_width",
    "parse_boolean",
    "parse_date",
    "parse_integer",
    "parse_number",
    "parse_timestamp",
]

# Separators of thousands, comma or blank, one kind in one number: "1,23" may be a slip of the
# key or a decimal comma, so that anything but groups of three is refused.
_WHOLE = r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\s[0-9]{3})+)"
_INTEGER = rf"^[+-]?{_WHOLE}(?:\.0*)?$"
_NUMBER = rf"^[+-]?(?:{_WHOLE}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_SEPARATORS = r"[,\s]"

_TRUE = ("是", "有", "1", "1.0", "true", "t", "yes", "y", "√", "✓", "✔")
_FALSE = ("否", "无", "0", "0.0", "false", "f", "no", "n", "×", "✗", "✘")
_BOOLEANS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)


def parse_integer(text: pl.Expr) -> pl.Expr:
    """Read whole numbers as Int64: ``1 234``, ``1,234``, ``１２３``, ``12.0``.

    Null: ``12.5``, ``1,23``, and ``1.2E+17``, the form in which a spreadsheet shows a long
    number whose last digits it has already lost; also what Int64 cannot hold.
    """
    narrow = half_width(clean(text))
    digits = narrow.str.replace_all(_SEPARATORS, "").str.replace(r"\.0*$", "")
    return pl.when(narrow.str.contains(_INTEGER)).then(digits.cast(pl.Int64, strict=False))


def parse_number(text: pl.Expr) -> pl.Expr:
    """Read decimal numbers as Float64: as integers, and ``12.5``, ``.5``, ``1.2e-3``.

    Null: percentages, ``nan``, ``inf``, and what is too large for Float64.
    """
    narrow = half_width(clean(text))
    number = narrow.str.replace_all(_SEPARATORS, "").cast(pl.Float64, strict=False)
    return pl.when(narrow.str.contains(_NUMBER) & number.is_finite()).then(number)


def parse_boolean(text: pl.Expr) -> pl.Expr:
    """Read 是/否, 有/无, √/×, 1/0, true/false, t/f, yes/no and y/n, in any case and width."""
    narrow = half_width(clean(text)).str.to_lowercase()
    return narrow.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
