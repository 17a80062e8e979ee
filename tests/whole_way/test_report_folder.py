"""Workbooks of a publication are written when they have to be, and only then."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from ingestion.contracts import load_contracts
from publishing import report_folder
from publishing.publications import find_publication
from publishing.whole_way import write_workbooks
from tests.conftest import home_of
from tests.whole_way.conftest import Town, cells_of


@pytest.fixture
def folder(town: Town, tmp_path: Path) -> Path:
    """The home of a published town, to change."""
    shutil.copytree(town.settings.home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def written(home: Path) -> set[str]:
    """Write what has to be written; the names of the workbooks that were."""
    settings = home_of(home)
    reports = settings.reports / "v_1"
    before = {path: path.stat().st_ino for path in reports.glob("[!.]*")}
    paths = write_workbooks(settings, find_publication(settings))
    assert set(paths) == set(reports.glob("[!.]*"))
    assert len(paths) == len(set(paths)) > 10
    return {path.name for path in paths if before.get(path) != path.stat().st_ino}


def test_an_unchanged_publication_gets_no_new_workbooks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_folder, "open_publication", lambda *_: pytest.fail("was opened"))
    assert written(folder) == set()


def test_one_that_is_missing_or_altered_is_written_again_and_no_other(folder: Path) -> None:
    reports = folder / "reports" / "v_1"
    (reports / "events.zh.xlsx").unlink()
    with (reports / "register.en.xlsx").open("ab") as file:
        file.write(b"0")
    assert written(folder) == {"events.zh.xlsx", "register.en.xlsx"}
    assert written(folder) == set()


@pytest.mark.parametrize(("note", "processes"), [(None, "2"), ("", "1"), ("[]", "1"), ("{}", "2")])
def test_without_a_note_that_can_be_read_all_are_written(
    folder: Path, note: str | None, processes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVIC_PROCESSES", processes)
    path = folder / "reports" / "v_1" / report_folder.NOTE
    path.unlink() if note is None else path.write_text(note)
    assert len(written(folder)) > 10
    assert written(folder) == set()


def test_new_code_or_contracts_or_another_publication_are_something_else_to_write_from(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_of(folder)
    publication = find_publication(settings)
    digests = {report_folder.written_from(settings, publication)}
    other = replace(publication, manifest={**publication.manifest, "serving_sha256": "0"})
    digests.add(report_folder.written_from(settings, other))
    (tmp_path / "writer.py").write_text("")
    with_contracts = replace(settings, contract_paths=(*settings.contract_paths, tmp_path))
    digests.add(report_folder.written_from(with_contracts, publication))
    monkeypatch.setattr(report_folder, "WRITERS", (*report_folder.WRITERS, tmp_path / "none"))
    assert report_folder.written_from(settings, publication) in digests
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "new.py").write_text("NEW = 1")
    digests.add(report_folder.written_from(settings, publication))
    assert len(digests) == 4


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_page_shows_published_figures_and_leads_to_every_workbook(
    town: Town, lang: str
) -> None:
    folder = town.settings.reports / "v_1"
    page = (folder / f"index.{lang}.html").read_text(encoding="utf-8")
    cells = cells_of(town.settings)
    whole = cells.filter(level="all", grain="all", slices="", report="city_summary")
    (received,) = whole.filter(metric="events_received").to_dicts()
    assert f"{received['value']:,.0f}" in page
    assert f"civic trace {received['cell_id']}" in page
    assert set(re.findall(r"civic trace (\w+)", page)) <= set(cells["cell_id"])
    assert ("项检查" if lang == "zh" else " checks") in page
    assert ("个序列" if lang == "zh" else " series") in page
    assert set(re.findall(r"civic explain (\w+)", page)) <= set(cells["cell_id"])
    linked = set(re.findall(r'href="([^"]+)"', page))
    assert {path.name for path in folder.glob(f"*.{lang}.xlsx")} <= linked
    assert all((folder / name).is_file() for name in linked)
    assert "<script" not in page and "http" not in page
    contracts = load_contracts(town.settings.contract_paths)
    titles = {c.title_zh if lang == "zh" else c.title_en for c in contracts.values() if c.personal}
    assert titles and not any(f"<td>{title}</td>" in page for title in titles)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_to_print_is_one_page_of_published_figures(town: Town, lang: str) -> None:
    path = town.settings.reports / "v_1" / f"city_summary.{lang}.pdf"
    document = PdfReader(path)
    [page] = document.pages
    text = page.extract_text()
    months = cells_of(town.settings).filter(
        pl.col("fact_rows") > 0, report="city_summary", level="all", slices="", grain="month"
    )
    last = months["period"].unique().sort()[-1 if "undated" not in months["period"] else -2]
    (received,) = months.filter(metric="events_received", period=last).to_dicts()
    assert f"{received['value']:,.0f}" in text
    assert document.metadata is not None
    assert document.metadata.title == ("全市综治概览" if lang == "zh" else "The city in brief")
    assert ("The city in brief" in text) == (lang == "en")
    links = {note.get_object()["/A"]["/URI"] for note in page["/Annots"]}
    assert links == {f"city_summary.{lang}.xlsx"}
    assert (path.parent / links.pop()).is_file()


def test_the_summary_to_print_is_written_the_same_again(folder: Path) -> None:
    path = folder / "reports" / "v_1" / "city_summary.zh.pdf"
    before = path.read_bytes()
    path.unlink()
    assert written(folder) == {path.name}
    assert path.read_bytes() == before
