"""One home and one load of the definitions for all tests: dbt parses once."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from civic.settings import Settings


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of an empty home with the shipped contracts, in the environment too."""
    from dagster_project.installation import load_installation
    from dagster_project.manifest import load_manifest

    with pytest.MonkeyPatch.context() as patch:
        for name in ("CIVIC_CONTRACTS", "CIVIC_CATALOG", "CIVIC_DATA_PATH"):
            patch.delenv(name, raising=False)
        patch.setenv("CIVIC_HOME", str(tmp_path_factory.mktemp("home")))
        load_installation.cache_clear()
        load_manifest.cache_clear()
        yield load_installation().settings
        load_installation.cache_clear()
        load_manifest.cache_clear()


@pytest.fixture(scope="session")
def definitions(installed: Settings) -> dg.Definitions:
    """Everything Dagster knows of that home."""
    from dagster_project.definitions import defs

    return defs()
