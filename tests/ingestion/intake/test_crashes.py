"""Killed anywhere, intake converges on the next run: no row lost, none doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from ingestion.intake import collect, take_in
from tests.ingestion.intake.conftest import (
    GOOD_RESIDENT,
    REQUEST_HEADINGS,
    RESIDENT_HEADINGS,
    bronze,
)

KILLED_AT = [
    "ingestion.intake.originals.write_drop",
    "ingestion.intake.taking_in.make_receipt",
    "ingestion.intake.recording._insert_rows",
    "ingestion.intake.recording._insert_drop",
    "ingestion.intake.taking_in.write_receipt",
    "ingestion.intake.taking_in.drafted_corrections",
    "ingestion.intake.corrections._write_summary",
]


@pytest.mark.parametrize("place", KILLED_AT)
def test_a_killed_intake_converges_on_the_next_run(place, leave, settings, contracts):
    leave([REQUEST_HEADINGS, *(f"A{n},2026-10-0{n},,办理中,路灯" for n in range(1, 6))])
    leave([RESIDENT_HEADINGS, GOOD_RESIDENT], "resident", "residents.csv", "police")
    killed = subprocess.run(
        [sys.executable, "-c", _program(place)], env=os.environ.copy(), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    collect(settings, contracts, wait=lambda _: None)
    take_in(settings, contracts)
    assert bronze(
        settings, "select count(*), count(distinct request_no) from bronze.service_request"
    ) == [(5, 5)]
    assert bronze(settings, "select count(*) from bronze.resident") == [(1,)]
    assert bronze(settings, "select count(*), sum(accepted) from bronze.drops") == [(2, 6)]
    answers = [p.name.partition(".receipt-")[0] for p in settings.outbox.rglob("*.json")]
    assert sorted(answers) == ["requests_20261031.csv", "residents.csv"]
    assert not list(settings.outbox.rglob(".*"))
    assert not list(settings.raw.rglob(".incoming-*"))
    assert not list(settings.lake.glob(".intake-*"))


def _program(place: str) -> str:
    """Intake in a process of its own that kills itself when it reaches ``place``."""
    module, _, name = place.rpartition(".")
    return textwrap.dedent(
        f"""
        import importlib, os, signal
        from civic.settings import load_settings
        from ingestion.contracts import load_contracts
        from ingestion.intake import collect, take_in

        def die(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(importlib.import_module({module!r}), {name!r}, die)
        if {name!r} == "write_drop":
            importlib.import_module("ingestion.intake.collecting").write_drop = die
        settings = load_settings()
        contracts = load_contracts(settings.contract_paths)
        collect(settings, contracts, wait=lambda _: None)
        take_in(settings, contracts)
        """
    )
