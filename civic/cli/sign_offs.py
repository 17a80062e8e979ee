"""``civic sign-off``: who signed which report, and which signed figures are others today.

Belongs here: how sign-offs and revisions look in the terminal. Does not belong here: which are in
force (``analytics.reports.signing``), keeping signed figures (``publishing.sign_offs``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, table, working
from civic.cli.report_drawing import as_figure, plain, text
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.semantic_manifest import Catalog

SHOWN = 20

Report = Annotated[str | None, typer.Option(help="Only this report, as in: civic report list.")]
Place = Annotated[str | None, typer.Option(help="Only this place, by code or name.")]
Period = Annotated[str | None, typer.Option(help="Only this period: 2026-09.")]

group = typer.Typer(no_args_is_help=True, help="Who signed which report; figures revised since.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="sign-off")


@group.command("list")
def list_sign_offs(
    report: Report = None,
    place: Place = None,
    period: Period = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what came to nothing or was replaced.")
    ] = False,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """List who signed which report of which place and period, and what it came to."""
    import polars as pl

    from analytics.reports.asking import known_places, place_names
    from analytics.reports.declarations import load_declarations
    from analytics.reports.signing import STATES
    from publishing.publications import open_publication
    from publishing.sign_offs import SIGN_OFFS
    from publishing.signatures import STANDING

    with open_publication(load_settings(), publication) as opened:
        places = known_places(opened.connection)
        found = _only(opened.derived(SIGN_OFFS), places, report, place, period)
    names = place_names(places)
    shown = found if everything else found.filter(pl.col("state").is_in(STANDING))
    if as_json:
        print_json(shown.to_dicts())
        return
    titles = {name: text(r.title) for name, r in load_declarations().items()}
    rows = [
        {
            "report": titles.get(r["report"], r["report"]),
            "place": names.get(r["place_code"], r["place_code"]),
            "period": r["period"],
            "unit": r["unit_name"] or r["unit_code"],
            "at": f"{r['decided_at']:%Y-%m-%d %H:%M}" if r["decided_at"] else "",
            "state": _state(r, text(STATES[r["state"]])),
        }
        for r in shown.tail(SHOWN).iter_rows(named=True)
    ]
    headings = {
        "report": say("报表", "Report"),
        "place": say("地区", "Place"),
        "period": say("期间", "Period"),
        "unit": say("审签单位", "Signed by"),
        "at": say("时间", "On"),
        "state": say("状态", "State"),
    }
    if rows:
        console.print(table(say("报表审签", "Sign-offs"), headings, rows))
    standing = found.filter(state="approved").height
    waiting = found.filter(state="waiting").height
    nothing = found.height - standing - waiting
    console.print(
        say(
            f"生效 {standing}，待下级审签 {waiting}，其余 {nothing}（--all 列出）。"
            f"{_first_left_out(shown.height, 'zh')}",
            f"{standing} in force, {waiting} wait for those below, {nothing} others (--all lists "
            f"them).{_first_left_out(shown.height, 'en')}",
        ),
        style="dim",
    )


@group.command("revisions")
def list_revisions(
    report: Report = None,
    place: Place = None,
    period: Period = None,
    why: Annotated[
        bool, typer.Option("--why", help="Which drops changed the figures that are listed.")
    ] = False,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """List signed figures that came to another value since: as signed, and each time after."""
    from analytics.reports.asking import known_places, place_names
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of
    from publishing.signatures import revisions

    settings = load_settings()
    with open_publication(settings, publication) as opened:
        places = known_places(opened.connection)
        found = _only(revisions(opened), places, report, place, period)
        catalog = catalog_of(opened)
    names = place_names(places)
    shown = found.head(SHOWN)
    causes = _causes(shown) if why else None
    if as_json:
        answer: dict[str, Any] = {"revisions": found.to_dicts()}
        print_json(answer | ({} if causes is None else {"causes": causes.to_dicts()}))
        return
    if found.is_empty():
        console.print(say("审签后没有修订。", "No signed figure was revised."))
        return
    _draw_revisions(shown, catalog, names)
    if causes is not None:
        _draw_causes(causes)
    counted = say(
        f"共 {found.height} 次修订。查来源：civic trace 编号；"
        "查审签时的来源：加 --publication 审签的发布。",
        f"{found.height} revisions. civic trace FIGURE shows today's rows; with --publication "
        "those that were signed.",
    )
    console.print(plain(counted), style="dim")


def _only(
    found: pl.DataFrame,
    places: pl.DataFrame,
    report: str | None,
    place: str | None,
    period: str | None,
) -> pl.DataFrame:
    """What is asked for. Raises CivicError for a report, a place or a period that there is not."""
    from analytics.reports.asking import asked_for
    from analytics.reports.declarations import load_declarations, report_named

    asked = asked_for(places, place=place, period=period)
    if report:
        report_named(load_declarations(), report)
        found = found.filter(report=report)
    if place:
        found = found.filter(place_code=asked.place)
    return found.filter(period=period) if period else found


def _state(row: Mapping[str, Any], told: str) -> str:
    return f"{told} ({row['waiting_for']})" if row["waiting_for"] else told


def _first_left_out(count: int, lang: str) -> str:
    if count <= SHOWN:
        return ""
    return f"只列最后 {SHOWN} 项。" if lang == "zh" else f" The last {SHOWN} are shown."


def _draw_revisions(shown: pl.DataFrame, catalog: Catalog, names: Mapping[str, str]) -> None:
    rows = []
    for row in shown.iter_rows(named=True):
        metric = catalog.metric(row["metric"])
        place = names.get(row["place_code"], row["place_code"])
        rows.append(
            {
                "cell": row["cell_id"],
                "what": " · ".join(
                    filter(None, (text(metric.label), place, row["period"], row["slices"]))
                ),
                "signed": as_figure(metric, row["signed_value"]),
                "now": as_figure(metric, row["value"]),
                "publication": str(row["publication"]),
            }
        )
    headings = {
        "cell": say("编号", "Figure"),
        "what": say("指标与位置", "What and where"),
        "signed": say("审签时", "Signed"),
        "now": say("修订为", "Revised"),
        "publication": say("发布", "No."),
    }
    console.print(table(say("审签后的修订", "Revisions"), headings, rows))


def _causes(shown: pl.DataFrame) -> pl.DataFrame:
    """Which drops made them other than they were when they were signed."""
    import polars as pl

    from publishing.differences import causes_of

    with working(say("正在查找原因…", "Looking for the drops…")):
        parts = [
            causes_of(load_settings(), int(str(a)), int(str(b)), own["cell_id"].unique().to_list())
            for (a, b), own in shown.group_by("signed_in", "publication", maintain_order=True)
        ]
    return pl.concat(parts).unique(maintain_order=True) if parts else pl.DataFrame()


def _draw_causes(causes: pl.DataFrame) -> None:
    import polars as pl

    summed = (
        causes.group_by("unit", "file_name", "drop_id", maintain_order=True)
        .agg(
            figures=pl.col("cell_id").n_unique(),
            rows_gained=pl.col("rows_gained").max(),
            rows_lost=pl.col("rows_lost").max(),
        )
        .sort("figures", descending=True)
    )
    headings = {
        "unit": say("单位", "Unit"),
        "file_name": say("文件", "File"),
        "figures": say("影响数字", "Figures"),
        "rows_gained": say("新增行", "Rows in"),
        "rows_lost": say("减少行", "Rows out"),
    }
    console.print(
        table(say("由哪些文件引起", "The drops behind them"), headings, summed.to_dicts())
    )
