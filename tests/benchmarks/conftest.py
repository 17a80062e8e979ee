"""One small town for all lines about the city: it goes the whole way once."""

from __future__ import annotations

import pytest

from benchmarks.cities import Cities, City
from benchmarks.lines import all_lines
from benchmarks.model import Asked, Result
from ingestion.simulator.town import write_town

RESIDENTS = 600
MONTHS = 1


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Cities:
    """The folder of cities; the one of the smallest size has the demo's town in it."""
    made = Cities(tmp_path_factory.mktemp("cities"), MONTHS)
    drops = made.folder / f"{RESIDENTS}-residents-{MONTHS}-months" / "drops"
    write_town(drops, residents=RESIDENTS, months=MONTHS, seed=1)
    return made


@pytest.fixture(scope="session")
def whole(cities: Cities, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What the line `city` measured; its home is published afterwards."""
    folder = tmp_path_factory.mktemp("whole")
    return all_lines()["city"].run(Asked(RESIDENTS, 1, folder, print, cities))


@pytest.fixture(scope="session")
def city(cities: Cities, whole: Result) -> City:
    """The town after its full run."""
    return cities.published(whole.size, print)
