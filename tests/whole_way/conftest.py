"""One made-up town that went the whole way; tests that change it work on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from analytics.reports.verification import verify
from civic.lake import open_lake
from civic.settings import Settings
from ingestion.simulator.town import Truth, write_town
from publishing.publications import open_publication
from publishing.whole_way import WayResult, run
from tests.conftest import home_of

RESIDENTS = 600
MONTHS = 2
SEED = 7


@dataclass(frozen=True)
class Town:
    """A home after ``civic run``, what the run said, and what had been planted."""

    settings: Settings
    result: WayResult
    truth: Truth


@pytest.fixture(scope="session")
def drops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The town's drops, as its units leave them."""
    folder = tmp_path_factory.mktemp("town") / "drops"
    return folder, write_town(folder, residents=RESIDENTS, months=MONTHS, seed=SEED)


@pytest.fixture(scope="session")
def town(drops: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, published once."""
    settings = home_of(tmp_path_factory.mktemp("published") / "home")
    shutil.copytree(drops[0], settings.drops)
    yield Town(settings, run(settings), drops[1])


def cells_of(settings: Settings) -> pl.DataFrame:
    """Every cell of the current publication, in order of its identifier."""
    with open_publication(settings) as opened:
        return opened.cells


def demand_verified(settings: Settings, cells: pl.DataFrame) -> None:
    """The second way from the kept originals comes to every one of these cells, and to no other."""
    with open_lake(settings) as connection:
        drops = connection.execute("from bronze.drops").pl()
    verdict = verify(settings, cells, {"drops": drops.to_dicts()})
    assert verdict.passed, (verdict.different[:3], verdict.missing[:3], verdict.extra[:3])
    assert verdict.cells == verdict.equal == cells.height > 0
