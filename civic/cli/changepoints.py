"""``civic changepoints``: since when a count is lasting higher or lower.

Belongs here: how change points look in the terminal and in JSON. Does not belong here: finding them
(``analytics.trends.changepoints``).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say
from civic.cli.counting import demand_count, draw_found
from civic.cli.naming import Names
from civic.cli.report_drawing import text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    from analytics.reports.metrics import Metric
    from analytics.trends.changepoints import ChangePoint

METRIC = "events_received"
LAST = {"week": 26, "month": 12}
"""Periods that a terminal looks back; --json gives all."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(changepoints)


def changepoints(
    metric: Annotated[str, typer.Argument(help="A count that reports have by period.")] = METRIC,
    by: Annotated[
        str, typer.Option("--by", help="A dimension besides the whole, as category; '' for none.")
    ] = "category",
    grain: Annotated[str, typer.Option("--grain", help="week or month.")] = "week",
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show since when counts are lasting higher or lower, each with its figure to trace."""
    from analytics.trends.changepoints import LEAST, change_points
    from analytics.trends.outlook import LEVELS
    from analytics.trends.series import series_of
    from publishing.completeness import data_until
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    if grain not in ("week", "month"):
        raise CivicError(
            "Change points are of weeks or months.", zh="变点只按周（week）或月（month）查找。"
        )
    with open_publication(load_settings(), publication) as opened:
        counted = catalog_of(opened).metric(metric)
        demand_count(counted)
        until = data_until(opened.table("drops"))
        ways = ("", by) if by else ("",)
        series = list(series_of(opened.cells, counted, grain, LEVELS, until, ways))
        names, number = Names(opened), opened.number
    if not any(len(one.values) >= 2 * LEAST for one in series):
        raise CivicError(
            f"There are not {2 * LEAST} periods of {metric} by {grain} anywhere.",
            "See: civic report list",
            zh=f"{text(counted.label)}按此期间不足 {2 * LEAST} 期。",
            remedy_zh="查看：civic report list",
        )
    found = change_points(series)
    if as_json:
        about = {"publication": number, "metric": metric, "grain": grain, "series": len(series)}
        print_json({**about, "change_points": [_entry(point) for point in found]})
        return
    last = sorted({period for one in series for period in one.periods})[-LAST[grain] :]
    recent = [point for point in _once(found) if point.period in last]
    _draw(recent, counted, names, len(series), number)


def _once(found: list[ChangePoint]) -> list[ChangePoint]:
    """Without those of all places, where there is one city that has them as well."""
    cities = {point.series.place_code for point in found if point.series.level == "city"}
    return [point for point in found if len(cities) != 1 or point.series.level != "all"]


def _entry(point: ChangePoint) -> dict[str, Any]:
    stated = asdict(point)
    stated.pop("series")
    one = point.series
    return {"level": one.level, "place_code": one.place_code, "slices": one.slices, **stated}


def _where(point: ChangePoint, names: Names) -> str:
    said = names.place(point.series.place_code), names.slices(point.series.slices)
    return " · ".join(filter(None, said))


def _draw(found: list[ChangePoint], metric: Metric, names: Names, series: int, number: int) -> None:
    from analytics.reports.wording import period_name

    title = f"{say('变点', 'Change points')}: {text(metric.label)}"
    headings = {
        "since": say("自", "since"),
        "where": say("地区、类别", "where, what"),
        "before": say("此前平均", "mean before"),
        "after": say("此后平均", "mean after"),
        "ratio": say("倍数（95% 区间）", "times (95 %)"),
        "cell": say("编号", "identifier"),
    }
    rows = [
        {
            "since": text(period_name(point.period)),
            "where": " · ".join(
                filter(
                    None, (names.place(point.series.place_code), names.slices(point.series.slices))
                )
            ),
            "before": f"{point.before:,.1f}",
            "after": f"{point.after:,.1f}",
            "ratio": f"{point.ratio:.1f} ({point.ratio_low:.1f}–{point.ratio_high:.1f})",
            "cell": point.cell_id or "",
        }
        for point in found
    ]
    draw_found(title, headings, rows, slice(2, 5))
    console.print(
        say(
            f"第 {number} 号发布，共看 {series:,} 条序列；较早的变点见 --json。只列持续的变化；"
            "若全无变化，二十次里约有一次会误列任何一条。季节性起落也在其中：不足两年时无法区分。",
            f"Publication {number}, {series:,} series looked at; earlier ones with --json. Lasting "
            "changes only; were there none, about one time in twenty any would be listed. Seasons "
            "are among them: within two years they cannot be told from lasting changes.",
        ),
        style="dim",
    )
