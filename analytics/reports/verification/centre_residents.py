"""Residents counted a second time from rows in force, in Polars, and set beside what was shown.

Belongs here: the second reading of who is counted where. Does not belong here: which counts may be
shown: a hidden one is not looked at, for its number would leave this process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.reports.verification.centre_places import PATH, with_path
from analytics.reports.verification.in_force import PRECEDENCE
from ingestion.contracts import Contract

COLUMNS = ("resident_kind", "sex", "birth_date", "grid_code")
PSEUDONYMS = ("person_pseudonym", "passport_pseudonym")
_BANDS = {6: "00-05", 15: "06-14", 18: "15-17", 35: "18-34", 60: "35-59", 80: "60-79"}
_OLDEST = "80+"
_UNPLACED = "/unplaced"
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class ResidentCounts:
    """``shown``: counts that a publication shows. ``different``: those of them that are others by
    the second way, with ``persons`` and ``recounted``."""

    shown: int
    different: list[dict[str, Any]]


def is_about_persons(contract: Contract) -> bool:
    """Whether residents are counted by this feed."""
    return contract.centre.get("element") == "person"


def check_residents(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
    shown: pl.DataFrame,
    categories: pl.DataFrame,
) -> ResidentCounts:
    """Each shown count against the rows in force.

    ``shown``, ``categories``: the serving tables ``residents`` and ``resident_categories``.
    """
    lines = shown.filter(~pl.col("is_hidden"))
    persons = _persons(
        [rows for feed, rows in in_force.items() if is_about_persons(contracts[feed])], current
    )
    counted = _counted(persons.collect(), categories)
    at = ["place_code", "dimension", "category"]
    compared = lines.join(counted, on=at, how="left").with_columns(
        pl.col("recounted").fill_null(0).cast(pl.Int64)
    )
    different = compared.filter(pl.col("persons") != pl.col("recounted"))
    return ResidentCounts(lines.height, different.drop("is_hidden", "parent_code").to_dicts())


def _persons(feeds: list[pl.LazyFrame], current: pl.LazyFrame) -> pl.LazyFrame:
    """One row per person, as told last: the dimensions, and the code of each place it is in."""
    told = pl.concat(feeds, how="diagonal") if feeds else pl.LazyFrame(schema=_schema())
    known = told.with_columns(person_key=pl.coalesce(PSEUDONYMS)).filter(
        pl.col("person_key").is_not_null()
    )
    last = known.sort(PRECEDENCE).unique("person_key", keep="last", maintain_order=True)
    until, born = pl.col("_as_of").max().dt.date(), pl.col("birth_date")
    had_no_birthday = _day_of_year(until) < _day_of_year(born)
    age = until.dt.year() - born.dt.year() - had_no_birthday.cast(pl.Int32)
    return with_path(
        last.with_columns(age=age).select(
            place_code="grid_code", kind="resident_kind", sex="sex", age=_band(pl.col("age"))
        ),
        current,
    )


def _day_of_year(day: pl.Expr) -> pl.Expr:
    """A number by which days of different years are ordered within the year."""
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def _band(age: pl.Expr) -> pl.Expr:
    lower = [0, *_BANDS]
    bands = [
        pl.when((age >= low) & (age < end)).then(pl.lit(name))
        for low, (end, name) in zip(lower, _BANDS.items(), strict=False)
    ]
    return pl.coalesce(*bands, pl.when(age >= lower[-1]).then(pl.lit(_OLDEST)))


def _counted(persons: pl.DataFrame, categories: pl.DataFrame) -> pl.DataFrame:
    """``place_code, dimension, category, recounted`` at every place a person is in."""
    shown_as = {
        (dimension, category): other
        for dimension, category, other in categories.select(
            "dimension", "category", "shown_as"
        ).iter_rows()
    }
    totals: dict[tuple[str, str, str], int] = {}
    grouped = persons.group_by(*PATH, "kind", "sex", "age").len()
    for *path, kind, sex, age, count in grouped.select(
        *PATH, "kind", "sex", "age", "len"
    ).iter_rows():
        values = {"total": "total", "kind": kind, "sex": sex, "age": age}
        for place in _places(path):
            for dimension, value in values.items():
                stated = _UNKNOWN if value is None else str(value)
                key = (place, dimension, shown_as.get((dimension, stated), stated))
                totals[key] = totals.get(key, 0) + count
    return pl.DataFrame(
        [(*key, count) for key, count in totals.items()],
        schema={
            "place_code": pl.String,
            "dimension": pl.String,
            "category": pl.String,
            "recounted": pl.Int64,
        },
        orient="row",
    )


def _places(path: list[str | None]) -> list[str]:
    """The whole, every place on the path, and what is unplaced below the finest."""
    known = [code for code in path if code]
    below = [] if path[-1] else [(known[-1] if known else "all") + _UNPLACED]
    return ["all", *known, *below]


def _schema() -> dict[str, Any]:
    texts = dict.fromkeys((*PSEUDONYMS, *COLUMNS, "_sha256", "_drop_id"), pl.String())
    return {**texts, "birth_date": pl.Date(), "_as_of": pl.Datetime("us"), "_record": pl.Int64()}
