"""The demo removes what a demo made, and nothing else."""

import pytest

from civic.cli.demo import start_afresh
from civic.errors import CivicError


def test_a_demo_refuses_a_home_that_is_not_its_own(settings):
    original = settings.raw / "ab" / "original"
    original.parent.mkdir(parents=True)
    original.write_text("kept", "utf-8")
    with pytest.raises(CivicError, match="no demo made"):
        start_afresh(settings)
    assert original.read_text("utf-8") == "kept"


def test_a_second_demo_starts_from_nothing_and_leaves_other_files(settings):
    start_afresh(settings)
    (settings.raw / "ab").mkdir(parents=True)
    (settings.home / "notes.txt").write_text("mine", "utf-8")
    start_afresh(settings)
    assert not settings.raw.exists()
    assert (settings.home / "notes.txt").read_text("utf-8") == "mine"
