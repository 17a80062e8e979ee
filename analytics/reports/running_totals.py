"""Figures since the beginning of the year: the cells of its periods so far, put together.

Belongs here: adding published cells up over time. Does not belong here: computing cells. A running
figure is none of its own: it names the cells that it is made of, and each of them can be traced.
"""

from __future__ import annotations

import polars as pl

from analytics.reports.coordinates import ALL
from analytics.reports.metrics import Metric
from analytics.reports.periods import UNDATED, between, first_of_year, previous
from analytics.reports.semantic_manifest import Catalog

_KEY = ["report", "metric", "level", "place_code", "grain", "slices"]
_ADDED = ["value", "numerator", "denominator", "fact_rows", "source_rows"]


def running_totals(cells: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """For each period shorter than a year the figure from the first of January to its end.

    ``cells``: of a publication or a report. Result: their columns, in place of ``cell_id`` (null)
    ``parts``, the identifiers of the cells put together. A period without a cell of its own has a
    running figure from the first one of its year on, up to the last period of the metric anywhere.
    A year has none where the data of the report do not reach back to its beginning: the longest row
    of periods in which the report counts anything is what it covers, so that one mistaken date in
    1951 does not reach back to then.
    Counts and sums are added; of a share or mean numerator and denominator are. What cannot be
    added up over time has none: medians, distinct counts, and what a register holds on a day. Weeks
    count to the year that ISO 8601 gives them to.
    """
    added = [name for name in cells["metric"].unique() if _adds_up(catalog.metric(name))]
    dated = cells.filter(
        pl.col("metric").is_in(added),
        ~pl.col("grain").is_in([ALL, "year"]),
        pl.col("period") != UNDATED,
    ).with_columns(year=pl.col("period").str.head(4))
    dated = dated.join(_whole_years(dated), on=["report", "grain", "year"], how="semi")
    key = [*_KEY, "year"]
    since = dated.group_by(key).agg(since=pl.col("period").min())
    every = (
        since.join(_calendar(dated), on=["metric", "grain", "year"])
        .filter(pl.col("period") >= pl.col("since"))
        .drop("since")
    )
    filled = every.join(dated, on=[*key, "period"], how="left").sort(*key, "period")
    sums = [pl.col(name).fill_null(0).cum_sum().over(key).alias(name) for name in _ADDED]
    parts = pl.col("cell_id").cumulative_eval(pl.element().drop_nulls().implode()).over(key)
    total = filled.with_columns(*sums, parts=parts)
    ratio = pl.col("metric").is_in([n for n in added if catalog.metric(n).is_ratio])
    share = pl.when(pl.col("denominator") != 0).then(pl.col("numerator") / pl.col("denominator"))
    return total.with_columns(
        value=pl.when(ratio).then(share).otherwise(pl.col("value")),
        numerator=pl.when(ratio).then(pl.col("numerator")),
        denominator=pl.when(ratio).then(pl.col("denominator")),
        cell_id=pl.lit(None, dtype=pl.String),
    ).select(*cells.columns, "parts")


def _adds_up(metric: Metric) -> bool:
    return metric.adds_over_time and (metric.is_additive or metric.is_ratio)


def _whole_years(dated: pl.DataFrame) -> pl.DataFrame:
    """``report, grain, year``: the years to whose beginning the data of a report reach back."""
    whole = dated.filter(pl.col("level") == ALL, pl.col("slices") == "", pl.col("fact_rows") > 0)
    found = whole.group_by("report", "grain").agg(pl.col("period").unique().sort())
    rows = [
        (report, grain, year)
        for report, grain, periods in found.iter_rows()
        for year in _covered_years(grain, periods)
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("report", "grain", "year"), pl.String), orient="row"
    )


def _covered_years(grain: str, periods: list[str]) -> list[str]:
    rows: list[list[str]] = []
    for period in periods:
        if rows and rows[-1][-1] == previous(period):
            rows[-1].append(period)
        else:
            rows.append([period])
    longest = max(rows, key=len)
    years = sorted({period[:4] for period in longest})
    return [year for year in years if first_of_year(grain, int(year)) >= longest[0]]


def _calendar(dated: pl.DataFrame) -> pl.DataFrame:
    """Every period of a metric, year and grain, from the first to the last that has a cell."""
    found = dated.group_by("metric", "grain", "year").agg(
        first=pl.col("period").min(), last=pl.col("period").max()
    )
    rows = [
        {**{k: row[k] for k in ("metric", "grain", "year")}, "period": period}
        for row in found.iter_rows(named=True)
        for period in between(row["first"], row["last"])
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("metric", "grain", "year", "period"), pl.String)
    )
