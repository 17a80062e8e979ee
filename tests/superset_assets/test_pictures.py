"""Dashboards as files and in mail: as an account sees them, on A4, no row cut."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from typer.testing import CliRunner

from civic.cli import app
from civic.errors import CivicError
from publishing.mail.sending import letters_to_send, send
from publishing.pictured import Picture
from superset_assets.browsing import CHROMIUM
from superset_assets.pictures import ONE_PAGE, Band, draw, drawer, paged
from tests.postbox import PASSWORD, declare, postbox
from tests.superset_assets.browsers import chromium as found_chromium

A4 = (595, 842)


@pytest.fixture(autouse=True)
def _browser(monkeypatch: pytest.MonkeyPatch) -> None:
    if path := found_chromium():
        monkeypatch.setenv(CHROMIUM, path)


def test_rows_are_not_cut_and_what_nearly_fits_one_page_is_made_to():
    rows = [Band(0, 400), Band(400, 700), Band(700, 1900), Band(1900, 2000)]
    assert paged(rows, 1000) == [Band(0, 700), Band(700, 1900), Band(1900, 2000)]
    assert paged(rows, 1 + 2000 / ONE_PAGE) == [Band(0, 2000)]
    assert paged([], 1000) == []


def test_a_dashboard_is_printed_as_an_account_sees_it(screens, tmp_path):
    wanted = [
        Picture("overview", "zh", "leader"),
        Picture("work_items", "en", "leader"),
        Picture("buildings", "zh", "street", "png"),
    ]
    made = draw(screens.settings, wanted, tmp_path)
    pages = {one.dashboard: PdfReader(made[one]).pages for one in wanted[:2]}
    assert len(pages["overview"]) == 1 < len(pages["work_items"])
    for own in pages.values():
        assert all((round(p.mediabox.width), round(p.mediabox.height)) == A4 for p in own)
    assert "leader" in pages["overview"][0].extract_text()
    assert made[wanted[2]] == tmp_path / "street" / "buildings.zh.png"
    with Image.open(made[wanted[2]]) as picture:
        # Something is drawn: floors, a list and a map have many colours, an empty page few.
        assert len(picture.convert("RGB").quantize(256).getcolors() or ()) > 50


def test_what_cannot_be_printed_is_said(screens, tmp_path, monkeypatch):
    with pytest.raises(CivicError, match="There are: assessment, buildings"):
        draw(screens.settings, [Picture("nowhere", "zh", "leader")], tmp_path)
    with pytest.raises(CivicError, match="no gardener"):
        draw(screens.settings, [Picture("overview", "zh", "gardener")], tmp_path)
    with pytest.raises(CivicError, match="not for that account"):
        draw(screens.settings, [Picture("assessment", "zh", "analyst")], tmp_path)
    monkeypatch.setenv(CHROMIUM, str(tmp_path / "no browser"))
    with pytest.raises(CivicError, match="no browser to draw"):
        draw(screens.settings, [Picture("overview", "zh", "leader")], tmp_path)
    assert not list(tmp_path.rglob("*.p*"))


def test_a_place_may_be_chosen_on_the_command_line(screens, tmp_path, monkeypatch):
    monkeypatch.setenv("CIVIC_HOME", str(screens.settings.home))
    monkeypatch.setenv("CIVIC_LANG", "en")
    place = screens.publication_place("street")
    done = CliRunner().invoke(
        app,
        ["print", "residents", "--as", "leader", "--place", place, "--out", str(tmp_path)],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    [path] = tmp_path.rglob("*.pdf")
    assert path.name == f"residents.{place}.en.pdf"


def test_dashboards_go_out_by_mail_and_one_that_cannot_be_drawn_keeps_only_its_letter(
    screens, tmp_path, monkeypatch
):
    monkeypatch.setenv("CIVIC_MAIL_PASSWORD", PASSWORD)
    settings = screens.settings
    with postbox() as (box, port):
        declare(settings.home, port, """
  a: {to: [a@city.example], when: every publication, dashboards: [nowhere], seen_as: leader}
  b:
    {to: [b@city.example], when: every publication, language: en, dashboards: [overview],
     seen_as: district}
""")  # fmt: skip
        try:
            bad, good = send(settings, letters_to_send(settings), drawer(settings))
            assert "no dashboard nowhere" in bad.fault and good.fault == ""
            assert [one.name for one in letters_to_send(settings)] == ["a"]
        finally:
            (settings.home / "mail.yml").unlink()
    [(to, message)] = box.got
    [part] = message.iter_attachments()
    assert to == ("b@city.example",) and part.get_filename() == "overview.en.pdf"
    assert (
        "as district sees it" in PdfReader(io.BytesIO(part.get_content())).pages[0].extract_text()
    )
    body = message.get_body(("plain",))
    assert body is not None and "overview.en.pdf" in body.get_content()


def test_who_looks_must_be_said(screens):
    declare(screens.settings.home, 25, """
  a: {to: [a@city.example], when: month, dashboards: [overview]}
""")  # fmt: skip
    try:
        with pytest.raises(CivicError, match="seen_as"):
            letters_to_send(screens.settings)
    finally:
        Path(screens.settings.home / "mail.yml").unlink()
