"""True values as a unit's clerks and systems write them: text in many spellings, all readable.

Belongs here: harmless variety. Does not: what is wrong (``dirt``), file formats (``writing``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from ingestion.contracts.model import Contract, Field

SERIAL = "SERIAL"
SERIAL_ZERO = pl.date(1899, 12, 30)
DIGITS = list("0123456789")
WIDE = [chr(ord(digit) + 0xFEE0) for digit in DIGITS]
FEW = 400
NATIONS = ("汉族", "满族", "回族", "蒙古族")


def render(
    frame: pl.DataFrame, contract: Contract | None, export: dict[str, Any], rng: np.random.Generator
) -> pl.DataFrame:
    """The export's fields as text, in its order; a missing field is an empty column.

    ``frame``: true values, typed, one row per record. Codes are spelled as the contract allows.
    """
    fields = {f.name: f for f in contract.fields} if contract else {}
    columns = [
        _column(frame, name, fields.get(name), export, rng).alias(name)
        for name in export["headings"]
    ]
    return pl.DataFrame(columns)


def _column(
    frame: pl.DataFrame,
    name: str,
    field: Field | None,
    export: dict[str, Any],
    rng: np.random.Generator,
) -> pl.Series:
    if field is not None and field.protection == "refused":
        return pl.Series(rng.choice(NATIONS, len(frame), p=[0.9, 0.06, 0.02, 0.02]))
    if name not in frame.columns:
        return pl.Series([None] * len(frame), dtype=pl.String)
    values = frame[name]
    if values.null_count() == len(values):
        return values.cast(pl.String)
    if field is not None and field.codes:
        text = _spelled(values, field, export.get("codes", 0.0), rng)
    elif values.dtype == pl.Boolean:
        text = values.replace_strict({True: "是", False: "否"}, return_dtype=pl.String)
    elif values.dtype == pl.Date:
        text = _formatted(values, export.get("dates", ["%Y-%m-%d"]), rng)
    elif values.dtype == pl.Datetime:
        text = _formatted(values, export.get("times", ["%Y-%m-%d %H:%M:%S"]), rng)
    else:
        text = values.cast(pl.String)
    return _widened(text, export.get("full_width", {}).get(name, 0.0), rng)


def _spelled(values: pl.Series, field: Field, share: float, rng: np.random.Generator) -> pl.Series:
    """The Chinese label, and for a share of the rows another spelling or the code itself."""
    labels = {c.value: c.label_zh for c in field.codes}
    others = {c.value: c.aliases[0] if c.aliases else c.value for c in field.codes}
    written = values.replace(labels)
    rows = some_rows(len(values), share, rng)
    return written.scatter(rows, values.gather(rows).replace(others)) if len(rows) else written


def _formatted(values: pl.Series, forms: list[str], rng: np.random.Generator) -> pl.Series:
    """Each value in one of the forms; every day is spelled once in each form, then looked up."""
    if values.dtype == pl.Date and len(values) > FEW:
        return _days_formatted(values, forms, rng)
    drawn = pl.Series(rng.integers(0, len(forms), len(values)))
    chosen = [pl.when(drawn == i).then(_in_form(values, form)) for i, form in enumerate(forms)]
    return pl.select(pl.coalesce(chosen)).to_series()


def _days_formatted(values: pl.Series, forms: list[str], rng: np.random.Generator) -> pl.Series:
    days = values.to_physical()
    if days.null_count() == len(days):
        return pl.Series([None] * len(days), dtype=pl.String)
    first, last = int(days.min()), int(days.max())  # type: ignore[arg-type]
    calendar = pl.int_range(first, last + 1, eager=True, dtype=pl.Int32).cast(pl.Date)
    spelled = pl.concat([_in_form(calendar, form) for form in forms])
    drawn = pl.Series(rng.integers(0, len(forms), len(values)))
    return spelled.gather(drawn * len(calendar) + (days - first))


def _in_form(values: pl.Series, form: str) -> pl.Series:
    if form == SERIAL:
        days = values.cast(pl.Date) - pl.select(SERIAL_ZERO).item()
        return days.dt.total_days().cast(pl.String)
    return values.dt.strftime(form)


def _widened(text: pl.Series, share: float, rng: np.random.Generator) -> pl.Series:
    rows = some_rows(len(text), share, rng)
    if not len(rows):
        return text
    return text.scatter(rows, text.gather(rows).str.replace_many(DIGITS, WIDE))


def some_rows(count: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Positions of about that share of ``count`` rows, each once, rising."""
    if not share:
        return np.empty(0, dtype=np.int64)
    if share >= 1:
        return np.arange(count)
    return np.unique(rng.integers(0, max(count, 1), rng.binomial(count, share)))
