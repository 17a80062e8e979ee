"""Reports on the terminal: tables that fit, texts in the reader's language, nothing that runs.

Belongs here: what reports and traces are drawn with. Does not belong here: choosing the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from civic.cli.console import console, printable, say, table

if TYPE_CHECKING:
    from rich.table import Table as Drawn

    from analytics.reports.arrangement import Arranged
    from analytics.reports.declarations import Report
    from analytics.reports.metrics import Label, Metric


def draw_report(
    report: Report, arranged: list[Arranged], where: str, remark: str, number: int, ids: bool
) -> None:
    """Print a report for people; ``remark`` says what its figures do not cover."""
    console.print()
    console.print(plain(text(report.title)), style="bold")
    console.print(plain(where), style="dim")
    for one in arranged:
        titled = len(report.tables) > 1
        console.print(with_identifiers(one) if ids else drawn(one, titled))
        console.print()
    for note in filter(None, (text(report.notes), remark)):
        console.print(plain(note), style="dim")
    hint = say(
        "第 {0} 号发布。查数字来源：加 --ids 显示编号，再用 civic trace 编号。",
        "Publication {0}. To trace a figure: --ids shows identifiers for civic trace.",
    )
    console.print(plain(hint.format(number)), style="dim")


def drawn(arranged: Arranged, titled: bool) -> Drawn:
    """A table of the terminal: labels left, figures right, the total set apart."""
    from rich import box
    from rich.table import Table as Drawn

    title = plain(text(arranged.table.title)) if titled else None
    made = Drawn(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    figures = [
        [figure(m, line.cells[at]) for line in arranged.lines]
        for at, m in enumerate(arranged.metrics)
    ]
    for label in arranged.headings:
        made.add_column(plain(text(label)), overflow="fold", min_width=10)
    headings = fitted([text(m.label) for m in arranged.metrics], figures, len(arranged.headings))
    if is_tight(arranged, headings, figures):
        made.padding = (0, 0, 0, 0)
    for heading in headings:
        made.add_column(plain(heading), justify="right", no_wrap=True)
    for at, line in enumerate(arranged.lines):
        made.add_row(
            *(plain(text(label)) for label in line.labels),
            *(column[at] for column in figures),
            style="bold" if line.is_total else None,
            end_section=line.is_total,
        )
    if not arranged.lines:
        made.caption = say("没有数字", "no figures here")
    return made


def with_identifiers(arranged: Arranged) -> Drawn:
    """A line for each figure of a table."""
    rows = [
        {
            "line": " · ".join(filter(None, (text(label) for label in line.labels))),
            "metric": text(metric.label),
            "figure": figure(metric, cell),
            "cell": cell["cell_id"],
        }
        for line in arranged.lines
        for metric, cell in zip(arranged.metrics, line.cells, strict=True)
        if cell is not None
    ]
    headings = {
        "line": " · ".join(text(label) for label in arranged.headings),
        "metric": say("指标", "metric"),
        "figure": say("数值", "figure"),
        "cell": say("编号", "identifier"),
    }
    return table(text(arranged.table.title), headings, rows)


def fitted(headings: list[str], figures: list[list[str]], labels: int) -> list[str]:
    """Headings of columns of figures, broken where the terminal has no room for them in one line.

    English breaks between words, Chinese in the middle; figures are never broken.
    """
    from rich.cells import cell_len

    room = console.width - 16 * labels
    whole = [max(map(cell_len, (h, *f))) for h, f in zip(headings, figures, strict=True)]
    if sum(whole) + 2 * len(whole) <= room:
        return headings
    broken = []
    for heading in headings:
        if cell_len(heading) > len(heading):
            half = -(-len(heading) // 2)
            broken.append(f"{heading[:half]}\n{heading[half:]}" if half > 1 else heading)
        else:
            broken.append(heading.replace(" ", "\n"))
    return broken


def is_tight(arranged: Arranged, headings: list[str], figures: list[list[str]]) -> bool:
    """Whether labels would be broken if columns stood two blanks apart; then it is one."""
    from rich.cells import cell_len

    rows = [arranged.headings, *(line.labels for line in arranged.lines)]
    labels = [max(cell_len(text(label)) for label in column) for column in zip(*rows, strict=True)]
    columns = [
        max(map(cell_len, (*heading.split("\n"), *column)))
        for heading, column in zip(headings, figures, strict=True)
    ]
    return sum(labels) + sum(columns) + 2 * (len(labels) + len(columns) - 1) > console.width


def figure(metric: Metric, cell: Mapping[str, Any] | None) -> str:
    """A figure as people write it; a dash where there is none."""
    if cell is None or cell["value"] is None:
        return "—"
    if metric.is_share:
        return f"{cell['value']:.1%}"
    return f"{cell['value']:,.{metric.decimals}f}"


def text(label: Label) -> str:
    """The label in the reader's language."""
    return say(label.zh, label.en)


def plain(value: str) -> Any:
    """Text for the terminal: never markup, and no control characters, whatever a unit sent."""
    from rich.text import Text

    return Text(printable(value))
