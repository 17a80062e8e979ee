"""Workbooks to file: a report of one place and period, signed or to be signed.

Belongs here: what is shown in one, and which are written for a period. Does not belong here: the
layout (``workbooks``), the workbooks that every publication has (``report_folder``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.reports.asking import Asked, known_places
from analytics.reports.changes import Against
from analytics.reports.coordinates import LEVELS
from analytics.reports.declarations import Report
from analytics.reports.semantic_manifest import Catalog
from analytics.reports.wording import value_labels
from civic.errors import CivicError
from ingestion.contracts import Contract
from publishing.completeness import Remarks
from publishing.opening import OpenPublication
from publishing.pages import Imprint, Lang
from publishing.serving_tables import catalog_of, cell_atoms
from publishing.signatures import signature_told, signed_line
from publishing.workbooks import write_report_workbook

_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class Shown:
    """What is shown of a report. ``places`` and ``catalog`` are those of the boundaries asked for;
    ``as_published``: under the current ones, and no running totals: signatures are on these."""

    report: Report
    asked: Asked
    against: Against | None
    cells: pl.DataFrame
    places: pl.DataFrame
    catalog: Catalog
    remark: str
    as_published: bool = True


def write_shown(
    opened: OpenPublication,
    shown: Shown,
    contracts: Mapping[str, Contract],
    lang: Lang,
    path: Path,
) -> Path:
    """Write what is shown as a workbook whose figures link to their source rows."""
    report, asked, manifest = shown.report, shown.asked, opened.manifest
    return write_report_workbook(
        report,
        shown.cells,
        path,
        lang,
        catalog=shown.catalog,
        places=shown.places,
        imprint=Imprint(opened.number, manifest["digest"], manifest["created_at"]),
        asked=asked,
        against=shown.against,
        values=value_labels(contracts),
        remark=shown.remark,
        signed=signed_line(opened, report, asked, lang) if shown.as_published else "",
        atoms_of=cell_atoms(opened, shown.catalog),
    )


def file_period(
    opened: OpenPublication,
    reports: Sequence[Report],
    contracts: Mapping[str, Contract],
    period: str,
    levels: Sequence[str] | None,
    languages: Sequence[Lang],
    folder: Path,
) -> Iterator[Path]:
    """Write each report of the period for each place that signs it, or for each of those levels.

    ``folder/<code> <place>/<report>.<language>.xlsx``; a place of which nothing counts in the
    period has no workbook. Raises CivicError where nothing counts anywhere.
    """
    catalog, places = catalog_of(opened), known_places(opened.connection)
    remarks = Remarks.of_publication(opened, contracts)
    written = 0
    for report in reports:
        cells = opened.shown_cells.filter(report=report.name)
        there = cells.filter(pl.col("fact_rows") > 0, period=period)["place_code"].unique()
        wanted = report.signed if levels is None else levels
        own = places.filter(pl.col("level").is_in(list(wanted)))
        for place, name in (
            own.filter(pl.col("place_code").is_in(there.implode()))
            .select("place_code", "place_name")
            .iter_rows()
        ):
            for lang in languages:
                asked = Asked(place, period=period)
                told = (
                    signature_told(opened, report, asked, lang),
                    remarks.on(report.name, lang, period),
                )
                shown = Shown(report, asked, None, cells, places, catalog, " ".join(told).strip())
                path = folder / _folder(place, name) / f"{report.name}.{lang}.xlsx"
                yield write_shown(opened, shown, contracts, lang, path)
                written += 1
    if not written:
        raise CivicError(
            f"None of these reports has figures of {period} at these levels.",
            f"Levels are {', '.join(LEVELS[1:])}; civic report show REPORT --period month lists "
            "periods.",
            zh=f"这些报表在所选层级没有 {period} 的数字。",
            remedy_zh="civic report show 报表 --period month 列出各期间。",
        )


def _folder(code: str, name: str | None) -> str:
    return _NO_NAME.sub(" ", f"{code} {name or ''}").strip()
