"""``civic report file``: workbooks of a period, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from civic.cli.console import AsJson, Publication, console, print_json, say, short, working
from civic.settings import load_settings


def file_reports(
    period: Annotated[str, typer.Option(help="The period: 2026-09, 2026-Q3, 2026.")],
    reports: Annotated[
        list[str] | None,
        typer.Option("--report", help="Only this; may be repeated. Default: all that are signed."),
    ] = None,
    levels: Annotated[
        list[str] | None,
        typer.Option("--level", help="Places of this level; default: those that sign the report."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="zh or en only; default: both languages.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder; default: CIVIC_HOME/reports/v_<n>/<period>.")
    ] = None,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Write workbooks to file: each report of a period for each place, with who signed it."""
    from analytics.reports.asking import asked_for, known_places
    from analytics.reports.declarations import load_declarations, report_named
    from ingestion.contracts import load_contracts
    from publishing.filing import file_period
    from publishing.pages import LANGUAGES
    from publishing.publications import open_publication

    settings, declared = load_settings(), load_declarations()
    chosen = (
        [report_named(declared, name) for name in reports]
        if reports
        else [report for report in declared.values() if report.signed]
    )
    languages = [one for one in LANGUAGES if lang in (None, one)]
    with open_publication(settings, publication) as opened:
        places = known_places(opened.connection)
        for level in levels or ():
            asked_for(places, level=level)
        asked_for(places, period=period)
        folder = out or settings.reports / f"v_{opened.number}" / period
        contracts = load_contracts(settings.contract_paths)
        found = file_period(opened, chosen, contracts, period, levels, languages, folder)
        with working(say("正在编制…", "Writing…")):
            written = list(found)
    if as_json:
        print_json([str(path) for path in written])
        return
    count, places_count = len(written), len({path.parent for path in written})
    console.print(
        say(
            f"{places_count} 个地区，{count} 个报表文件：{short(folder)}",
            f"{count} workbooks of {places_count} places: {short(folder)}",
        ),
        soft_wrap=True,
    )
