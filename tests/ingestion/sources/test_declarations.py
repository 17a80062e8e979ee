"""A declaration that is not sound is refused with one line; a password never stands in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from civic.errors import CivicError
from ingestion.sources import extract_all, load_source, source_names
from publishing.whole_way import Request, collect_drops

SOUND = """\
unit: centre_219901
connection: DISTRICT_DATABASE
feeds:
  unit: {table: public.unit}
  grid_event: {query: select * from events, since: changed_at, columns: {bh: event_no}}
"""


def _declare(settings, text, name="district"):
    settings.sources.mkdir(parents=True, exist_ok=True)
    (settings.sources / f"{name}.yml").write_text(text, encoding="utf-8")


def test_a_sound_declaration_is_read(settings, contracts):
    _declare(settings, SOUND)
    source = load_source(settings, contracts, "district")
    assert source_names(settings) == ["district"]
    assert list(source.feeds) == ["unit", "grid_event"]
    assert source.feeds["grid_event"].columns == {"bh": "event_no"}
    assert (source.timezone, source.overlap_minutes) == ("Asia/Shanghai", 60)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("connection: DISTRICT_DATABASE", "connection: postgresql://u:sesame@h/d", "environment"),
        ("connection: DISTRICT_DATABASE", "password: sesame", "connection"),
        ("unit: centre_219901", "unit: ../elsewhere", "folder"),
        ("unit: centre_219901", "unit: [sesame]", "unit"),
        ("  unit: {table: public.unit}", "  lamp: {table: lamps}", "no feed 'lamp'"),
        ("{table: public.unit}", "{}", "either a table or a query"),
        ("{table: public.unit}", "{table: a, query: b}", "either a table or a query"),
        ("{table: public.unit}", "{table: a, since: b}", "all that the unit has"),
        ("{bh: event_no}", "{bh: nothing}", "no field that the contract takes"),
        ("feeds:", "timezone: Mars/Olympus\nfeeds:", "no time zone"),
        ("feeds:", "feeds: [", "is not YAML"),
    ],
)
def test_what_is_wrong_is_one_line_in_both_languages(settings, contracts, old, new, told):
    _declare(settings, SOUND.replace(old, new))
    with pytest.raises(CivicError) as raised:
        load_source(settings, contracts, "district")
    assert told in raised.value.message
    assert raised.value.zh
    assert "\n" not in raised.value.message
    assert "sesame" not in str(raised.value) + raised.value.zh


def test_one_wrong_declaration_stops_neither_the_other_sources_nor_the_files(
    settings, contracts, monkeypatch
):
    monkeypatch.delenv("DISTRICT_DATABASE", raising=False)
    _declare(settings, "unit: [", "a_wrong_one")
    _declare(settings, SOUND)
    wrong, other = extract_all(settings, contracts)
    assert (wrong.state, other.state) == ("source_failed", "source_failed")
    assert "DISTRICT_DATABASE is not set" in other.detail
    path = settings.drops / "hotline" / "service_request" / "requests_20261031.csv"
    path.parent.mkdir(parents=True)
    path.write_text("诉求编号\n1\n", encoding="utf-8")
    os.utime(path, (0, 0))
    states = [c.state for c in collect_drops(Request(settings))]
    assert states == ["new", "source_failed", "source_failed"]
    assert [c.state for c in collect_drops(Request(settings, (path,)))] == ["known"]


@pytest.mark.parametrize(
    ("asked", "told", "code"),
    [
        (["--source", "nowhere"], "There is no source 'nowhere'", 2),
        (["--source", "../district"], "There is no source", 2),
        (["--source", "district", "--unit", "u"], "--source stands alone", 2),
        (["--source", "district"], "DISTRICT_DATABASE is not set", 1),
    ],
)
def test_the_command_answers_in_one_line(settings, asked, told, code):
    _declare(settings, SOUND)
    told_environment = {k: v for k, v in os.environ.items() if k != "DISTRICT_DATABASE"}
    done = subprocess.run(
        [sys.executable, "-m", "civic", "intake", *asked],
        env={**told_environment, "CIVIC_LANG": "en", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
