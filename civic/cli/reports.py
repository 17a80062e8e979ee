"""``civic report``: list and show reports; ``trace`` and ``why`` are in ``traces``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from civic.cli import filing, traces
from civic.cli.console import (
    AsJson,
    Publication,
    chinese,
    console,
    print_json,
    say,
    table,
)
from civic.cli.report_drawing import draw_report, text
from civic.cli.report_formats import as_csv, as_data
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.reports.asking import Asked
    from analytics.reports.changes import Against
    from analytics.reports.declarations import Report
    from analytics.reports.semantic_manifest import Catalog
    from publishing.publications import OpenPublication


class Format(StrEnum):
    """How a report is given out."""

    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"


class Earlier(StrEnum):
    """Which earlier period a figure is compared with."""

    previous = "previous"
    year_before = "year-before"


AGAINST_BY_OPTION: dict[Earlier, Against] = {
    Earlier.previous: "previous",
    Earlier.year_before: "year_before",
}


def register(app: typer.Typer) -> None:
    """Add ``report``, ``trace`` and ``why`` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Reports: list them, show one, file them.")
    group.command("list")(list_reports)
    group.command("show")(show_report)
    group.command("file")(filing.file_reports)
    app.add_typer(group, name="report")
    traces.register(app)


def list_reports(as_json: AsJson = False) -> None:
    """List the declared reports."""
    from analytics.reports.declarations import load_declarations

    reports = load_declarations().values()
    rows = [
        {"name": r.name, "title": text(r.title), "metrics": ", ".join(r.metrics)} for r in reports
    ]
    if as_json:
        print_json([{**row, "metrics": row["metrics"].split(", ")} for row in rows])
        return
    headings = {
        "name": say("名称", "Report"),
        "title": say("标题", "Title"),
        "metrics": say("指标", "Metrics"),
    }
    console.print(table(say("报表", "Reports"), headings, rows))


def show_report(
    name: Annotated[str, typer.Argument(metavar="REPORT", help="As in: civic report list.")],
    place: Annotated[str | None, typer.Option(help="A place's code or name.")] = None,
    level: Annotated[
        str | None, typer.Option(help="A line for each district, street, community or grid.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(help="all, 2026, 2026-Q1, 2026-02, 2026-W06; or a line for each year, month."),
    ] = None,
    slices: Annotated[
        str | None,
        typer.Option("--slice", help="A line for each category, feed, …; or only category=value."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to give it out.")] = Format.table,
    out: Annotated[Path | None, typer.Option(help="Where to write the workbook.")] = None,
    ids: Annotated[
        bool, typer.Option("--ids", help="A line for each figure, with the identifier to trace.")
    ] = False,
    boundaries: Annotated[
        str | None,
        typer.Option(help="A date, 2021-10-31: places as they were then, or as they are since."),
    ] = None,
    compared: Annotated[
        Earlier | None,
        typer.Option("--compare", help="Beside each figure that of an earlier period."),
    ] = None,
    to_date: Annotated[
        bool, typer.Option("--to-date", help="Since the beginning of the year, up to the period.")
    ] = False,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Show a report as the current publication has it."""
    from analytics.reports.arrangement import Naming, arrange
    from analytics.reports.asking import asked_for, known_places
    from analytics.reports.changes import compare
    from analytics.reports.declarations import load_declarations, report_named
    from analytics.reports.wording import value_labels
    from ingestion.contracts import load_contracts
    from publishing.publications import open_publication
    from publishing.serving_tables import catalog_of

    settings = load_settings()
    report = report_named(load_declarations(), name)
    with open_publication(settings, publication) as opened:
        catalog, places = catalog_of(opened), known_places(opened.connection)
        if boundaries is None:
            cells = cells_of(opened, report)
        else:
            places, cells, catalog = restated(opened, report, catalog, boundaries)
        asked = asked_for(places, place, level, period, slices)
        against = None if compared is None else AGAINST_BY_OPTION[compared]
        if to_date:
            cells = to_date_of(cells, catalog, asked)
        as_published = boundaries is None and not to_date
        remark = remark_on(opened, report, asked, signed=as_published)
        told = (_put_together(to_date), _of_other_boundaries(boundaries), remark)
        remark = " ".join(filter(None, told))
        if form is Format.xlsx:
            from publishing.filing import Shown, write_shown

            lang = language()
            shown = Shown(report, asked, against, cells, places, catalog, remark, as_published)
            path = out or settings.reports / f"{report.name}.{lang}.xlsx"
            contracts = load_contracts(settings.contract_paths)
            print(write_shown(opened, shown, contracts, lang, path))
            return
        naming = Naming(places, value_labels(load_contracts(settings.contract_paths)))
        changes = None
        if against is None:
            arranged = arrange(report, cells, catalog, naming, asked)
        else:
            found = compare(report, cells, catalog, naming, asked, against)
            arranged, changes = [one.arranged for one in found], [one.changes for one in found]
        where = heading(asked, places, boundaries, against, to_date)
    if as_json or form is Format.json:
        made = as_data(report, arranged, asked, opened.number, changes)
        print_json({**made, "boundaries": boundaries, "remark": remark})
    elif form is Format.csv:
        sys.stdout.write(as_csv(arranged, changes))
    else:
        draw_report(report, arranged, where, remark, opened.number, ids, changes)


def remark_on(opened: OpenPublication, report: Report, asked: Asked, signed: bool = True) -> str:
    """Who signed the report, and what its figures do not cover: not sent, or not happened yet.

    ``signed``: whether the figures are such as are signed.
    """
    from ingestion.contracts import load_contracts
    from publishing.completeness import Remarks
    from publishing.signatures import signature_told

    contracts = load_contracts(load_settings().contract_paths)
    remarks = Remarks.of_publication(opened, contracts)
    told = signature_told(opened, report, asked, language()) if signed else ""
    return " ".join(filter(None, (told, remarks.on(report.name, language(), asked.period))))


def to_date_of(cells: pl.DataFrame, catalog: Catalog, asked: Asked) -> pl.DataFrame:
    """Running totals in place of the cells. Raises CivicError where no shorter period is asked."""
    from analytics.reports.periods import GRAIN_NAMES, UNDATED, grain_of
    from analytics.reports.running_totals import running_totals

    grain = asked.period if asked.period in GRAIN_NAMES else grain_of(asked.period)
    if grain in ("all", "year") or asked.period == UNDATED:
        raise CivicError(
            "What counts since the beginning of the year ends with a month, a week or the like.",
            "Name one, --period 2026-08, or one line for each: --period month.",
            zh="年初至今的累计须指明截至的月、周等期间。",
            remedy_zh="请指定期间：--period 2026-08，或按月列出：--period month。",
        )
    return running_totals(cells, catalog)


def _put_together(to_date: bool) -> str:
    if not to_date:
        return ""
    return say(
        "累计数由各期数字合成，各期数字见不加 --to-date 的同一报表；"
        "数据未自年初开始的年份没有累计数。",
        "Figures are put together from those of the periods, which the same report shows without "
        "--to-date; a year whose beginning the data do not cover has none.",
    )


def _of_other_boundaries(boundaries: str | None) -> str:
    if boundaries is None:
        return ""
    return say(
        f"按 {boundaries} 的区划计算，不是已发布的数字。",
        f"Computed under the boundaries of {boundaries}: not the published figures.",
    )


def language() -> Literal["zh", "en"]:
    """The reader's."""
    return "zh" if chinese() else "en"


def cells_of(opened: OpenPublication, report: Report) -> pl.DataFrame:
    """The cells of one report, those that were signed as they were signed."""
    from analytics.reports.signing import as_signed
    from publishing.opening import SIGNED

    def own(table: str) -> pl.DataFrame:
        sql = f"select * from serving.main.{table} where report = ?"
        return opened.connection.execute(sql, [report.name]).pl()

    cells = own("cells")
    return as_signed(cells, own(SIGNED)) if opened.has(SIGNED) and report.signed else cells


def restated(
    opened: OpenPublication, report: Report, catalog: Catalog, boundaries: str
) -> tuple[pl.DataFrame, pl.DataFrame, Catalog]:
    """Places, cells and catalog under the boundaries of a date, from the publication's marts."""
    from analytics.reports.boundaries import cells_within, date_of, places_within, restate_report

    on = date_of(boundaries)
    cells = cells_within(opened.connection, catalog, report, on)
    catalog = restate_report(opened.connection, catalog, report, on)
    return places_within(opened.connection, on), cells, catalog


def heading(
    asked: Asked,
    places: pl.DataFrame,
    boundaries: str | None = None,
    against: Against | None = None,
    to_date: bool = False,
) -> str:
    """Place, period, slice, boundaries of a report and what it is compared with, in words."""
    from analytics.reports.asking import place_names
    from analytics.reports.changes import AGAINST
    from analytics.reports.periods import GRAIN_NAMES
    from analytics.reports.wording import period_name, place_name

    parts = [text(place_name(asked.place, place_names(places)))]
    if asked.period not in GRAIN_NAMES:
        parts.append(text(period_name(asked.period)))
    missing = say("未填", "not stated")
    parts += [f"{k} = {missing if v is None else v}" for k, v in asked.fixed.items()]
    if boundaries is not None:
        parts.append(say(f"按 {boundaries} 的区划", f"boundaries of {boundaries}"))
    if to_date:
        parts.append(say("年初至该期累计", "since the beginning of the year"))
    if against is not None:
        earlier = text(AGAINST[against])
        parts.append(say(f"与{earlier}比较", f"against {earlier}"))
    return " · ".join(parts)
