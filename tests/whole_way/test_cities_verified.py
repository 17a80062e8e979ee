"""Cities of several sizes and seeds: every figure is recomputed to the same by the second way.

The third of them, of another seed, is that of ``test_city_truth``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.contracts import load_contracts
from ingestion.intake import collect
from ingestion.simulator.city.making import write_city
from publishing.whole_way import build_all_cells, build_models, take_in_drops
from tests.conftest import home_of
from tests.whole_way.conftest import demand_verified


@pytest.mark.parametrize(("residents", "seed"), [(500, 3), (5000, 3)])
def test_every_cell_of_a_city_is_verified(residents: int, seed: int, tmp_path: Path):
    settings = home_of(tmp_path / "home")
    write_city(settings.drops, residents, 1, seed)
    collect(settings, load_contracts(settings.contract_paths), wait=lambda _: None)
    take_in_drops(settings)
    build_models(settings)
    demand_verified(settings, build_all_cells(settings))
