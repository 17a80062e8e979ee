"""``civic alerts`` and ``civic explain``: what rises, and what a change consists of.

Belongs here: how alerts and explanations look in the terminal. Does not belong here: finding them
(``analytics.trends``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.naming import Names
from civic.cli.report_drawing import as_figure, plain, text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.metrics import Label, Metric

WEEKS = 4
PARTS = 5
"""Parts of a change that a terminal shows of each division; --json gives all."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("alerts")(show_alerts)
    app.command("explain")(explain)


def show_alerts(
    weeks: Annotated[
        int, typer.Option(min=1, max=26, help="How many of the last whole weeks.")
    ] = WEEKS,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show weeks in which unusually much came in; each with its reason and its figure to trace."""
    from analytics.trends.contributions import excesses
    from publishing.alerts_told import last_alerts
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        catalog = catalog_of(opened)
        [watching] = opened.derived("alerts_watched").to_dicts()
        shown = last_alerts(opened, weeks)
        parents = opened.table("places").select("place_code", "parent_code").unique()
        reasons = [excesses(opened.cells, alert, parents) for alert in shown.to_dicts()]
        names = Names(opened)
        number = opened.number
    if as_json:
        entries = [
            {**alert, "parts": reason.to_dicts()}
            for alert, reason in zip(shown.to_dicts(), reasons, strict=True)
        ]
        print_json(
            {
                "publication": number,
                "weeks": weeks,
                "series": watching["watched"],
                "alerts": entries,
            }
        )
        return
    rows = [
        _alert_row(alert, reason, catalog.metric(alert["metric"]), names)
        for alert, reason in zip(shown.to_dicts(), reasons, strict=True)
    ]
    _draw_alerts(rows, watching, weeks, number)


def explain(
    cell: Annotated[str, typer.Argument(help="A figure's identifier, as c1a2b3c4d5e6f.")],
    against: Annotated[
        str, typer.Option(help="previous, year-before, or a period (2026-03).")
    ] = "previous",
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show what a figure's change consists of: places, categories, sources; they add up exactly."""
    from analytics.reports.tracing import find_cell
    from analytics.trends.contributions import changes
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    with open_publication(load_settings(), publication) as opened:
        found = find_cell(opened.connection.table("serving.main.cells"), cell)
        metric = catalog_of(opened).metric(found["metric"])
        before = _earlier(found["period"], against)
        parents = opened.table("places").select("place_code", "parent_code").unique()
        parts = changes(opened.cells, metric, found, before, parents)
        earlier = _value_at(opened.cells, found, before)
        names = Names(opened)
    if as_json:
        whole = {"before": before, "value_before": earlier, "value": found["value"]}
        print_json({"cell_id": found["cell_id"], **whole, "parts": parts.to_dicts()})
        return
    _draw_explanation(found, metric, before, earlier, parts, names)


def _alert_row(
    alert: Mapping[str, Any], reason: pl.DataFrame, metric: Metric, names: Names
) -> dict[str, str]:
    from analytics.reports.wording import period_name

    leading = [
        f"{names.part(row['by'], row['part'])} +{row['excess']:.0f}"
        for by in reason["by"].unique(maintain_order=True)
        for row in reason.filter(by=by).head(1).to_dicts()
        if row["excess"] >= 0.5
    ]
    if alert["since"] != alert["period"]:
        since = text(period_name(alert["since"]))
        leading.insert(0, say(f"自{since}起", f"since {since}"))
    what = (names.place(alert["place_code"]), names.slices(alert["slices"]))
    return {
        "week": alert["period"],
        "where": "\n".join([" · ".join(filter(None, what)), *(f"  {one}" for one in leading)]),
        "value": as_figure(metric, alert["value"]),
        "expected": f"{alert['expected']:.1f}",
        "ratio": f"{alert['ratio']:.1f} ({alert['ratio_low']:.1f}–{alert['ratio_high']:.1f})",
        "cell": alert["cell_id"] or "",
    }


def _draw_alerts(
    rows: list[dict[str, str]], watching: Mapping[str, Any], weeks: int, number: int
) -> None:
    headings = {
        "week": say("周", "week"),
        "where": say("地区、类别、主要来自", "where, what, mostly"),
        "value": say("收到", "came"),
        "expected": say("预期", "expected"),
        "ratio": say("倍数（95% 区间）", "times (95 %)"),
        "cell": say("编号", "identifier"),
    }
    shown: list[dict[str, str]] = []
    left, watched, at_most = 0, watching["watched"], watching["at_most"]
    chance = watched * watching["false_alarms"]
    for week in dict.fromkeys(row["week"] for row in rows):
        own = [row for row in rows if row["week"] == week]
        shown += own[:at_most]
        left += len(own) - min(len(own), at_most)
    title = say(f"预警：最近 {weeks} 个整周", f"Alerts: the last {weeks} whole weeks")
    if shown:
        console.print(table(title, headings, shown))
    else:
        console.print(f"[green]✓[/] {title}: {say('没有', 'none')}", highlight=False)
    if left:
        more = f"另有 {left} 条较弱的：--json", f"and {left} weaker ones: --json"
        console.print(say(*more), style="dim")
    console.print(
        say(
            f"第 {number} 号发布，监测 {watched} 个序列；无事时每周约误报 {chance:.1f} 条。"
            "预警说明来得多，不说明原因：civic explain 编号看组成，civic trace 编号查来源。",
            f"Publication {number}, {watched} series watched; with nothing amiss about "
            f"{chance:.1f} false alerts a week. An alert says that much came, not why: "
            "civic explain shows its parts, civic trace the rows.",
        ),
        style="dim",
    )


def _earlier(period: str, against: str) -> str:
    from analytics.reports.periods import grain_of, previous, year_before

    if against not in ("previous", "year-before"):
        if grain_of(against) != grain_of(period):
            raise CivicError(
                f"{against} and {period} are not periods of one kind.",
                zh=f"{against} 与 {period} 不是同一种期间。",
            )
        return against
    if period in ("all", "undated"):
        raise CivicError(
            "Only a dated figure changes from one period to another.",
            zh="只有有期间的数字才有变化。",
        )
    earlier = previous(period) if against == "previous" else year_before(period)
    if earlier is None:
        raise CivicError(
            f"{period} has no period of its name a year before.", zh=f"{period} 没有上年同期。"
        )
    return earlier


def _value_at(cells: pl.DataFrame, cell: Mapping[str, Any], period: str) -> float | None:
    import polars as pl

    same = ("report", "metric", "level", "place_code", "grain", "slices")
    at = pl.all_horizontal(pl.col(name) == cell[name] for name in same)
    found = cells.filter(at, period=period)
    return None if found.is_empty() else float(found.item(0, "value"))


def _draw_explanation(
    cell: Mapping[str, Any],
    metric: Metric,
    before: str,
    earlier: float | None,
    parts: pl.DataFrame,
    names: Names,
) -> None:
    from analytics.reports.wording import period_name

    where = " · ".join(
        filter(None, (names.place(cell["place_code"]), names.slices(cell["slices"])))
    )
    periods = [text(period_name(p)) for p in (before, cell["period"])]
    console.print(f"{plain(text(metric.label))} · {plain(where)}", style="bold", highlight=False)
    console.print(
        f"{periods[0]} {as_figure(metric, earlier)} → "
        f"{periods[1]} {as_figure(metric, cell['value'])}",
        highlight=False,
    )
    if parts.is_empty():
        console.print(
            say(
                "这个数字没有按下级地区或分类发布，无法分解。",
                "The figure is not published by places below or by slices: it cannot be divided.",
            ),
            style="dim",
        )
    for by in parts["by"].unique(maintain_order=True):
        _draw_parts(parts.filter(by=by), str(by), metric, periods, names)


def _draw_parts(
    parts: pl.DataFrame, by: str, metric: Metric, periods: list[str], names: Names
) -> None:
    title = say("下级地区", "Places below") if by == "place" else _dimension(metric, by)
    rows = [
        {
            "part": names.part(by, row["part"]),
            "before": as_figure(metric, row["before"]),
            "after": as_figure(metric, row["after"]),
            "contribution": _signed(metric, row["contribution"]),
            "rate": _signed(metric, row["rate"]),
            "mix": _signed(metric, row["mix"]),
            "cell": row["cell_id"] or "",
        }
        for row in parts.head(PARTS).to_dicts()
    ]
    rest = parts.slice(PARTS)
    if rest.height:
        left = dict.fromkeys(("before", "after", "cell"), "")
        sums = {n: _signed(metric, float(rest[n].sum())) for n in ("contribution", "rate", "mix")}
        others = say(f"其余 {rest.height} 项", f"{rest.height} others")
        rows.append({"part": others, **left, **sums})
    headings = {
        "part": title,
        "before": periods[0],
        "after": periods[1],
        "contribution": say("贡献", "adds"),
        "rate": say("其中水平", "by its rate"),
        "mix": say("其中结构", "by its share"),
        "cell": say("编号", "identifier"),
    }
    if metric.is_additive:
        del headings["rate"], headings["mix"]
    console.print(table("", headings, rows))


def _dimension(metric: Metric, by: str) -> str:
    label: Label = metric.fact.dimension(by).label
    return text(label)


def _signed(metric: Metric, value: float | None) -> str:
    if value is None:
        return ""
    if metric.is_share:
        return f"{100 * value:+.2f}"
    return f"{value:+.{metric.decimals}f}"
