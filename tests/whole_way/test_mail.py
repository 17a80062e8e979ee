"""Mail of a published town, to a server of our own: to whom, what, and only once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from civic.errors import CivicError
from civic.services import free_port
from civic.settings import Settings
from publishing.mail import composing
from publishing.mail.sending import ledger, letters_to_send, send
from tests.conftest import home_of
from tests.postbox import PASSWORD, Postbox, postbox
from tests.postbox import declare as declare_mail
from tests.whole_way.conftest import Town, cells_of

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LISTS = """
  leaders:
    {to: [市长 <mayor@city.example>, vice@city.example], when: month, send: [summary, handling]}
  analysts: {to: [analyst@city.example], when: every publication, language: en, send: [events]}
"""


ALERT = {
    "week": "2026 week 41",
    "where": "Somewhere",
    "what": "fires",
    "came": "22",
    "usual": "10.7",
}


@pytest.fixture(name="postbox")
def own_postbox() -> Iterator[tuple[Postbox, int]]:
    with postbox() as made:
        yield made


@pytest.fixture
def home(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of what mail is made from."""
    monkeypatch.setenv("CIVIC_MAIL_PASSWORD", PASSWORD)
    for name in ("serving", "reports", "lake"):
        shutil.copytree(town.settings.home / name, tmp_path / "home" / name, symlinks=True)
    return home_of(tmp_path / "home")


def declare(settings: Settings, port: int, lists: str = LISTS, more: str = "") -> None:
    declare_mail(settings.home, port, lists, more)


def test_each_list_is_sent_its_files_and_figures_once(home, postbox, town) -> None:
    box, port = postbox
    declare(home, port, more="screens: https://screens.city.example\n")
    assert [one.fault for one in send(home, letters_to_send(home))] == ["", ""]
    (to_analysts, english), (to_leaders, chinese) = box.got
    assert to_analysts == ("analyst@city.example",)
    assert to_leaders == ("mayor@city.example", "vice@city.example")
    assert "mayor" not in str(chinese["To"]) and "vice" not in str(chinese["To"])
    assert english["Subject"] == "Publication 1 is out"
    assert chinese["Subject"].startswith("社会治理月报 2026年")
    files = {part.get_filename(): part.get_content() for part in chinese.iter_attachments()}
    folder = home.reports / "v_1"
    assert set(files) == {"city_summary.zh.pdf", "handling.zh.xlsx"}
    assert all(content == (folder / name).read_bytes() for name, content in files.items())
    text = english.get_body(("plain",)).get_content()
    months = cells_of(town.settings).filter(
        report="city_summary", metric="events_received", level="all", slices="", grain="month"
    )
    dated = months.filter(pl.col("period") != "undated", pl.col("fact_rows") > 0).sort("period")
    assert f"{dated['value'][-1]:,.0f}" in text
    assert "https://screens.city.example" in text
    assert letters_to_send(home) == []
    assert len(letters_to_send(home, again=True)) == 2
    assert [line["people"] for line in map(json.loads, ledger(home).open())] == [1, 2]


def test_what_one_server_refuses_does_not_keep_the_others_from_their_mail(home, postbox) -> None:
    box, port = postbox
    declare(home, port, """
  a: {to: [x@nowhere.example], when: every publication}
  b: {to: [x@nowhere.example, b@city.example], when: every publication}
  c: {to: [c@city.example], when: every publication}
""")  # fmt: skip
    refused, partly, well = send(home, letters_to_send(home))
    assert "x@nowhere.example" in refused.fault
    assert (partly.fault, partly.refused) == ("", ("x@nowhere.example",))
    assert (well.fault, well.refused) == ("", ())
    assert [to for to, _ in box.got] == [("b@city.example",), ("c@city.example",)]
    assert [letter.name for letter in letters_to_send(home)] == ["a"]


def test_where_the_server_is_not_there_or_lets_nobody_in_nothing_is_written_down(
    home, postbox, monkeypatch
) -> None:
    declare(home, free_port())
    with pytest.raises(CivicError, match="cannot be used"):
        send(home, letters_to_send(home))
    declare(home, postbox[1])
    monkeypatch.setenv("CIVIC_MAIL_PASSWORD", "wrong")
    with pytest.raises(CivicError, match="cannot be used"):
        send(home, letters_to_send(home))
    monkeypatch.delenv("CIVIC_MAIL_PASSWORD")
    with pytest.raises(CivicError, match="CIVIC_MAIL_PASSWORD"):
        send(home, letters_to_send(home))
    assert not ledger(home).exists()
    assert len(letters_to_send(home)) == 2


def test_too_large_a_mail_and_unknown_lists_or_reports_are_said(home, postbox) -> None:
    declare(home, postbox[1], more="megabytes: 1\n")
    big = home.reports / "v_1" / "events.en.xlsx"
    big.chmod(0o644)
    big.write_bytes(bytes(2 << 20))
    too_large, _ = send(home, letters_to_send(home))
    assert "2.0 MiB > 1 MiB" in too_large.fault
    with pytest.raises(CivicError, match="no list nobody"):
        letters_to_send(home, ["nobody"])
    declare(home, postbox[1], "\n  a: {to: [a@city.example], when: month, send: [gossip]}")
    with pytest.raises(CivicError, match="no report gossip"):
        letters_to_send(home)


def test_a_line_of_the_ledger_cut_off_by_a_kill_is_passed_over(home, postbox) -> None:
    declare(home, postbox[1])
    send(home, letters_to_send(home))
    with ledger(home).open("a") as file:
        file.write('{"list": "leaders", "abo')
    assert letters_to_send(home) == []


def test_alerts_are_told_once_each(home, postbox, monkeypatch) -> None:
    box, port = postbox
    declare(home, port, "\n  duty: {to: [duty@city.example], when: alerts, language: en}")
    found = [ALERT | {"cell_id": cell} for cell in ("c1", "c2", "c3")]

    def told(shown: list[dict[str, str]]) -> None:
        monkeypatch.setattr(
            composing, "alerts_told", lambda *_: {"told": "of 260 series", "found": shown}
        )

    told(found[:2])
    send(home, letters_to_send(home))
    assert letters_to_send(home) == []
    told(found)
    send(home, letters_to_send(home))
    first, second = (message.get_body(("plain",)).get_content() for _, message in box.got)
    assert [m["Subject"] for _, m in box.got] == ["Rising: 2 to look at", "Rising: 1 to look at"]
    assert all(f"civic explain {cell}" in first for cell in ("c1", "c2"))
    assert "civic explain c3" in second and "civic explain c1" not in second
    assert "2026 week 41 · Somewhere · fires: 22 came, 10.7 expected" in second


def test_an_alert_without_a_figure_is_told_once_too(home, postbox, monkeypatch) -> None:
    box, port = postbox
    declare(home, port, "\n  duty: {to: [duty@city.example], when: alerts, language: en}")
    found = {"told": "", "found": [ALERT | {"cell_id": None}]}
    monkeypatch.setattr(composing, "alerts_told", lambda *_: found)
    send(home, letters_to_send(home))
    assert letters_to_send(home) == []
    [(_, message)] = box.got
    text = message.get_body(("plain",)).get_content()
    assert "fires: 22 came" in text and "civic explain" not in text


def test_where_nothing_rises_nobody_is_written_to(home, postbox, monkeypatch) -> None:
    declare(home, postbox[1], "\n  duty: {to: [duty@city.example], when: alerts}")
    monkeypatch.setattr(composing, "alerts_told", lambda *_: {"told": "", "found": []})
    assert letters_to_send(home) == []
