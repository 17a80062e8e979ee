"""What is wrong with a unit's export, planted on purpose and written down row by row.

Every planted row carries exactly one defect, so that each finding can be expected by itself.
Belongs here: defects. Does not: harmless variety (``rendering``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.identifiers import with_check_digit
from ingestion.simulator.rendering import DIGITS, WIDE

PER_THOUSAND = 2.0
ROWS_PER_DEFECT = 5
"""A file with fewer rows than this for each declared defect takes only the first of them."""


@dataclass(frozen=True)
class Dirty:
    """An export's rows in the order of the file, and what was planted in them.

    ``rows``: text columns by field name. ``defects``: ``row`` (0-based position in ``rows``),
    ``column`` (field name or null), ``code``, ``outcome`` (rejected, accepted, repeated,
    left_out), ``rule`` (name of the row rule or null). ``rejected``: positions in the truth of
    the records that must be rejected.
    """

    rows: pl.DataFrame
    defects: pl.DataFrame
    rejected: list[int]


DEFECT_SCHEMA = {
    "row": pl.Int64,
    "column": pl.String,
    "code": pl.String,
    "outcome": pl.String,
    "rule": pl.String,
}


def plant(
    rows: pl.DataFrame,
    truth: pl.DataFrame,
    export: dict[str, Any],
    rng: np.random.Generator,
) -> Dirty:
    """Plant what the export declares. ``truth``: the true values behind ``rows``, for ``where``."""
    enough = export.get("rows_per_defect", ROWS_PER_DEFECT)
    declared = export.get("defects", [])[: len(rows) // enough]
    unused = rng.permutation(len(rows)) if declared else np.empty(0, dtype=np.int64)
    rows = rows.with_columns(_order=pl.int_range(pl.len()).cast(pl.Float64))
    planted: list[tuple[np.ndarray, dict[str, Any]]] = []
    for defect in declared:
        wanted = max(1, round(len(truth) * defect.get("per_thousand", PER_THOUSAND) / 1000))
        possible = unused[_eligible(truth, defect)[unused]]
        chosen = np.sort(possible[:wanted])
        unused = unused[~np.isin(unused, chosen)]
        rows, places = _spoiled(rows, chosen, defect, rng)
        planted.append((places, defect))
    if "subtotals" in export:
        rows, subtotals = _with_subtotals(rows, truth, export["subtotals"])
        planted += subtotals
    return _in_order(rows, planted)


def _eligible(truth: pl.DataFrame, defect: dict[str, Any]) -> np.ndarray:
    conditions = [pl.col(c) == value for c, value in defect.get("where", {}).items()]
    conditions += [pl.col(c).is_not_null() for c in defect.get("given", ())]
    if "spoil" in defect or defect.get("add") == "other":
        conditions.append(pl.col(defect["column"]).is_not_null())
    fits = pl.all_horizontal(conditions) if conditions else pl.repeat(True, pl.len())
    return truth.select(fits.fill_null(False)).to_series().to_numpy()


def _spoiled(
    rows: pl.DataFrame, chosen: np.ndarray, defect: dict[str, Any], rng: np.random.Generator
) -> tuple[pl.DataFrame, np.ndarray]:
    """The rows with the defect in them, and the ``_order`` of those that carry it."""
    if "add" in defect:
        return _with_added(rows, chosen, defect)
    # Added rows stand behind all others until the end, so that ``chosen`` are positions.
    texts = rows[defect["column"]]
    if "write" in defect:
        spoiled = pl.Series(rng.choice(defect["write"], len(chosen)), dtype=pl.String)
        spoiled = spoiled.replace("", None)
    else:
        narrow = pl.Series("x", texts.gather(chosen)).str.replace_many(WIDE, DIGITS)
        spoiled = narrow.to_frame("x").select(SPOILERS[defect["spoil"]](pl.col("x"))).to_series()
    changed = [texts.scatter(chosen, spoiled)]
    for name, text in defect.get("also", {}).items():
        changed.append(rows[name].scatter(chosen, text))
    return rows.with_columns(changed), chosen.astype(float)


def _with_added(
    rows: pl.DataFrame, chosen: np.ndarray, defect: dict[str, Any]
) -> tuple[pl.DataFrame, np.ndarray]:
    added = rows[chosen]
    if defect["add"] == "blank":
        added = added.with_columns(pl.all().exclude("_order").map_batches(_emptied))
    changes = [pl.lit(text).alias(name) for name, text in defect.get("also", {}).items()]
    added = added.with_columns(pl.col("_order") + 0.5, *changes)
    return pl.concat([rows, added]), added["_order"].to_numpy()


def _with_subtotals(
    rows: pl.DataFrame, truth: pl.DataFrame, declared: dict[str, str]
) -> tuple[pl.DataFrame, list[tuple[np.ndarray, dict[str, Any]]]]:
    """A row before each group that says how many follow, as published lists have them."""
    groups = (
        truth.with_columns(_order=pl.int_range(pl.len()).cast(pl.Float64))
        .group_by(declared["by"], maintain_order=True)
        .agg(pl.col("_order").min() - 0.5, pl.len())
    )
    texts = [
        declared["text"].format(value=value, count=count)
        for value, count in groups.select(declared["by"], "len").iter_rows()
    ]
    added = pl.DataFrame({rows.columns[0]: texts, "_order": groups["_order"]})
    code = {"code": "left_out_subtotal"}
    return (
        pl.concat([rows, added], how="diagonal"),
        [(groups["_order"].to_numpy(), code)],
    )


def _in_order(rows: pl.DataFrame, planted: list[tuple[np.ndarray, dict[str, Any]]]) -> Dirty:
    if len(rows) and not rows["_order"].is_sorted():
        rows = rows.sort("_order", maintain_order=True)
    order = rows["_order"].to_numpy()
    found = [
        pl.DataFrame({"row": np.searchsorted(order, places)}).with_columns(
            pl.lit(text, dtype=pl.String).alias(name)
            for name, text in (
                ("column", d.get("column")),
                ("code", d["code"]),
                ("outcome", _outcome(d)),
                ("rule", d.get("rule")),
            )
        )
        for places, d in planted
    ]
    frame = (
        pl.concat(found).cast({"row": pl.Int64}) if found else pl.DataFrame(schema=DEFECT_SCHEMA)
    )
    # An added row stands half a place behind its original.
    rejected = [places.astype(np.int64) for places, d in planted if _outcome(d) == "rejected"]
    positions = np.unique(np.concatenate(rejected)).tolist() if rejected else []
    return Dirty(rows.drop("_order"), frame.sort("row", maintain_order=True), positions)


def _outcome(defect: dict[str, Any]) -> str:
    if defect["code"].startswith("left_out"):
        return "left_out"
    if defect["code"] == "repeated_in_drop":
        return "repeated"
    return str(defect.get("outcome", "rejected"))


def _emptied(column: pl.Series) -> pl.Series:
    return pl.Series([None] * len(column), dtype=column.dtype)


def _wrong_check_digit(citizen_id: pl.Expr) -> pl.Expr:
    last = citizen_id.str.slice(17, 1)
    other = last.replace_strict({str(d): str((d + 1) % 10) for d in range(10)}, default="0")
    return citizen_id.str.slice(0, 17) + other


def _drop_a_digit(code: pl.Expr) -> pl.Expr:
    return code.str.slice(0, 9) + code.str.slice(10)


def _wrong_last_character(credit_code: pl.Expr) -> pl.Expr:
    other = pl.when(credit_code.str.ends_with("0")).then(pl.lit("1")).otherwise(pl.lit("0"))
    return credit_code.str.slice(0, 17) + other


def _impossible_birth_month(citizen_id: pl.Expr) -> pl.Expr:
    """Month 13, with the check digit that goes with it: only the date is wrong."""
    return with_check_digit(citizen_id.str.slice(0, 10) + "13" + citizen_id.str.slice(12, 5))


SPOILERS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "wrong_check_digit": _wrong_check_digit,
    "drop_a_digit": _drop_a_digit,
    "wrong_last_character": _wrong_last_character,
    "impossible_birth_month": _impossible_birth_month,
}
