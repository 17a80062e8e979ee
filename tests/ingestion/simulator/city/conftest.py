"""One small city for the tests of its files and of its truth."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from ingestion.simulator.city.making import write_city
from ingestion.simulator.town import Truth

RESIDENTS, MONTHS, SEED = 2500, 4, 7


@dataclass(frozen=True)
class WrittenCity:
    drops: Path
    truth: Truth

    def told(self, name: str) -> pl.DataFrame:
        """A table of the truth, as text."""
        return pl.read_csv(self.truth.folder / f"{name}.csv", infer_schema=False)

    def read(self, unit: str, feed: str, file: str) -> pl.DataFrame:
        """A text file as its rows, headings as they stand."""
        data = (self.drops / unit / feed / file).read_bytes()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return pl.read_csv(data.decode(encoding).encode(), infer_schema=False)
            except UnicodeDecodeError:
                continue
        raise ValueError(file)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> WrittenCity:
    drops = tmp_path_factory.mktemp("city") / "drops"
    return WrittenCity(drops, write_city(drops, RESIDENTS, MONTHS, SEED))
