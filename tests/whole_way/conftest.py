"""One made-up town that went the whole way, and a city; tests that change them work on a copy."""

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
from expectations import Verdict
from ingestion.contracts import load_contracts
from ingestion.simulator.city.arriving import receive_as_left
from ingestion.simulator.city.making import write_city
from ingestion.simulator.town import Truth, write_town
from publishing.publications import open_publication
from publishing.whole_way import (
    WayResult,
    build_all_cells,
    build_models,
    publish_cells,
    run,
    take_in_drops,
)
from tests.conftest import home_of

RESIDENTS = 600
MONTHS = 2
SEED = 7
CITY = (2500, 5, 7)
"""Residents, months, seed."""


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


@dataclass(frozen=True)
class City:
    """A city whose files came on the days on which they were left, up to the reports' figures."""

    settings: Settings
    truth: Path
    cells: pl.DataFrame

    def told(self, name: str) -> pl.DataFrame:
        return pl.read_csv(self.truth / f"{name}.csv", try_parse_dates=True)

    def mart(self, name: str, schema: str = "marts") -> pl.DataFrame:
        with open_lake(self.settings) as connection:
            return connection.execute(f"from lake.{schema}.{name}").pl()

    def figure(self, report: str, metric: str, **slices: str) -> float:
        """The report's figure for everything there is, or for one slice of it."""
        wanted = ",".join(f"{name}={value}" for name, value in slices.items())
        whole = self.cells.filter(
            report=report, metric=metric, level="all", grain="all", slices=wanted
        )
        return whole["value"].sum()


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    truth = write_city(folder / "left", *CITY)
    settings = home_of(folder / "home")
    shutil.copytree(folder / "left", settings.drops)
    receive_as_left(settings, load_contracts(settings.contract_paths))
    take_in_drops(settings)
    build_models(settings)
    yield City(settings, truth.folder, build_all_cells(settings))


@pytest.fixture(scope="session")
def published_city(city: City) -> Settings:
    """The home of the city with a publication of its figures."""
    publish_cells(city.settings, city.cells, Verdict(()))
    return city.settings


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
