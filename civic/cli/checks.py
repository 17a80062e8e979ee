"""``civic checks`` (list, run): figures that a data steward should look at.

Belongs here: how checks and findings look in the terminal. Does not belong here: finding them
(``analytics.checks``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, table
from civic.cli.report_drawing import as_figure, text
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.checks import OutlierCheck, ValidationRule
    from analytics.reports.semantic_manifest import Catalog

SHOWN = 20

checks = typer.Typer(
    no_args_is_help=True, help="Validation rules and outliers: figures to look at."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(checks, name="checks")


@checks.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Show the declared checks."""
    from analytics.checks import load_checks

    rows = [
        {"name": check.name, "title": text(check.title), "states": states(check)}
        for check in load_checks().values()
    ]
    if as_json:
        print_json(rows)
        return
    headings = {
        "name": say("名称", "Check"),
        "title": say("标题", "Title"),
        "states": say("内容", "What it states"),
    }
    console.print(table(say("数字检查", "Checks of figures"), headings, rows))


@checks.command("run")
def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHECK]...", help="As listed; all if none.")
    ] = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Look for figures that break a rule or stand far from the others; each can be traced."""
    from analytics.checks import load_checks, run_checks
    from analytics.reports.asking import known_places, place_names
    from publishing.completeness import data_until
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    declared = load_checks()
    if unknown := [name for name in names or () if name not in declared]:
        raise CivicError(
            f"There is no check {', '.join(unknown)}.",
            "See: civic checks list",
            zh=f"没有检查 {'、'.join(unknown)}。",
            remedy_zh="查看：civic checks list",
        )
    chosen = [declared[name] for name in names or declared]
    with open_publication(load_settings(), publication) as opened:
        catalog, drops = catalog_of(opened), opened.table("drops")
        found = run_checks(chosen, opened.cells, catalog, data_until(drops))
        called = place_names(known_places(opened.connection))
        number = opened.number
    if as_json:
        print_json({"publication": number, "checks": len(chosen), "findings": found.to_dicts()})
        return
    for check in chosen:
        _show(check, found.filter(check=check.name), catalog, called)
    console.print(
        say(
            f"第 {number} 号发布：{len(chosen)} 项检查，{found.height} 处需核实。"
            "异常不等于错误；用 civic trace 编号查来源。",
            f"Publication {number}: {len(chosen)} checks, {found.height} figures to look at. "
            "Unusual is not wrong: civic trace leads to the rows.",
        ),
        style="dim",
    )


def states(check: ValidationRule | OutlierCheck) -> str:
    """What a check states, in one line."""
    from analytics.checks import ValidationRule

    if isinstance(check, ValidationRule):
        return f"{check.left} {check.operator} {check.right}"
    return f"{', '.join(check.metrics)}: {check.method} > {check.threshold:g} ({check.grain})"


def _show(
    check: ValidationRule | OutlierCheck,
    found: pl.DataFrame,
    catalog: Catalog,
    called: dict[str, str],
) -> None:
    from analytics.reports.wording import period_name, place_name

    if found.is_empty():
        console.print(f"[green]✓[/] {text(check.title)}", highlight=False)
        return
    rows: list[dict[str, Any]] = []
    for row in found.head(SHOWN).iter_rows(named=True):
        metric = catalog.metric(row["metric"])
        where = text(place_name(row["place_code"], called))
        rows.append(
            {
                "where": " · ".join(filter(None, (where, row["slices"]))),
                "period": text(period_name(row["period"])),
                "metric": text(metric.label),
                "value": as_figure(metric, row["value"]),
                "expected": as_figure(metric, row["expected"]),
                "cell": row["cell_id"] or "",
            }
        )
    headings = {
        "where": say("地区", "where"),
        "period": say("期间", "period"),
        "metric": say("指标", "measure"),
        "value": say("数值", "figure"),
        "expected": say("参照", "expected"),
        "cell": say("编号", "identifier"),
    }
    console.print(table(f"{text(check.title)} ({found.height})", headings, rows))
    if found.height > SHOWN:
        more = found.height - SHOWN
        console.print(say(f"另有 {more} 处：--json", f"and {more} more: --json"), style="dim")
