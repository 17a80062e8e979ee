"""The same drops give the same cells, in whatever order they came and wherever a run was killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from publishing.publications import list_publications, open_publication
from publishing.whole_way import STEPS, run
from tests.conftest import home_of
from tests.whole_way.conftest import Town, cells_of


@pytest.mark.parametrize("order", [1, 2])
def test_the_order_of_arrival_makes_no_difference(town: Town, drops, tmp_path, order):
    """The town itself, whose drops came in order of name, is the third order."""
    settings = home_of(tmp_path / "home")
    _give_the_same_key(town, settings)
    files = sorted(p for p in drops[0].rglob("*") if p.is_file())
    random.Random(order).shuffle(files)
    half = len(files) // 2
    _intake_in_this_order(settings, drops[0], files[:half])
    _intake_in_this_order(settings, drops[0], files[half:])
    run(settings)
    assert cells_of(settings).equals(cells_of(town.settings))


def test_a_run_killed_at_each_step_converges_to_the_same_cells(town: Town, drops, tmp_path):
    settings = home_of(tmp_path / "home")
    _give_the_same_key(town, settings)
    shutil.copytree(drops[0], settings.drops)
    for step in STEPS:
        killed = subprocess.run(
            [sys.executable, "-c", _program(step.name)],
            env={**os.environ, "CIVIC_HOME": str(settings.home), "CIVIC_SETTLE_SECONDS": "0.01"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert killed.returncode == -signal.SIGKILL, (step.name, killed.stderr[-2000:])
        _readers_see_whole_publications_only(settings)
    run(settings)
    assert cells_of(settings).equals(cells_of(town.settings))
    assert [p.number for p in list_publications(settings)] == [1]


def _program(step: str) -> str:
    """The whole way in a process of its own, killed in the middle of one step.

    In the middle: the last thing that the step calls is replaced by death, so that all before it
    has happened and nothing after it.
    """
    places = {
        "collect": ("ingestion.intake.collecting", "write_drop"),
        "intake": ("ingestion.intake.recording", "_insert_drop"),
        "models": ("civic.dbt_runner", "_read"),
        "cells": ("analytics.reports.cells", "_check_identifiers"),
        "audit": ("publishing.whole_way", "publish_cells"),
        "publish": ("publishing.publications", "put_in_place"),
        "workbooks": ("publishing.report_folder", "write_note"),
        "base_lists": ("publishing.exchange.base_lists", "_put"),
        "province": ("publishing.exchange.province", "put_folder"),
    }
    module, name = places[step]
    return textwrap.dedent(
        f"""
        import importlib, os, signal
        from civic.settings import load_settings
        from publishing.whole_way import run

        def die(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(importlib.import_module({module!r}), {name!r}, die)
        run(load_settings())
        """
    )


def _readers_see_whole_publications_only(settings) -> None:
    for publication in list_publications(settings):
        with open_publication(settings, publication.number) as opened:
            assert opened.cells.height == opened.manifest["cells"]


def _intake_in_this_order(settings, root: Path, files: list[Path]) -> None:
    from ingestion.contracts import load_contracts
    from ingestion.intake import collect, take_in

    contracts = load_contracts(settings.contract_paths)
    for file in files:
        target = settings.drops / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        collect(settings, contracts, [target], wait=lambda _: None)
    take_in(settings, contracts)


def _give_the_same_key(town: Town, settings) -> None:
    """Pseudonyms are equal under one key only; cells do not depend on it, tables do."""
    settings.vault.mkdir(parents=True)
    shutil.copy2(town.settings.vault / "master.key", settings.vault / "master.key")
