"""What sqlfluff is shown in place of dbt's ``var``: the feeds, from the shipped contracts."""

import sys
from types import ModuleType
from typing import Any

from civic.settings import load_settings
from ingestion.contracts import load_contracts
from ingestion.contracts.dbt_sources import dbt_vars

_FEEDS = dbt_vars(load_contracts(load_settings().contract_paths[:1]))


class _Callable(ModuleType):
    """sqlfluff hands over modules only; ``var`` is called."""

    def __call__(self, name: str, default: Any = None) -> Any:
        return _FEEDS.get(name, default)


sys.modules[__name__].__class__ = _Callable
