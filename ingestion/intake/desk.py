"""What taking in has at hand: the open lake, the vault, and the values that references look for.

Belongs here: opening them, and what is kept or undone together. Does not belong here: what is
written (``taking_in``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import duckdb
import polars as pl

from civic.lake import open_lake
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.vault import Keys, OpenVault, Vault, hold_vault, load_keys


@dataclass
class Desk:
    """The lake, open for writing, and the vault, opened when the first drop needs it.

    ``pool``: processes that do what needs neither of them, where there are any.
    """

    settings: Settings
    contracts: Mapping[str, Contract]
    lake: duckdb.DuckDBPyConnection
    keys: Keys
    _closing: ExitStack
    pool: Executor | None = None
    _held: OpenVault | None = None
    _together: ExitStack | None = None
    _vault: Vault | None = None
    _values: dict[tuple[str, str], pl.Series] = field(default_factory=dict)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written in this block is kept as a whole, or not at all where an error leaves.

        The vault is kept before the lake: a row of the lake never lacks its identity. Killed
        between the two, the drop is still pending, and taking it in again replaces what the vault
        has.
        """
        self.lake.execute("begin")
        try:
            with ExitStack() as self._together:
                yield
            self.lake.execute("commit")
        except BaseException:
            self.lake.execute("rollback")
            self._values.clear()
            raise
        finally:
            self._together = self._vault = None

    def vault(self) -> Vault:
        """The vault, within the transaction of ``together``."""
        if self._held is None:
            self._held = self._closing.enter_context(hold_vault(self.settings, self.keys))
        if self._vault is None:
            if self._together is None:
                raise RuntimeError("the vault is written to within Desk.together() only")
            self._vault = self._together.enter_context(self._held.transaction())
        return self._vault

    def known_values(self, contract: Contract) -> dict[str, pl.Series]:
        """For each field that refers to another feed: the values there, if any are there yet."""
        known = {}
        for one in contract.fields:
            if one.reference is None or one.reference[0] == contract.feed:
                continue
            if one.reference not in self._values:
                feed, name = one.reference
                values = self.lake.execute(f'select distinct "{name}" from bronze."{feed}"').pl()
                self._values[one.reference] = values.get_column(name)
            if len(self._values[one.reference]):
                known[one.name] = self._values[one.reference]
        return known

    def forget_values(self, feed: str) -> None:
        """Rows of this feed came or went: what refers to it has to look again."""
        self._values = {t: values for t, values in self._values.items() if t[0] != feed}


@contextmanager
def open_desk(settings: Settings, contracts: Mapping[str, Contract]) -> Iterator[Desk]:
    """A desk; no other process may hold the lake or the vault meanwhile."""
    keys = load_keys(settings)
    with open_lake(settings) as lake, ExitStack() as closing:
        yield Desk(settings, contracts, lake, keys, closing)
