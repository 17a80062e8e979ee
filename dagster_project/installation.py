"""What every asset is given: the settings and contracts of this installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from civic.settings import Settings, load_settings
from ingestion.contracts import Contract, load_contracts


@dataclass(frozen=True)
class Installation:
    """Handed to assets as the Dagster resource ``installation``; ``contracts``: by feed."""

    settings: Settings
    contracts: Mapping[str, Contract]


@cache
def load_installation() -> Installation:
    """The installation that the environment of this process names, read once.

    Raises CivicError where a contract is not sound.
    """
    settings = load_settings()
    return Installation(settings, load_contracts(settings.contract_paths))
