"""Work items that units owed and what they told of them, in Polars.

Belongs here: the second reading of ``fct_work_item``: which unit owes which item in which
period, what was told, what is late or missing. Does not belong here: which source
rows are in force, places.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from analytics.reports.verification.centre_places import with_path
from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import value_of
from ingestion.contracts import Contract

_UNIT = ("unit_code", "unit_name", "kind", "level", "place_code")
_MONTHS = {"month": 1, "week": 1, "day": 1, "quarter": 3, "half_year": 6, "year": 12}
"""Months of a period; what is owed by the day or week is told by the month."""

_OWED = ("unit_code", "item_code", "period", "phase")


def work_items(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    seeds: Path,
) -> pl.LazyFrame:
    """One row per unit, item, period and phase that is owed or was told, with ``_source_rows``.

    ``seeds``: the folder with ``work_items.csv`` and what belongs to it, the same data that dbt is
    seeded with. A thing that was not told has one source row, the one that names its unit.
    """
    items, phases, responsible = (
        pl.read_csv(seeds / f"{name}.csv", infer_schema=False)
        for name in ("work_items", "work_item_phases", "work_item_units")
    )
    units = units_of(in_force, contracts).collect()
    records = _records(in_force, contracts, items)
    known = records["_as_of"].max()
    periods = _periods(records, known if isinstance(known, date) else None)
    told = records.group_by(_OWED).agg(
        told_on=pl.col("told_at").min().dt.date(), _told=pl.len().cast(pl.Int64)
    )
    owed = _owed(items, units, responsible, periods, phases, told)
    both = owed.join(told, on=_OWED, how="full", nulls_equal=True, coalesce=True)
    labelled = (
        both.join(_labelled_items(items), on="item_code", how="left")
        .join(_labelled_units(units), on="unit_code", how="left")
        .join(periods, on=["cadence", "period"], how="left")
        .join(phases.select("phase", "due_from", "due_days"), on="phase", how="left")
    )
    return with_path(_judged(labelled, known).lazy(), current)


def _owed(
    items: pl.DataFrame,
    units: pl.DataFrame,
    responsible: pl.DataFrame,
    periods: pl.DataFrame,
    phases: pl.DataFrame,
    told: pl.DataFrame,
) -> pl.DataFrame:
    """What each unit owes: items of its kind, some only where it ever told of them."""
    pairs = (
        items.select("item_code", "responsible_kind", "cadence")
        .join(responsible, on="responsible_kind")
        .join(units, left_on="unit_kind", right_on="kind")
        .filter((pl.col("unit_level") == pl.col("level")) | pl.col("unit_level").is_null())
    )
    ever = told.select("item_code", "unit_code").unique()
    once = pairs.join(ever, on=["item_code", "unit_code"], how="semi")
    chosen = pl.concat(
        [pairs.filter(pl.col("owed") == "always"), once.filter(pl.col("owed") == "once_told")]
    )
    return (
        chosen.join(periods, on="cadence")
        .join(phases.select("phase"), how="cross")
        .select(*_OWED, _owed=pl.lit(True))
    )


def _judged(items: pl.DataFrame, known: object) -> pl.DataFrame:
    """What is due, in time, late and missing as of the latest drop of work items."""
    first = pl.when(pl.col("due_from") == "start").then("period_start").otherwise("period_end")
    days = pl.duration(days=pl.col("due_days").cast(pl.Int64))
    as_of = pl.lit(known, pl.Datetime("us")).dt.date()
    due, told = pl.col("is_due"), pl.col("is_told")
    on = pl.col("told_on")
    return (
        items.with_columns(
            due_on=(first + days).cast(pl.Date),
            is_told=pl.col("_told").is_not_null(),
            is_expected=pl.col("_owed").fill_null(False),
        )
        .with_columns(is_due=pl.col("is_expected") & (pl.col("due_on") < as_of).fill_null(False))
        .with_columns(
            is_done=due & told,
            is_in_time=due & (on <= pl.col("due_on")).fill_null(False),
            is_late=due & (on > pl.col("due_on")).fill_null(False),
            is_missing=due & ~told,
            _source_rows=pl.col("_told").fill_null(1),
        )
    )


def _records(
    in_force: Mapping[str, pl.LazyFrame], contracts: Mapping[str, Contract], items: pl.DataFrame
) -> pl.DataFrame:
    """What was told, each row in the period of its item's cadence."""
    made = [
        rows.select(
            "_as_of",
            item_code=value_of(contracts[feed], "item"),
            unit_code=value_of(contracts[feed], "unit"),
            phase=value_of(contracts[feed], "phase"),
            period=value_of(contracts[feed], "period"),
            told_at=pl.coalesce(_told_at(contracts[feed]), "_as_of"),
        )
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "work_item"
    ]
    text, moment = pl.String(), pl.Datetime("us")
    schema = {
        "_as_of": moment,
        **dict.fromkeys(("item_code", "unit_code", "phase", "period"), text),
    }
    empty = pl.LazyFrame(schema={**schema, "told_at": moment})
    together = pl.concat([empty, *made], how="vertical").collect()
    cadences = items.select("item_code", "cadence")
    return (
        together.with_columns(period=pl.coalesce("period", pl.col("told_at").dt.strftime("%Y-%m")))
        .join(cadences, on="item_code", how="left")
        .with_columns(period=_period_of_cadence())
    )


def _period_of_cadence() -> pl.Expr:
    """A month or quarter as the quarter, half year or year that holds it."""
    period, cadence = pl.col("period"), pl.col("cadence")
    month = period.str.slice(5, 2).cast(pl.Int64, strict=False)
    named = pl.when(period.str.slice(4, 1) == "Q").then(
        period.str.slice(5, 1).cast(pl.Int64, strict=False)
    )
    quarter = named.otherwise(
        pl.when(month.is_between(1, 12)).then((month - 1) // 3 + 1).otherwise(None)
    )
    year = period.str.head(4)
    half = pl.when(quarter <= 2).then(pl.lit("Q2")).otherwise(pl.lit("Q4"))
    return (
        pl.when(cadence == "year")
        .then(year)
        .when((cadence == "half_year") & quarter.is_not_null())
        .then(year + half)
        .when((cadence == "quarter") & quarter.is_not_null())
        .then(year + "Q" + quarter.cast(pl.String))
        .otherwise(period)
    )


def _periods(records: pl.DataFrame, known: date | None) -> pl.DataFrame:
    """Every period of each cadence from the first year told to the latest drop."""
    schema = {
        **dict.fromkeys(("cadence", "period"), pl.String()),
        **dict.fromkeys(("period_start", "period_end"), pl.Date()),
    }
    years = records.filter(pl.col("period") >= "1949", pl.col("period") < "2101")["period"]
    if known is None or years.is_empty():
        return pl.DataFrame(schema=schema)
    first = int(str(years.min())[:4])
    starts = [
        (cadence, date(year, month, 1), months)
        for cadence, months in _MONTHS.items()
        for year in range(first, known.year + 1)
        for month in range(1, 13, months)
        if (year, month) <= (known.year, known.month)
    ]
    rows = [(c, _name_of(c, start), start, _last_day(start, m)) for c, start, m in starts]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _name_of(cadence: str, start: date) -> str:
    match cadence:
        case "year":
            return f"{start.year}"
        case "half_year":
            return f"{start.year}Q{2 if start.month == 1 else 4}"
        case "quarter":
            return f"{start.year}Q{start.month // 3 + 1}"
        case _:
            return f"{start:%Y-%m}"


def _last_day(start: date, months: int) -> date:
    after = start.month - 1 + months
    return date.fromordinal(date(start.year + after // 12, after % 12 + 1, 1).toordinal() - 1)


def units_of(
    in_force: Mapping[str, pl.LazyFrame], contracts: Mapping[str, Contract]
) -> pl.LazyFrame:
    """The units of the register, each as its latest row says."""
    made = [
        rows.select(*PRECEDENCE, *(_named(contracts[feed], name) for name in _UNIT))
        for feed, rows in in_force.items()
        if _is_register(contracts[feed])
    ]
    empty = pl.LazyFrame(
        schema={
            **{"_as_of": pl.Datetime("us"), "_sha256": pl.String(), "_record": pl.Int64()},
            **dict.fromkeys(("_drop_id", *_UNIT), pl.String()),
        }
    )
    return (
        pl.concat([empty.select(*PRECEDENCE, *_UNIT), *made], how="vertical")
        .filter(pl.col("unit_code").is_not_null())
        .sort(PRECEDENCE)
        .unique("unit_code", keep="last", maintain_order=True)
        .select(*_UNIT)
    )


def _is_register(contract: Contract) -> bool:
    centre = contract.centre
    return centre.get("element") == "unit" or centre.get("kind") == {"constant": "governance_unit"}


def _named(contract: Contract, name: str) -> pl.Expr:
    has = any(f.bronze_name == name for f in contract.bronze_fields)
    return (pl.col(name).cast(pl.String) if has else pl.lit(None, pl.String)).alias(name)


def _labelled_items(items: pl.DataFrame) -> pl.DataFrame:
    label = pl.concat_str("item_code", pl.lit(" "), "name_zh")
    return items.select("item_code", "module", "cadence", item_label=label)


def _labelled_units(units: pl.DataFrame) -> pl.DataFrame:
    label = pl.concat_str("unit_code", pl.lit(" "), pl.col("unit_name").fill_null(""))
    return units.select(
        "unit_code", "place_code", unit_label=label, unit_kind="kind", unit_level="level"
    )


def _told_at(contract: Contract) -> pl.Expr:
    entry = contract.centre.get("at")
    name = entry.get("field") if isinstance(entry, Mapping) else entry
    if not name:
        return pl.lit(None, pl.Datetime("us"))
    return pl.col(str(contract.field(str(name)).bronze_name)).cast(pl.Datetime("us"))
