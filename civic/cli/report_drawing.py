"""Reports on the terminal: tables that fit, texts in the reader's language, nothing that runs.

Belongs here: what reports and traces are drawn with. Does not belong here: choosing the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from civic.cli.console import console, printable, say, table

if TYPE_CHECKING:
    from rich.table import Table as Drawn

    from analytics.reports.arrangement import Arranged
    from analytics.reports.changes import Change
    from analytics.reports.declarations import Report
    from analytics.reports.metrics import Label, Metric


def draw_report(
    report: Report,
    arranged: list[Arranged],
    where: str,
    remark: str,
    number: int,
    ids: bool,
    changes: Sequence[Sequence[Sequence[Change]]] | None = None,
) -> None:
    """Print a report for people; ``remark`` says what its figures do not cover.

    ``changes``: of each table, line and metric, against an earlier period.
    """
    console.print()
    console.print(plain(text(report.title)), style="bold")
    console.print(plain(where), style="dim")
    for at, one in enumerate(arranged):
        titled = len(report.tables) > 1
        if changes:
            console.print(with_changes(one, changes[at], ids))
        else:
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
    made = _empty(text(arranged.table.title) if titled else None)
    figures = [
        [figure(m, line.cells[at]) for line in arranged.lines]
        for at, m in enumerate(arranged.metrics)
    ]
    for label in arranged.headings:
        made.add_column(plain(text(label)), overflow="fold", min_width=10)
    names = [text(m.label) for m in arranged.metrics]
    if arranged.table.interval:
        at = arranged.table.metrics.index(arranged.table.interval.mean)
        names.insert(at + 1, say("95% 区间", "95% interval"))
        figures.insert(at + 1, [between(arranged.metrics[at], n.interval) for n in arranged.lines])
    headings = fitted(names, figures, len(arranged.headings))
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


def _empty(title: str | None) -> Drawn:
    from rich import box
    from rich.table import Table as Drawn

    return Drawn(
        title=None if title is None else plain(title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )


def with_identifiers(arranged: Arranged) -> Drawn:
    """A line for each figure of a table."""
    rows = [
        {
            "line": " · ".join(filter(None, (text(label) for label in line.labels))),
            "metric": text(metric.label),
            "figure": figure(metric, cell),
            "cell": identifiers(cell),
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


def with_changes(arranged: Arranged, changes: Sequence[Sequence[Change]], ids: bool) -> Drawn:
    """A line for each figure of a table: now, before and by how much it changed."""
    made = _empty(text(arranged.table.title))
    line_of = " · ".join(text(label) for label in arranged.headings)
    made.add_column(plain(line_of), overflow="fold", min_width=10)
    made.add_column(plain(say("指标", "metric")), overflow="fold", min_width=10)
    for heading in (say("本期", "now"), say("此前", "before")):
        made.add_column(plain(heading), justify="right", no_wrap=True)
    if ids:
        made.add_column(plain(say("本期编号", "identifier now")), overflow="fold")
        made.add_column(plain(say("此前编号", "and before")), overflow="fold")
    else:
        made.add_column(plain(say("增减", "change")), justify="right", no_wrap=True)
    for line, own in zip(arranged.lines, changes, strict=True):
        label = " · ".join(filter(None, (text(label) for label in line.labels)))
        told = [
            (metric, cell, change)
            for metric, cell, change in zip(arranged.metrics, line.cells, own, strict=True)
            if change.now is not None or change.before is not None
        ]
        for at, (metric, cell, change) in enumerate(told):
            found = [identifiers(c) for c in (cell, change.cell)]
            made.add_row(
                plain("" if at else label),
                plain(text(metric.label)),
                as_figure(metric, change.now),
                as_figure(metric, change.before),
                *(found if ids else [change_of(metric, change)]),
                style="bold" if line.is_total else None,
                end_section=at == len(told) - 1,
            )
    return made


def identifiers(cell: Mapping[str, Any] | None) -> str:
    """By which a figure is traced; of a running total those of the cells that it is made of."""
    if cell is None:
        return ""
    return cell["cell_id"] or " ".join(cell.get("parts") or ())


def change_of(metric: Metric, change: Change) -> str:
    """A change as people write it: +12 (+8.3%); of a share in points."""
    if change.amount is None:
        return "—"
    if change.is_share:
        return say(f"{change.amount * 100:+.1f} 个百分点", f"{change.amount * 100:+.1f} points")
    if not change.amount:
        return "0"
    amount = f"{change.amount:+,.{metric.decimals}f}"
    return amount if change.rate is None else f"{amount} ({change.rate:+.1%})"


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
    """A figure as people write it; a dash where there is none. Signed, and what it is today."""
    shown = as_figure(metric, cell["value"] if cell else None)
    if cell is None or not cell.get("is_revised"):
        return shown
    return f"{shown} → {as_figure(metric, cell['revised_value'])}"


def between(metric: Metric, interval: tuple[float, float] | None) -> str:
    """An interval as people write it; a dash where none is known."""
    return "–".join(as_figure(metric, end) for end in interval) if interval else "—"


def as_figure(metric: Metric, value: float | None) -> str:
    """A value of a metric as people write it; a dash where there is none."""
    if value is None:
        return "—"
    return f"{value:.1%}" if metric.is_share else f"{value:,.{metric.decimals}f}"


def text(label: Label) -> str:
    """The label in the reader's language."""
    return say(label.zh, label.en)


def plain(value: str) -> Any:
    """Text for the terminal: never markup, and no control characters, whatever a unit sent."""
    from rich.text import Text

    return Text(printable(value))
