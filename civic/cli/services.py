"""``civic services``: services to special groups and youth, as counts; few are hidden.

Belongs here: how the counts look in the terminal, in CSV and JSON. Does not belong here: which
tables there are (``publishing.service_pages``), what is hidden (``fct_service``).
"""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from civic.cli.console import Publication, console, print_json, say, table
from civic.cli.report_formats import harmless
from civic.cli.reports import language
from civic.cli.residents import HIDDEN, Format
from civic.errors import CivicError
from civic.settings import load_settings

if TYPE_CHECKING:
    from publishing.pages import Line, Page


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(services)


def services(
    module: Annotated[str, typer.Argument(help="special_groups or youth.")],
    by: Annotated[str, typer.Option(help="By district, kind or community.")] = "district",
    period: Annotated[str, typer.Option(help="Only that month, 2026-10.")] = "all",
    form: Annotated[Format, typer.Option("--format", help="How to give it out.")] = Format.table,
    publication: Publication = None,
) -> None:
    """Count services to special groups or youth; counts about few persons are never shown."""
    from analytics.reports.coordinates import ALL
    from analytics.reports.periods import grain_of
    from ingestion.contracts import load_contracts
    from publishing.opening import open_publication
    from publishing.service_pages import WAYS, service_contracts, service_pages

    settings = load_settings()
    contracts = load_contracts(settings.contract_paths)
    _must_be(module, tuple(service_contracts(contracts)), "模块", "module")
    _must_be(by, WAYS, "分法", "way to tell apart")
    if period != ALL and grain_of(period) != "month":
        raise CivicError(
            f"{period} is no month.",
            "Write it as 2026-10.",
            zh=f"{period} 不是月份。",
            remedy_zh="写法：2026-10。",
        )
    with open_publication(settings, publication) as opened:
        page = service_pages(opened, contracts, module, language(), period)[by]
        number = opened.number
    if form is Format.json:
        print_json({"publication": number, "module": module, "by": by, "lines": _as_data(page)})
    elif form is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([*page.row_headings, *(column.label for column in page.columns)])
        writer.writerows([*map(harmless, line.labels), *_told(line)] for line in page.lines)
    else:
        _draw(page, number)


def _must_be(value: str, known: tuple[str, ...], zh: str, en: str) -> None:
    if value not in known:
        listed = ", ".join(sorted(known))
        raise CivicError(
            f"{value} is no {en} here.",
            f"Known: {listed}.",
            zh=f"没有这个{zh}：{value}。",
            remedy_zh=f"可用：{listed}。",
        )


def _told(line: Line) -> list[str]:
    return [HIDDEN if cell is None else f"{cell['value']:,}" for cell in line.cells]


def _as_data(page: Page) -> list[dict[str, object]]:
    """Line by line, what is not shown as null."""
    return [
        dict(zip(page.row_headings, line.labels, strict=True))
        | {
            column.label: None if cell is None else cell["value"]
            for column, cell in zip(page.columns, line.cells, strict=True)
        }
        for line in page.lines
    ]


def _draw(page: Page, number: int) -> None:
    headings = [*page.row_headings, *(column.label for column in page.columns)]
    rows = [
        dict(zip(map(str, range(len(headings))), (*line.labels, *_told(line)), strict=True))
        for line in page.lines
    ]
    made = table(page.title, dict(zip(map(str, range(len(headings))), headings, strict=True)), rows)
    for column in made.columns[len(page.row_headings) :]:
        column.justify = "right"
    console.print(made)
    console.print(
        say(
            f"{HIDDEN} 不显示：涉及少于五人，或可据以推算出这样的数字。第 {number} 号发布。",
            f"{HIDDEN} not shown: about fewer than five persons, or a count that would give such a "
            f"one away. Publication {number}.",
        ),
        style="dim",
    )
