"""The blocking audit of cells: parts add up to the whole.

Over places (the children of a place and its ``unplaced`` are the place), over periods (months are
the quarter and the year, years are ``all``) and over slices (the categories are the unsliced
figure). Values add up where the metric is additive, denominators and row counts for every metric.
(The numerator and rows of a ratio need not: rows without a denominator make no cell.) A register's
metric is not added over periods: it counts the same things again at each date.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from analytics.reports.cells import wanted_cells
from analytics.reports.coordinates import ALL, LEVELS, UNPLACED, parse_slices
from analytics.reports.declarations import Report, load_declarations
from analytics.reports.periods import NESTED, coarser
from analytics.reports.semantic_manifest import Catalog, load_catalog
from civic.lake import LAKE

COORDINATES = ("report", "metric", "level", "place_code", "grain", "period", "slices")
COUNTS = ("fact_rows", "source_rows")
TOLERANCE = 1e-9
"""Relative: sums are exact decimals inside, and doubles only when they are added up here."""

_UPPER = dict(zip(LEVELS[1:], LEVELS[:-1], strict=True))
_GROUP = ("report", "metric", "by", "level", "grain")
_RESULT = ("over", *COORDINATES, "figure", "whole", "parts")


def breaks(
    cells: pl.DataFrame,
    manifest_path: Path,
    declarations: Mapping[str, Report] | None = None,
    parents: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Where parts do not add up to their whole; no rows where all is well.

    ``manifest_path``, ``declarations``: those that the cells were built from (``build_cells``).
    ``parents``: ``place_code, parent_code``, one row per place (``place_parents``). With it the
    children of each place are added up, without it each level as a whole (``place_code`` is then
    empty in the result). Result: ``over ('places' | 'periods' | 'slices')``, the coordinates of
    the whole, ``figure, whole, parts``.
    """
    catalog = load_catalog(manifest_path)
    reports = load_declarations(catalog=catalog) if declarations is None else declarations
    groups = _groups(catalog, reports)
    amounts = _amounts(cells, catalog)
    timely = [m for m in amounts["metric"].unique() if catalog.metric(m).adds_over_time]
    in_time = amounts.filter(pl.col("metric").is_in(timely))
    found = [
        _over_places(amounts, groups, parents),
        *(_over_periods(in_time, groups, fine, coarse) for fine, coarse in NESTED),
        _over_slices(amounts, groups),
    ]
    return pl.concat(found).select(_RESULT).sort(_RESULT[:-2])


def place_parents(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """``place_code, parent_code`` of every place that a register ever named, the last it had."""
    return connection.execute(
        f"select place_code, arg_max(parent_code, valid_from) as parent_code "
        f"from {LAKE}.marts.dim_place group by place_code order by place_code"
    ).pl()


def _groups(catalog: Catalog, reports: Mapping[str, Report]) -> pl.DataFrame:
    """What is declared to be computed: one row per report, metric, dimensions, level and grain."""
    rows = {
        (w.report, w.metric.name, ";".join(w.grouping.by), w.grouping.level, w.grouping.grain)
        for w in wanted_cells(catalog, reports)
    }
    return pl.DataFrame(sorted(rows), schema=dict.fromkeys(_GROUP, pl.String), orient="row")


def _amounts(cells: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """One row per cell and figure that adds up; ``by``: the names of its slices."""
    additive = [m for m in cells["metric"].unique() if catalog.metric(m).is_additive]
    ratios = [m for m in cells["metric"].unique() if len(catalog.metric(m).aggregates) == 2]
    texts = cells["slices"].unique().to_list()
    names = {text: ";".join(parse_slices(text)) for text in texts}
    return (
        cells.select(
            *COORDINATES,
            pl.col("slices").replace_strict(names, return_dtype=pl.String).alias("by"),
            pl.when(pl.col("metric").is_in(additive)).then("value").alias("value"),
            "denominator",
            *(
                pl.when(~pl.col("metric").is_in(ratios)).then(pl.col(c).cast(pl.Float64)).alias(c)
                for c in COUNTS
            ),
        )
        .unpivot(index=[*COORDINATES, "by"], variable_name="figure", value_name="amount")
        .drop_nulls("amount")
    )


def _over_places(
    amounts: pl.DataFrame, groups: pl.DataFrame, parents: pl.DataFrame | None
) -> pl.DataFrame:
    unplaced = pl.col("place_code").str.ends_with(UNPLACED)
    upper = pl.col("level").replace_strict(_UPPER, return_dtype=pl.String)
    parts = amounts.filter(pl.col("level") != ALL)
    wholes = amounts.filter(~unplaced)
    if parents is None:
        place = pl.lit("")
        wholes = wholes.with_columns(place_code=place)
    else:
        parts = parts.join(parents, on="place_code", how="left")
        parent = pl.col("place_code").str.strip_suffix(UNPLACED)
        known = pl.when(unplaced).then(parent).otherwise("parent_code")
        place = pl.when(pl.col("level") == LEVELS[1]).then(pl.lit(ALL)).otherwise(known)
    both = groups.filter(pl.col("level") != ALL).with_columns(level=upper)
    return _differences("places", wholes, parts.with_columns(place_code=place, level=upper), both)


def _over_periods(
    amounts: pl.DataFrame, groups: pl.DataFrame, fine: str, coarse: str
) -> pl.DataFrame:
    parts = amounts.filter(grain=fine)
    whole_of = {p: coarser(p, coarse) for p in parts["period"].unique()}
    period = pl.col("period").replace_strict(whole_of, return_dtype=pl.String)
    parts = parts.with_columns(period=period, grain=pl.lit(coarse))
    wholes = amounts.filter(grain=coarse)
    both = groups.filter(grain=fine).with_columns(grain=pl.lit(coarse))
    return _differences("periods", wholes, parts, both.join(groups, on=_GROUP, how="semi"))


def _over_slices(amounts: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Each set of dimensions on its own against the unsliced figures."""
    sliced = groups.filter(pl.col("by") != "")
    unsliced = groups.filter(by="").drop("by")
    at = [c for c in _GROUP if c != "by"]
    both = sliced.join(unsliced, on=at, how="semi")
    parts = amounts.filter(pl.col("by") != "").with_columns(slices=pl.lit(""))
    wholes = amounts.filter(by="").drop("by").join(both, on=at)
    return _differences("slices", wholes, parts, both)


def _differences(
    over: str, wholes: pl.DataFrame, parts: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Wholes against parts, which stand at the whole's coordinates, where both are declared."""
    added = _summed(parts.join(groups, on=_GROUP, how="semi"), "parts")
    whole = _summed(wholes.join(groups, on=_GROUP, how="semi"), "whole")
    both = whole.join(added, on=[*COORDINATES, "by", "figure"], how="full", coalesce=True)
    apart = (pl.col("whole") - pl.col("parts")).abs()
    allowed = TOLERANCE * pl.max_horizontal(pl.col("whole").abs(), pl.col("parts").abs())
    return (
        both.with_columns(pl.col("whole", "parts").fill_null(0), over=pl.lit(over))
        .filter(apart > allowed)
        .select(_RESULT)
    )


def _summed(amounts: pl.DataFrame, name: str) -> pl.DataFrame:
    return amounts.group_by(*COORDINATES, "by", "figure").agg(pl.col("amount").sum().alias(name))
