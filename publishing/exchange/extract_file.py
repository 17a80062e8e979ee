"""One feed of the extract as CSV: the rows in force, as a person writes them.

UTF-8 with a byte order mark, lines end with CR LF, codes as their Chinese labels, 是 and 否, ISO
dates. A text that a spreadsheet would take for a formula has ' before it; how many were is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from ingestion.contracts import Field
from publishing.exchange.province_policy import Leaving, heading_of
from publishing.opening import OpenPublication

_FORMULA = r"^[=+\-@\t\r]"
_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Written:
    """``first``, ``last``: the earliest and the latest date that its rows speak of."""

    rows: int
    guarded: int
    first: datetime | None
    last: datetime | None


def write_csv(opened: OpenPublication, leaving: Leaving, path: Path | None) -> Written:
    """Write a feed's rows in the order of its key; only count them where there is no path."""
    source = f"staging.stg_{leaving.contract.module}__{leaving.contract.feed}"
    period = opened.connection.execute(
        f"select count(*), min(_as_of), max(_as_of) from {source}"
    ).fetchone()
    rows, first, last = period or (0, None, None)
    guarded = 0
    if path is not None:
        guarded = _write_rows(opened, leaving, source, path)
    return Written(int(rows), guarded, first, last)


def _write_rows(opened: OpenPublication, leaving: Leaving, source: str, path: Path) -> int:
    columns = ", ".join(f'"{f.bronze_name}"' for f in leaving.fields)
    key = [f'"{f.bronze_name}"' for f in leaving.contract.key if f.bronze_name]
    order = ", ".join([*key, "_as_of", "_sha256", "_record", "_unit"])
    reader = opened.connection.execute(
        f"select {columns} from {source} order by {order}"
    ).to_arrow_reader(_ROWS_AT_ONCE)
    headings = [heading_of(field) for field in leaving.fields]
    guarded = 0
    with path.open("wb") as file:
        empty = pl.DataFrame(schema=dict.fromkeys(headings, pl.String))
        empty.write_csv(file, include_bom=True, line_terminator="\r\n")
        for batch in reader:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            shown = frame.select(
                _shown(field, heading)
                for field, heading in zip(leaving.fields, headings, strict=True)
            )
            texts = shown.select(pl.col(pl.String).str.contains(_FORMULA))
            guarded += int(texts.sum().sum_horizontal().fill_null(0).sum())
            shown.with_columns(_guarded(name) for name in texts.columns).write_csv(
                file,
                include_header=False,
                line_terminator="\r\n",
                date_format="%Y-%m-%d",
                datetime_format="%Y-%m-%d %H:%M:%S",
            )
    return guarded


def _shown(field: Field, heading: str) -> pl.Expr:
    value = pl.col(field.bronze_name or field.name)
    if field.codes:
        labels = {code.value: code.label_zh for code in field.codes}
        value = value.cast(pl.String).replace(labels)
    elif field.logical_type == "boolean":
        value = pl.when(value).then(pl.lit("是")).when(~value).then(pl.lit("否"))
    return value.alias(heading)


def _guarded(name: str) -> pl.Expr:
    text = pl.col(name)
    made = pl.when(text.str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), text))
    return made.otherwise(text).alias(name)
