"""``civic hotspots``: where matters lie closer than the number of dwellings explains.

Belongs here: how hot spots look in the terminal and in JSON. Does not belong here: finding them
(``analytics.trends.hotspots``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say
from civic.cli.counting import demand_count, draw_found
from civic.cli.naming import Names
from civic.cli.report_drawing import text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.metrics import Metric
    from publishing.publications import OpenPublication

METRIC = "events_received"
NAMED = 3
"""Places of a spot that a terminal names; --json gives all, each with its figure."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(hotspots)


def hotspots(
    period: Annotated[
        str | None, typer.Option(help="A month or year; default: the last whole month.")
    ] = None,
    metric: Annotated[str, typer.Option(help="A count, as in civic report list.")] = METRIC,
    level: Annotated[str, typer.Option(help="grid or community.")] = "grid",
    part: Annotated[
        str, typer.Option("--slice", help="Only matters of a kind: category=fire_safety.")
    ] = "",
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show where unusually many matters lie together; each place with its figure to trace."""
    from analytics.reports.asking import known_places
    from analytics.reports.wording import names_told_apart
    from analytics.trends.hotspots import DRAWS, grounds, hot_spots, kilometres
    from analytics.trends.outlook import on_the_ground
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        counted = catalog_of(opened).metric(metric)
        demand_count(counted, whole=True)
        asked = period or _last_month(opened)
        cells = _cells(opened, metric, level, asked, part)
        ground = grounds(opened.connection, level)
        placed = on_the_ground(ground, opened.cells, metric, level, asked, part)
        names, number = Names(opened), opened.number
        places = known_places(opened.connection).to_dicts()
    called = names_told_apart({row["place_code"]: row for row in places})
    spots = hot_spots(placed["came"].to_numpy(), placed["dwellings"].to_numpy(), kilometres(placed))
    rows = [
        {
            "places": [
                {**placed.row(n, named=True), "name": called.get(placed["place_code"][n])}
                for n in spot.places
            ],
            "observed": spot.observed,
            "expected": spot.expected,
            "ratio": spot.ratio,
            "probability": spot.probability,
        }
        for spot in spots
    ]
    elsewhere = float(cells.join(ground, on="place_code", how="anti")["value"].sum())
    if as_json:
        about = {"publication": number, "metric": metric, "level": level, "period": asked}
        print_json(
            {**about, "slice": part, "draws": DRAWS, "not_on_the_map": elsewhere, "spots": rows}
        )
        return
    _draw(rows, counted, asked, names.slices(part), elsewhere, number)


def _last_month(opened: OpenPublication) -> str:
    from analytics.trends.outlook import last_month
    from publishing.completeness import data_until

    found = last_month(opened.cells, data_until(opened.table("drops")))
    if found is None:
        raise CivicError("No month has ended yet.", zh="还没有完整的月份。")
    return found


def _cells(
    opened: OpenPublication, metric: str, level: str, period: str, part: str
) -> pl.DataFrame:
    """``place_code, value, cell_id`` of every place of the level that has a figure."""
    from analytics.trends.outlook import figures_at

    found = figures_at(opened.cells, metric, level, period, part)
    if found.is_empty():
        raise CivicError(
            f"No {level} has a figure of {metric}{f' ({part})' if part else ''} in {period}.",
            "civic report list shows which report has which figures, and how far down.",
            zh=f"{period} 没有这一级的数字：{metric} {part}。",
            remedy_zh="civic report list 列出各报表有哪些数字、到哪一级。",
        )
    return found


def _draw(
    rows: list[dict[str, Any]],
    metric: Metric,
    period: str,
    kind: str,
    elsewhere: float,
    number: int,
) -> None:
    from analytics.reports.wording import period_name
    from analytics.trends.hotspots import DRAWS, SHARE_AT_MOST, SIGNIFICANT

    said = " · ".join(filter(None, (text(metric.label), kind, text(period_name(period)))))
    title = f"{say('热点', 'Hot spots')}: {said}"
    headings = {
        "where": say("地区（由中心向外）", "where, from the middle outwards"),
        "observed": say("实际", "came"),
        "expected": say("预期", "expected"),
        "ratio": say("倍数", "times"),
        "probability": "p",
        "cell": say("中心的编号", "identifier, middle"),
    }
    draw_found(title, headings, [_row(row) for row in rows], slice(1, 5))
    away = say(
        f"另有 {elsewhere:.0f} 件不在已登记建筑的地区内。",
        f"{elsewhere:.0f} more lie where no building is registered.",
    )
    console.print(
        say(
            f"第 {number} 号发布。预期按住房套数分摊；"
            f"一处热点至多含全市住房的 {SHARE_AT_MOST:.0%}。"
            f"p：全图随机重排 {DRAWS} 次，最强一处达到此强度的比例，只列小于 {SIGNIFICANT:g} 的。",
            f"Publication {number}. Expected by the share of dwellings; a spot has at most "
            f"{SHARE_AT_MOST:.0%} of them. p: in {DRAWS} maps drawn without hot spots, how often "
            f"the strongest is as strong; only those below {SIGNIFICANT:g} are shown.",
        )
        + (f" {away}" if elsewhere else ""),
        style="dim",
    )


def _row(row: dict[str, Any]) -> dict[str, str]:
    places = row["places"]
    named = say("、", ", ").join(place["name"] or place["place_code"] for place in places[:NAMED])
    if len(places) > NAMED:
        named = say(f"{named}等 {len(places)} 处", f"{named} and {len(places) - NAMED} more")
    return {
        "where": named,
        "observed": f"{row['observed']:,}",
        "expected": f"{row['expected']:,.1f}",
        "ratio": f"{row['ratio']:.1f}",
        "probability": f"{row['probability']:.3f}",
        "cell": places[0]["cell_id"] or "",
    }
