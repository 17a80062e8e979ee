"""What a publication says of the weeks to come, and where the last month's matters lie together.

Belongs here: of which count, at which levels and how far ahead, and the tables that are kept. Does
not belong here: forecasting (``forecasting``), the scan (``hotspots``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import polars as pl

from analytics.reports.periods import UNDATED
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.forecasting import FORECASTS, forecast
from analytics.trends.hotspots import grounds, hot_spots, kilometres
from analytics.trends.series import series_of, whole_periods
from civic.errors import CivicError

METRIC = "events_received"
WEEKS = 8
LEVELS = ("all", "city", "district", "street")
"""Lower down a week has few matters, and a band would hold all that ever came."""
MOST_GRIDS = 2000
"""Where there are more grids, spots are looked for among communities: 999 maps would take long."""
OUTLOOK = pl.Schema({"metric": pl.String(), "grain": pl.String(), **FORECASTS})
SPOTS = pl.Schema(
    {
        "metric": pl.String(),
        "period": pl.String(),
        "level": pl.String(),
        "place_code": pl.String(),
        "cell_id": pl.String(),
        "dwellings": pl.Float64(),
        "came": pl.Float64(),
        "usual": pl.Float64(),
        "spot": pl.Int64(),
        "spot_came": pl.Int64(),
        "spot_usual": pl.Float64(),
        "ratio": pl.Float64(),
        "probability": pl.Float64(),
    }
)
"""A line for each place with dwellings: what came, and what its share of dwellings lets expect;
from ``spot`` on null where it lies in none, spots numbered from the likeliest."""


def outlook(
    cells: pl.DataFrame,
    catalog: Catalog,
    parents: Mapping[str, str | None],
    until: date | None,
) -> pl.DataFrame:
    """The next ``WEEKS`` of each place (``OUTLOOK``); no lines where the past is too short."""
    series = list(series_of(cells, catalog.metric(METRIC), "week", LEVELS, until))
    try:
        made = forecast(series, parents, "week", WEEKS).future
    except CivicError:
        return pl.DataFrame(schema=OUTLOOK)
    said = made.with_columns(metric=pl.lit(METRIC), grain=pl.lit("week"))
    return said.select(OUTLOOK.names()).cast(OUTLOOK)


def spots(
    connection: duckdb.DuckDBPyConnection, cells: pl.DataFrame, until: date | None
) -> pl.DataFrame:
    """The last whole month on the map (``SPOTS``); no lines before the first month has ended.

    ``connection`` has the lake attached.
    """
    month = last_month(cells, until)
    ground = grounds(connection, "grid")
    level = "grid" if ground.height <= MOST_GRIDS else "community"
    if month is None or ground.is_empty():
        return pl.DataFrame(schema=SPOTS)
    ground = ground if level == "grid" else grounds(connection, level)
    placed = on_the_ground(ground, cells, METRIC, level, month)
    dwellings = placed["dwellings"]
    found = hot_spots(placed["came"].to_numpy(), dwellings.to_numpy(), kilometres(placed))
    within = [
        (n, at, one.observed, one.expected, one.ratio, one.probability)
        for at, one in enumerate(found, start=1)
        for n in one.places
    ]
    named = ("line", "spot", "spot_came", "spot_usual", "ratio", "probability")
    lines = pl.DataFrame(within, schema={n: SPOTS.get(n, pl.Int64()) for n in named}, orient="row")
    said = placed.with_columns(
        metric=pl.lit(METRIC), period=pl.lit(month), level=pl.lit(level),
        usual=placed["came"].sum() * dwellings / dwellings.sum(),
        line=pl.int_range(pl.len(), dtype=pl.Int64),
    ).join(lines, on="line", how="left")  # fmt: skip
    return said.select(SPOTS.names()).cast(SPOTS).sort("place_code")


def last_month(cells: pl.DataFrame, until: date | None) -> str | None:
    """The last month that had ended on the day ``until``; None where none had."""
    months = cells.filter(grain="month", metric=METRIC, level="all")["period"].unique()
    found = whole_periods([p for p in months if p != UNDATED], until)
    return found[-1] if found else None


def on_the_ground(
    ground: pl.DataFrame, cells: pl.DataFrame, metric: str, level: str, period: str, part: str = ""
) -> pl.DataFrame:
    """``ground`` (``hotspots.grounds``) with ``came``, 0 where there is no figure, ``cell_id``."""
    found = figures_at(cells, metric, level, period, part)
    return ground.join(found, on="place_code", how="left", maintain_order="left").with_columns(
        came=pl.col("value").fill_null(0).cast(pl.Int64)
    )


def figures_at(
    cells: pl.DataFrame, metric: str, level: str, period: str, part: str = ""
) -> pl.DataFrame:
    """``place_code, value, cell_id`` of every place of a level that has a figure."""
    found = cells.filter(metric=metric, level=level, period=period, slices=part)
    once = found.unique("place_code", keep="first", maintain_order=True)
    return once.select("place_code", "value", "cell_id")
