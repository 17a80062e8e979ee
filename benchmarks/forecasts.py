"""How right forecasts are: errors against the seasonal naive way and ETS, and what intervals hold.

The past of a published city is forecast again and again from where it then ended; so are public
series that come with statsmodels and statsforecast. MASE below 1 is better than the seasonal naive
way is within the past.

    python -m benchmarks.forecasts --home HOME
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from analytics.reports.periods import between, following
from analytics.trends.forecasting import SEASONS, forecast
from analytics.trends.series import Series, series_of

ORIGINS = 6
PLANS = (("day", 14, ("city", "district")), ("week", 8, ("city", "district", "street")))


def measure(
    series: Sequence[Series], parents: dict[str, str | None], grain: str, horizon: int
) -> pl.DataFrame:
    """Per series and origin the scaled errors of three ways, and how often the intervals held."""
    lines = []
    step = max(1, horizon // 2)
    for back in range(ORIGINS):
        cut = horizon + back * step
        known = [_cut(one, cut) for one in series]
        made = forecast(known, parents, grain, horizon)
        for one, past in zip(series, known, strict=True):
            own = made.future.filter(place_code=one.place_code)
            actual = one.values[len(one.values) - cut :][:horizon]
            naive, ets = _others(past.values, grain, horizon)
            season = SEASONS[grain] if len(past.values) >= 2 * SEASONS[grain] + horizon + 6 else 1
            scale = np.abs(past.values[season:] - past.values[:-season]).mean()
            held = (own["low"].to_numpy() <= actual) & (actual <= own["high"].to_numpy())
            lines.append(
                {
                    "level": one.level,
                    "place": one.place_code,
                    "ours": np.abs(actual - own["forecast"].to_numpy()).mean() / scale,
                    "seasonal naive": np.abs(actual - naive).mean() / scale,
                    "ETS": np.abs(actual - ets).mean() / scale,
                    "held": held.mean(),
                    "incoherent": _incoherent(made.future, parents),
                }
            )
    return pl.DataFrame(lines)


def _others(values: np.ndarray, grain: str, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    from statsforecast.models import AutoETS, Naive, SeasonalNaive

    season = SEASONS[grain]
    if len(values) < 2 * season + horizon + 6:
        season = 1
    naive = SeasonalNaive(season_length=season) if season > 1 else Naive()
    ets = AutoETS(season_length=season if season <= 24 else 1)
    return (
        naive.forecast(y=values, h=horizon)["mean"],
        np.maximum(ets.forecast(y=values, h=horizon)["mean"], 0),
    )


def _incoherent(future: pl.DataFrame, parents: dict[str, str | None]) -> float:
    """The largest difference between a place and the sum of its children, relative."""
    worst = 0.0
    for place in future["place_code"].unique():
        children = [c for c in future["place_code"].unique()
                    if (c.rpartition("/")[0] or parents.get(c)) == place]  # fmt: skip
        if children:
            whole = future.filter(place_code=place).sort("period")["forecast"].to_numpy()
            parts = (
                future.filter(pl.col("place_code").is_in(children))
                .group_by("period")
                .agg(pl.col("forecast").sum())
                .sort("period")["forecast"]
                .to_numpy()
            )
            worst = max(worst, float(np.max(np.abs(whole - parts) / np.maximum(whole, 1))))
    return worst


def _cut(series: Series, by: int) -> Series:
    keep = len(series.values) - by
    return replace(
        series,
        periods=series.periods[:keep],
        values=series.values[:keep],
        cell_ids=series.cell_ids[:keep],
    )


def of_city(home: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """A line for each level and grain of a published home."""
    os.environ["CIVIC_HOME"] = home
    from civic.settings import load_settings
    from publishing.completeness import data_until
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings()) as opened:
        metric = catalog_of(opened).metric("events_received")
        until = data_until(opened.table("drops"))
        places = opened.table("places").select("place_code", "parent_code").unique()
        parents = dict(places.iter_rows())
        for grain, horizon, levels in PLANS:
            series = list(series_of(opened.cells, metric, grain, levels, until))
            series = [one for one in series if len(one.values) == len(series[0].values)]
            yield f"city, {horizon} {grain}s", measure(series, parents, grain, horizon)


def of_public_series() -> Iterator[tuple[str, pl.DataFrame]]:
    """A line for each public series, by month."""
    import statsmodels.api as sm
    from statsforecast.utils import AirPassengers

    elnino = sm.datasets.elnino.load_pandas().data.iloc[:, 1:].to_numpy().ravel()
    co2 = sm.datasets.co2.load_pandas().data["co2"].resample("MS").mean().dropna().to_numpy()
    for name, values in (("air passengers", AirPassengers), ("El Niño", elnino), ("CO2", co2)):
        first = date(1950, 1, 1).strftime("%Y-%m")
        periods = [first]
        while len(periods) < len(values):
            periods.append(following(periods[-1]))
        assert periods == between(first, periods[-1])
        one = Series(name, "public", name, "", tuple(periods), np.asarray(values, float),
                     (None,) * len(values))  # fmt: skip
        yield f"{name}, 12 months", measure([one], {}, "month", 12)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a home with a publication of at least six months")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    found = [*of_public_series(), *(of_city(asked.home) if asked.home else ())]
    for name, lines in found:
        for (level,), own in lines.group_by("level", maintain_order=True):
            means = own.select("ours", "seasonal naive", "ETS", "held").mean().row(0)
            worst = own["incoherent"].max()
            print(f"{name:24} {level:9} " + "  ".join(f"{v:.3f}" for v in means), f"{worst:.1e}")


if __name__ == "__main__":
    main()
