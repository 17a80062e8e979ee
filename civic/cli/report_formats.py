"""Reports for programs: JSON with identifiers, CSV.

Belongs here: the form. Does not belong here: choosing the figures (``reports``), the terminal
(``report_drawing``), workbooks (``publishing``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from civic.cli.console import say
from civic.cli.report_drawing import text

if TYPE_CHECKING:
    from analytics.reports.arrangement import Arranged
    from analytics.reports.asking import Asked
    from analytics.reports.changes import Change
    from analytics.reports.declarations import Report

    Changes = Sequence[Sequence[Sequence[Change]]]
    """Of each table, line and metric."""


def as_data(
    report: Report,
    arranged: list[Arranged],
    asked: Asked,
    number: int,
    changes: Changes | None = None,
) -> dict[str, Any]:
    """A report for programs; every figure with its identifier, and what it was before."""
    return {
        "report": report.name,
        "title": vars(report.title),
        "publication": number,
        "place": asked.place,
        "period": asked.period,
        "tables": [
            {
                "title": vars(one.table.title),
                "lines": [
                    {
                        "labels": [vars(label) for label in line.labels],
                        "is_total": line.is_total,
                        **({"interval": line.interval} if one.table.interval else {}),
                        "figures": {
                            m.name: figure_as_data(
                                line.cells[n], changes[at][row][n] if changes else None
                            )
                            for n, m in enumerate(one.metrics)
                        },
                    }
                    for row, line in enumerate(one.lines)
                ],
            }
            for at, one in enumerate(arranged)
        ],
    }


def figure_as_data(cell: Mapping[str, Any] | None, change: Change | None) -> dict[str, Any] | None:
    """A figure with its identifier, or those of its parts, and what it was before."""
    now = _stated(cell)
    if change is None:
        return now
    earlier = _stated(change.cell) or (None if change.before is None else {"value": change.before})
    return {
        **(now or {"value": change.now}),
        "before": earlier,
        "change": change.amount,
        "change_rate": change.rate,
    }


def _stated(cell: Mapping[str, Any] | None) -> dict[str, Any] | None:
    known = ("cell_id", "value", "numerator", "denominator", "fact_rows", "source_rows", "parts")
    if cell is None:
        return None
    signed = {"sign_off": cell.get("sign_off_key")} if cell.get("sign_off_key") else {}
    revised = {"revised_value": cell["revised_value"]} if cell.get("is_revised") else {}
    return {name: cell[name] for name in known if name in cell} | signed | revised


def as_csv(arranged: Iterable[Arranged], changes: Changes | None = None) -> str:
    """The tables as CSV, one below the other; texts cannot become formulas."""
    from analytics.reports.intervals import HIGH, LOW

    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    for at, one in enumerate(arranged):
        if at:
            writer.writerow([])
        headings = [text(m.label) for m in one.metrics]
        if changes:
            kinds = ("", say("（此前）", " (before)"), say("（增减）", " (change)"))
            headings = [f"{name}{kind}" for name in headings for kind in kinds]
        if one.table.interval and not changes:
            headings += [text(LOW), text(HIGH)]
        writer.writerow([harmless(name) for name in (*map(text, one.headings), *headings)])
        for row, line in enumerate(one.lines):
            values = [None if c is None else c["value"] for c in line.cells]
            if changes:
                values = [v for c in changes[at][row] for v in (c.now, c.before, c.amount)]
            elif one.table.interval:
                values += line.interval or (None, None)
            shown = ["" if v is None else f"{v:.15g}" for v in values]
            writer.writerow([*(harmless(text(label)) for label in line.labels), *shown])
    return made.getvalue()


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
