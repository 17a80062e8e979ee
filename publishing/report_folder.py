"""The workbooks of a publication in their folder, ``reports/v_<n>/<report>.<language>.xlsx``, and
its first page, ``index.<language>.html``, and the summary to print, a PDF.

Belongs here: which of them have to be written. Does not belong here: what stands in one
(``workbooks``).

A note beside them says what they were written from and the SHA-256 of each. It is written last:
a run killed half way writes again what it cannot vouch for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import metadata
from itertools import product
from pathlib import Path

import polars as pl

import analytics.checks
import analytics.reports
import analytics.residents
from analytics.reports.asking import Asked
from analytics.reports.declarations import load_declarations
from analytics.reports.wording import value_labels
from civic.processes import processes
from civic.settings import Settings
from ingestion.contracts import load_contracts
from publishing import resident_pages, service_pages
from publishing.completeness import Remarks
from publishing.index_page import HEADLINES, Material, index_name, summary_name, write_index
from publishing.pages import LANGUAGES, Imprint, Lang
from publishing.publications import Publication, open_publication
from publishing.residents import RESIDENTS
from publishing.service_pages import service_workbooks
from publishing.serving_tables import catalog_of, cell_atoms
from publishing.signatures import signature_told
from publishing.summary_page import write_summary
from publishing.workbooks import write_report_workbook, write_workbook
from publishing.written import is_whole, noted, origin_of, write_note

NOTE = ".written.json"
INDEX, PRINTED = "index", "printed"
REPORTS_WORTH_IT, PROCESSES = 8, 2
"""With fewer reports to write than these, other processes are not worth starting."""

WRITERS = (
    Path(__file__).parent,
    Path(analytics.reports.__file__).parent,
    Path(analytics.checks.__file__).parent,
    Path(analytics.residents.__file__).parent,
)
"""The folders whose code and declarations decide what stands in a workbook."""


LIBRARIES = ("xlsxwriter", "reportlab")
PAGES = {INDEX: write_index, PRINTED: write_summary}
FILE_NAMES: dict[str, Callable[[Lang], str]] = {INDEX: index_name, PRINTED: summary_name}


def _workbook_name(report: str, lang: Lang) -> str:
    return f"{report}.{lang}.xlsx"


def write_all(settings: Settings, publication: Publication) -> list[Path]:
    """Each report in each language, and the first page; a file that stands there whole is left.

    Whole is one whose bytes are those that were written, from what would be read now
    (``written_from``). Without a new publication, a new contract or new code nothing is written.
    """
    folder = settings.reports / f"v_{publication.number}"
    origin = written_from(settings, publication)
    known = noted(folder / NOTE, origin)
    whole = {name for name, digest in known.items() if is_whole(folder / name, digest)}
    if known and len(whole) == len(known):
        return [folder / name for name in known]
    written = _write_missing(settings, publication, folder, whole)
    write_note(folder / NOTE, origin, written)
    return written


def written_from(settings: Settings, publication: Publication) -> str:
    """SHA-256 of all that decides what stands in a publication's workbooks.

    The publication (its number, date and the digests of its figures and of its serving file), the
    contracts, from which values get their labels, the files of ``WRITERS``, and the version of the
    library that writes the file.
    """
    folders = (*WRITERS, *settings.contract_paths)
    return origin_of(publication.manifest, folders, tuple(map(metadata.version, LIBRARIES)))


def _write_missing(
    settings: Settings, publication: Publication, folder: Path, whole: Iterable[str]
) -> list[Path]:
    """The files of the folder, in their order; those that are not whole are written."""
    names = _names_of(settings, publication)
    lacking = {report: there for report, there in names.items() if not set(there) <= set(whole)}
    write = partial(_write_files, settings, publication, folder, frozenset(whole))
    with processes(len(lacking) >= REPORTS_WORTH_IT) as pool:
        if pool is None:
            write(list(lacking))
        else:
            # Every second one to each process, for neighbours are about as long as each other.
            shares = [list(lacking)[start::PROCESSES] for start in range(PROCESSES)]
            list(pool.map(write, shares))
    return [folder / name for there in names.values() for name in there]


def _names_of(settings: Settings, publication: Publication) -> dict[str, list[str]]:
    """Report to the names of its files; the first page stands under "index"."""
    with open_publication(settings, publication.number) as opened:
        reports = list(load_declarations(catalog=catalog_of(opened)))
        if opened.has(RESIDENTS):
            reports.append(resident_pages.NAME)
        if opened.has(service_pages.SERVICES):
            reports += service_workbooks(load_contracts(settings.contract_paths))
    pages = {INDEX: [index_name(lang) for lang in LANGUAGES]}
    if HEADLINES in reports:
        pages[PRINTED] = [summary_name(lang) for lang in LANGUAGES]
    return pages | {r: [_workbook_name(r, lang) for lang in LANGUAGES] for r in reports}


def _write_files(
    settings: Settings,
    publication: Publication,
    folder: Path,
    whole: frozenset[str],
    names: Sequence[str],
) -> None:
    """Write what is not whole of the named reports."""
    manifest = publication.manifest
    imprint = Imprint(publication.number, manifest["digest"], manifest["created_at"])
    contracts = load_contracts(settings.contract_paths)
    values, services = value_labels(contracts), service_workbooks(contracts)
    with open_publication(settings, publication.number) as opened:
        catalog, places = catalog_of(opened), opened.table("places").filter(pl.col("is_current"))
        reports, atoms_of = load_declarations(catalog=catalog), cell_atoms(opened)
        remarks = Remarks.of_publication(opened, contracts)
        material = Material(opened, catalog, reports, contracts, imprint)
        for name, lang in product(names, LANGUAGES):
            path = folder / FILE_NAMES.get(name, partial(_workbook_name, name))(lang)
            if path.name in whole:
                continue
            if name in PAGES:
                PAGES[name](material, folder, lang)
                continue
            if name == resident_pages.NAME:
                pages = resident_pages.resident_pages(opened, lang)
                write_workbook(pages, path, lang, imprint)
                continue
            if (module := services.get(name)) is not None:
                told = service_pages.service_pages(opened, contracts, module, lang)
                write_workbook(list(told.values()), path, lang, imprint)
                continue
            write_report_workbook(
                reports[name],
                opened.shown_cells,
                path,
                lang,
                catalog=catalog,
                places=places,
                imprint=imprint,
                values=values,
                remark=" ".join(
                    (signature_told(opened, reports[name], Asked(), lang), remarks.on(name, lang))
                ).strip(),
                atoms_of=atoms_of,
            )
