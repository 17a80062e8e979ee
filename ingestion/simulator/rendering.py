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
    other = pl.Series(rng.random(len(values)) < share)
    written = pl.select(
        pl.when(other).then(values.replace(others)).otherwise(values.replace(labels))
    )
    return written.to_series()


def _formatted(values: pl.Series, forms: list[str], rng: np.random.Generator) -> pl.Series:
    drawn = pl.Series(rng.integers(0, len(forms), len(values)))
    days = (values.cast(pl.Date) - pl.select(SERIAL_ZERO).item()).dt.total_days().cast(pl.String)
    chosen = [
        pl.when(drawn == i).then(days if form == SERIAL else values.dt.strftime(form))
        for i, form in enumerate(forms)
    ]
    return pl.select(pl.coalesce(chosen)).to_series()


def _widened(text: pl.Series, share: float, rng: np.random.Generator) -> pl.Series:
    if not share:
        return text
    wide = pl.Series(rng.random(len(text)) < share)
    full = text.str.replace_many(DIGITS, WIDE)
    return pl.select(pl.when(wide).then(full).otherwise(text)).to_series()
