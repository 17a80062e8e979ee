"""One real ``dbt build`` on a small town, for all tests of this room."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from civic.dbt_runner import DbtResult, run_dbt
from civic.lake import open_catalog_copy, open_lake
from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.contracts.dbt_sources import dbt_vars, sync
from tests.dbt.bronze import Drop, write
from tests.dbt.town import DROPS

OWN_CONTRACTS = Path(__file__).parent / "contracts"

Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Built:
    """A lake that dbt has built, with what dbt left behind."""

    settings: Settings
    contracts: dict[str, Contract]
    result: DbtResult

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.settings.dbt_target / "manifest.json").read_text("utf-8"))

    @property
    def semantic_manifest(self) -> dict[str, Any]:
        path = self.settings.dbt_target / "semantic_manifest.json"
        return json.loads(path.read_text("utf-8"))

    def compiled(self) -> list[tuple[str, str, str, str]]:
        """Models in the order in which dbt ran them: schema, name, materialised as, SQL."""
        nodes = self.manifest["nodes"]
        models = [nodes[n.unique_id] for n in self.result.nodes if n.unique_id in nodes]
        return [
            (m["schema"], m["name"], m["config"]["materialized"], m["compiled_code"])
            for m in models
            if m["resource_type"] == "model"
        ]


def make_settings(home: Path) -> Settings:
    return Settings(
        home=home,
        contract_paths=(PROJECT_ROOT / "ingestion" / "contracts", OWN_CONTRACTS),
        catalog="",
        data_path=str(home / "lake" / "data"),
        settle_seconds=0,
        memory_limit="1GiB",
        threads=2,
    )


def fill(connection: duckdb.DuckDBPyConnection, built: Built, drops: Sequence[Drop]) -> None:
    """Bronze of these contracts with these drops, in the order given."""
    ensure_bronze(connection, built.contracts.values())
    for drop in drops:
        write(connection, built.contracts, drop)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The town, built once."""
    settings = make_settings(tmp_path_factory.mktemp("town"))
    contracts = load_contracts(settings.contract_paths)
    assert not [path for path in sync(contracts, settings) if PROJECT_ROOT in path.parents], (
        "staging models had drifted from their contracts; sync has written them again: commit"
    )
    with open_lake(settings) as connection:
        fill(connection, Built(settings, contracts, None), DROPS)  # type: ignore[arg-type]
    result = run_dbt(settings, "build", variables=dbt_vars(contracts))
    return Built(settings, contracts, result)


@pytest.fixture(scope="session")
def query(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Ask the built lake the way that readers of a publication do: by a copy of its catalog."""
    copy = tmp_path_factory.mktemp("publication") / "v_1.ducklake"
    shutil.copyfile(built.settings.catalog_file, copy)
    with open_catalog_copy(built.settings, copy) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def run_compiled(
    connection: duckdb.DuckDBPyConnection, built: Built, named: Sequence[str] = ("",)
) -> None:
    """Run the compiled models on another lake: dbt's work without dbt's start-up.

    ``named``: only models whose names contain one of these.
    """
    for schema in ("staging", "intermediate", "marts"):
        connection.execute(f"create schema if not exists lake.{schema}")
    for seed in [n for n in built.manifest["nodes"].values() if n["resource_type"] == "seed"]:
        types = seed["config"]["column_types"]
        listed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
        path = PROJECT_ROOT / "dbt" / "seeds" / f"{seed['name']}.csv"
        connection.execute(
            f"create or replace table lake.intermediate.{seed['name']} as "
            f"select {listed} from read_csv('{path}', all_varchar = true)"
        )
    chosen = [model for model in built.compiled() if any(part in model[1] for part in named)]
    for schema, name, kind, sql in chosen:
        connection.execute(f'create or replace {kind} lake.{schema}."{name}" as {sql}')
