"""``civic forecast``: what may come.

Belongs here: how a forecast looks in the terminal. Does not belong here: making it
(``analytics.trends.forecasting``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.counting import demand_count
from civic.cli.naming import Names
from civic.cli.report_drawing import as_figure, text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.metrics import Metric

COUNT = "events_received"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("forecast")(show_forecast)


def show_forecast(
    metric: Annotated[str, typer.Argument(help="A count that reports have by period.")] = COUNT,
    place: Annotated[
        str | None, typer.Option("--place", help="Code or name; else the whole city.")
    ] = None,
    grain: Annotated[str, typer.Option("--grain", help="day, week or month.")] = "week",
    horizon: Annotated[int, typer.Option(min=1, max=60, help="How many periods ahead.")] = 8,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show what may come: forecasts that add up over places, with intervals of 90 %."""
    from analytics.reports.asking import asked_for, known_places
    from analytics.trends.forecasting import SEASONS, forecast
    from analytics.trends.outlook import LEVELS
    from analytics.trends.series import series_of
    from publishing.completeness import data_until
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    if grain not in SEASONS:
        kinds = ", ".join(SEASONS)
        raise CivicError(f"Forecasts are by {kinds}.", zh=f"预测期间只能是 {kinds}。")
    with open_publication(load_settings(), publication) as opened:
        counted = catalog_of(opened).metric(metric)
        demand_count(counted)
        until = data_until(opened.table("drops"))
        series = list(series_of(opened.cells, counted, grain, LEVELS, until))
        parents = dict(opened.table("places").select("place_code", "parent_code").iter_rows())
        code = asked_for(known_places(opened.connection), place=place).place
        names, number = Names(opened), opened.number
    if code not in {one.place_code for one in series}:
        raise CivicError(
            f"{metric} is not published by {grain} for {place or 'the whole city'}.",
            "See: civic report list",
            zh=f"{place or '全市'}没有按此期间发布的{text(counted.label)}。",
            remedy_zh="查看：civic report list",
        )
    made = forecast(series, parents, grain, horizon)
    if as_json:
        entries = {"forecasts": made.future.to_dicts(), "backtest": made.backtest.to_dicts()}
        print_json({"publication": number, "metric": metric, "grain": grain, **entries})
        return
    _draw_forecast(made.future.filter(place_code=code), made.backtest.filter(place_code=code),
                   counted, names.place(code), number)  # fmt: skip


def _draw_forecast(
    future: pl.DataFrame, backtest: pl.DataFrame, metric: Metric, place: str, number: int
) -> None:
    from analytics.reports.wording import period_name

    rows = [
        {
            "period": text(period_name(row["period"])),
            "forecast": as_figure(metric, row["forecast"]),
            "interval": f"{as_figure(metric, row['low'])}–{as_figure(metric, row['high'])}",
        }
        for row in future.to_dicts()
    ]
    headings = {
        "period": say("期间", "period"),
        "forecast": say("预测", "forecast"),
        "interval": say("90% 区间", "90 % interval"),
    }
    console.print(table(f"{text(metric.label)} · {place}", headings, rows))
    model = future.item(0, "model")
    errors = dict(backtest.select("model", "mase").iter_rows())
    console.print(
        say(
            f"第 {number} 号发布。方法 {model}；回测误差 {errors[model]:.2f}，"
            f"按季节沿用去值为 {errors['seasonal_naive']:.2f}（越小越好）。"
            "区间外约十次有一次；下级之和等于上级。",
            f"Publication {number}. Method {model}; its error in the past {errors[model]:.2f}, "
            f"that of repeating the last season {errors['seasonal_naive']:.2f} (less is better). "
            "One period in ten falls outside; places add up to the one above.",
        ),
        style="dim",
    )
