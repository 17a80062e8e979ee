"""``civic residents``: how many live where, as counts; few are hidden.

Belongs here: how the counts look in the terminal and in CSV. Does not belong here: choosing them
(``analytics.residents``).
"""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from civic.cli.console import Publication, console, print_json, say, table
from civic.cli.report_drawing import text
from civic.cli.report_formats import harmless
from civic.settings import load_settings

if TYPE_CHECKING:
    import polars as pl

    from analytics.residents.arrangement import Arranged
    from publishing.opening import OpenPublication

HIDDEN = "*"


class Format(StrEnum):
    """How the counts are given out."""

    table = "table"
    csv = "csv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(residents)


def residents(
    place: Annotated[str | None, typer.Option(help="A place's code or name.")] = None,
    level: Annotated[
        str | None, typer.Option(help="A line for each district, street, community or grid.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Told apart by kind, sex or age; several with commas, or all.")
    ] = "kind",
    sources: Annotated[
        bool, typer.Option("--sources", help="The files that the counts rest on, not the counts.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to give it out.")] = Format.table,
    publication: Publication = None,
) -> None:
    """Count the residents of a place and its parts; counts of few persons are never shown."""
    from analytics.reports.asking import asked_for, known_places
    from analytics.reports.wording import names_told_apart
    from analytics.residents.arrangement import arrange
    from publishing.opening import open_publication
    from publishing.residents import CATEGORIES, RESIDENTS, SETTINGS

    with open_publication(load_settings(), publication) as opened:
        if sources:
            _show_sources(opened, form)
            return
        places = known_places(opened.connection)
        asked = asked_for(places, place, level)
        arranged = arrange(
            opened.derived(RESIDENTS),
            opened.derived(CATEGORIES),
            names_told_apart({row["place_code"]: row for row in places.to_dicts()}),
            asked.place,
            asked.level,
            () if by == "all" else tuple(filter(None, by.split(","))),
        )
        settings, number = opened.derived(SETTINGS).row(0, named=True), opened.number
    if form is Format.json:
        print_json(_as_data(arranged, settings, number))
    elif form is Format.csv:
        _write_csv(arranged)
    else:
        _draw(arranged, settings, number)


def _draw(arranged: Arranged, settings: dict[str, Any], number: int) -> None:
    headings = {"place": say("地区", "Place")}
    headings |= {str(n): text(column.label) for n, column in enumerate(arranged.columns)}
    rows = [
        {"place": text(line.label)}
        | {str(n): HIDDEN if p is None else f"{p:,}" for n, p in enumerate(line.persons)}
        for line in arranged.lines
    ]
    until = settings["told_until"]
    title = say(f"实有人口（截至 {until}）", f"Residents (as of {until})")
    made = table(title, headings, rows)
    made.columns[0].no_wrap = True
    for column in made.columns[1:]:
        column.justify = "right"
    console.print(made)
    if arranged.hides:
        console.print(_legend(settings["smallest_shown"]), style="dim")
    console.print(
        say(
            f"第 {number} 号发布。所据文件：civic residents --sources",
            f"Publication {number}. The files behind it: civic residents --sources",
        ),
        style="dim",
    )


def _legend(smallest: int) -> str:
    return say(
        f"{HIDDEN} 不显示：少于 {smallest} 人，或可据以推算出这样的数字。",
        f"{HIDDEN} not shown: fewer than {smallest} persons, or a count that would give such a one "
        "away.",
    )


def _write_csv(arranged: Arranged) -> None:
    """Wide, with the code of each place; a hidden count is a star."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    titles = [
        text(c.label) if c.dimension == c.category else f"{text(c.title)}: {text(c.label)}"
        for c in arranged.columns
    ]
    writer.writerow([say("区划代码", "Code"), say("地区", "Place"), *titles])
    for line in arranged.lines:
        counts = [HIDDEN if n is None else n for n in line.persons]
        writer.writerow([line.place_code, harmless(text(line.label)), *counts])


def _as_data(arranged: Arranged, settings: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "publication": number,
        **settings,
        "level": arranged.level,
        "columns": [vars(column.label) | {"by": column.dimension} for column in arranged.columns],
        "lines": [
            {
                "place": line.place_code,
                **vars(line.label),
                "persons": line.persons,
                "is_total": line.is_total,
            }
            for line in arranged.lines
        ],
    }


def _show_sources(opened: OpenPublication, form: Format) -> None:
    """The files of residents, with their records: as far as a count of persons can be followed."""
    from analytics.residents.declarations import load_counted
    from ingestion.contracts import load_contracts

    contracts = load_contracts(load_settings().contract_paths)
    feed = load_counted(contracts).feed
    drops: pl.DataFrame = opened.table("drops").filter(feed=feed, status="accepted")
    columns = {
        "file_name": say("文件", "File"),
        "unit": say("报送单位", "Unit"),
        "received_at": say("收到时间", "Received"),
        "records": say("记录", "Records"),
        "accepted": say("收下", "Accepted"),
        "rejected": say("退回", "Rejected"),
        "sha256": "SHA-256",
    }
    rows = drops.sort("received_at", "file_name").select(*columns).to_dicts()
    if form is Format.json:
        print_json({"publication": opened.number, "feed": feed, "files": rows})
        return
    if form is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns.values())
        writer.writerows(
            [harmless(v) if isinstance(v, str) else v for v in row.values()] for row in rows
        )
        return
    shown = [
        {**row, "received_at": str(row["received_at"])[:16], "sha256": row["sha256"][:12] + "…"}
        for row in rows
    ]
    console.print(table(say("实有人口所据文件", "Files of residents"), columns, shown))
    console.print(
        say(
            "居民数字只追溯到文件与条数，不追溯到个人。",
            "Counts of residents lead to files and their records, never to a person.",
        ),
        style="dim",
    )
