"""``civic recurring``: places and matters that come again and again.

Belongs here: how they look in the terminal and in JSON. Does not belong here: finding them
(``analytics.trends.recurring``).
"""

from __future__ import annotations

from collections.abc import Mapping
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
    from analytics.trends.recurring import Recurring

METRIC = "events_received"
LEVELS = ("grid", "community", "street")
SHOWN = 20
"""Lines that a terminal shows; --json gives all."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(recurring)


def recurring(
    metric: Annotated[str, typer.Argument(help="A count, as in civic report list.")] = METRIC,
    level: Annotated[
        str, typer.Option(help="grid, community or street; kinds are published by street.")
    ] = "grid",
    by: Annotated[
        str, typer.Option("--by", help="Which kinds recur: a dimension, as category.")
    ] = "",
    months: Annotated[int, typer.Option(min=3, max=24, help="The last so many whole months.")] = 6,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show where the same comes again and again: more than a place's share in most months."""
    from analytics.reports.asking import known_places
    from analytics.reports.coordinates import parse_slices
    from analytics.reports.wording import names_told_apart
    from analytics.trends import recurring as finding
    from analytics.trends.hotspots import grounds
    from analytics.trends.series import whole_periods
    from publishing.completeness import data_until
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        counted = catalog_of(opened).metric(metric)
        demand_count(counted)
        ground = grounds(opened.connection, level, LEVELS)
        cells = opened.cells.filter(metric=metric, grain="month")
        ways = {t: list(parse_slices(t)) for t in cells["slices"].unique().to_list()}
        wanted = [t for t, names in ways.items() if names == ([by] if by else [])]
        cells = cells.filter(cells["slices"].is_in(wanted)).unique(
            ["level", "place_code", "period", "slices"], keep="first", maintain_order=True
        )
        own, whole = cells.filter(level=level), cells.filter(level="all")
        dated = [p for p in whole["period"].unique().to_list() if p != "undated"]
        last = whole_periods(dated, data_until(opened.table("drops")))[-months:]
        names, number = Names(opened), opened.number
        places = known_places(opened.connection).to_dicts()
    if own.is_empty() or len(last) < months:
        raise CivicError(
            f"There are not {months} whole months of {metric} by {by or level} of each {level}.",
            "civic report list shows which report has which figures, and how far down.",
            zh=f"没有 {months} 个整月的、{level} 一级的{text(counted.label)}{by}。",
            remedy_zh="civic report list 列出各报表有哪些数字、到哪一级。",
        )
    made = finding.recurring(own, whole, ground, last)
    if as_json:
        about = {"publication": number, "metric": metric, "level": level, "months": last}
        told = {"tried": made.tried, "least": made.least, "recurring": made.found.to_dicts()}
        print_json({**about, **told})
        return
    called = names_told_apart({row["place_code"]: row for row in places})
    rows = [_row(row, called, names, len(last)) for row in made.found.head(SHOWN).to_dicts()]
    _draw(made, rows, counted, last, number)


def _draw(
    made: Recurring, rows: list[dict[str, str]], metric: Metric, months: list[str], number: int
) -> None:
    title = f"{say('反复发生', 'Recurring')}: {text(metric.label)} · {months[0]} – {months[-1]}"
    headings = {
        "where": say("地区、类别", "where, what"),
        "months": say("超出月数", "months above"),
        "came": say("实际", "came"),
        "usual": say("按住房分摊", "by dwellings"),
        "ratio": say("倍数", "times"),
        "cell": say("最近一月的编号", "identifier, last"),
    }
    draw_found(title, headings, rows, slice(1, 5))
    more = _more(made.found, len(rows))
    console.print(
        say(
            f"第 {number} 号发布。{more}共看 {made.tried:,} 个地区（与类别）；{len(months)} 个月中"
            f"至少 {made.least} 个月超出按住房分摊的 95% 界限才列出；"
            "若全凭偶然，二十次里约有一次会误列。",
            f"Publication {number}. {more}{made.tried:,} places (and kinds) looked at; shown are "
            f"those above the 95 % limit of their share by dwellings in at least {made.least} of "
            f"{len(months)} months: by chance alone, one time in twenty any would be.",
        ),
        style="dim",
    )


def _more(found: pl.DataFrame, shown: int) -> str:
    left = found.height - shown
    return say(f"另有 {left} 条：--json。", f"{left} more: --json. ") if left else ""


def _row(
    row: dict[str, Any], called: Mapping[str, str], names: Names, months: int
) -> dict[str, str]:
    code = row["place_code"]
    where = filter(None, (called.get(code, code), names.slices(row["slices"])))
    return {
        "where": " · ".join(where),
        "months": f"{row['months']}/{months}",
        "came": f"{row['came']:,.0f}",
        "usual": f"{row['usual']:,.1f}",
        "ratio": f"{row['ratio']:.1f}",
        "cell": row["cell_id"] or "",
    }
