"""What every room's tests share: a home of their own, and the contracts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from civic.settings import PROJECT_ROOT, Settings, load_settings
from ingestion.contracts import Contract, load_contracts

# Tests run side by side already; those about other processes ask for them (`other_processes`).
os.environ["CIVIC_PROCESSES"] = "1"
# Screens are tried by tests of their own: a run of Dagster here and there need not start Superset.
os.environ["CIVIC_BI_PYTHON"] = "/no/superset/here"
# The same of threads: numerical libraries of several workers wait for each other by spinning.
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

SHARED_DATA = PROJECT_ROOT.parent / "shared" / "data"
SHARED_VECTORS = PROJECT_ROOT.parent / "shared" / "vectors"


TESTS = Path(__file__).parent
OF_ONE_HOME = (
    *("superset_assets", "whole_way", "benchmarks", "dbt", "publishing/exchange"),
    *("dagster_project", "expectations"),
)
"""Folders whose tests share a home that takes minutes to make; the longest first."""


class OneHome(LoadScopeScheduling):
    """Tests of such a folder run in one process, others by file."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def together(nodeid: str) -> str:
    """What a test shares its process with: a folder or its file, below ``tests/``."""
    path = nodeid.split("::", maxsplit=1)[0].removeprefix("tests/")
    return next((f for f in OF_ONE_HOME if path.startswith(f"{f}/")), path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneHome:
    """xdist's own groups by mark are written into names that this pytest does not read."""
    return OneHome(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders that take long begin."""
    last = len(OF_ONE_HOME)
    items.sort(
        key=lambda i: OF_ONE_HOME.index(g) if (g := together(i.nodeid)) in OF_ONE_HOME else last
    )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty home that no other test sees."""
    monkeypatch.setenv("CIVIC_HOME", str(tmp_path / "home"))
    for name in ("CIVIC_KEY", "CIVIC_KEY_FILE", "CIVIC_CONTRACTS", "CIVIC_LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return load_settings()


@pytest.fixture
def other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is shared with another process, as on a machine with two cores."""
    monkeypatch.setenv("CIVIC_PROCESSES", "2")


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    """The contracts that the project ships."""
    return load_contracts((PROJECT_ROOT / "ingestion" / "contracts",))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files beside the project; a test that needs them says so where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real files are not there: {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared_vectors() -> Path:
    """The published results beside the project; a test that needs them says so without them."""
    if not SHARED_VECTORS.is_dir():
        pytest.skip(f"the published results are not there: {SHARED_VECTORS}")
    return SHARED_VECTORS


def home_of(folder: Path) -> Settings:
    """Settings of that home, whatever the environment says."""
    before = os.environ.get("CIVIC_HOME")
    os.environ["CIVIC_HOME"] = str(folder)
    try:
        return replace(load_settings(), settle_seconds=0.0)
    finally:
        os.environ.pop("CIVIC_HOME")
        if before is not None:
            os.environ["CIVIC_HOME"] = before
