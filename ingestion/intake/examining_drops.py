"""Kept originals examined: here, or ahead of their turn by other processes.

Belongs here: which drops other processes may examine, and handing them over. Does not belong here:
what examining is (``examining``), what the lake keeps (``taking_in``).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake.desk import Desk
from ingestion.intake.examination import Examination, Refusal
from ingestion.intake.examining import examine
from ingestion.intake.originals import Drop, altered, original_path
from ingestion.validation.findings import describe
from ingestion.vault import Keys

WORKING = ".intake-"
#: With fewer drops and bytes than these, other processes are not worth starting.
DROPS_WORTH_IT, BYTES_WORTH_IT = 40, 2 << 20
#: Identities of a larger drop go to the vault batch by batch, never all of them at once.
BYTES_AHEAD = 48 << 20
DROPS_AHEAD = 8


@dataclass(frozen=True)
class Examined:
    """``identities``: for the vault, one frame for each batch of the drop, never on disk."""

    seen: Examination
    identities: tuple[pl.DataFrame, ...] = ()


def examine_original(
    settings: Settings,
    contract: Contract,
    drop: Drop,
    folder: Path,
    keys: Keys,
    known: Mapping[str, pl.Series] | None = None,
    keep_identities: Callable[[pl.DataFrame], None] | None = None,
) -> Examination:
    """Examine what is kept of a drop (``examine``); refused where the original was altered."""
    if altered(settings, drop.sha256):
        zh, en = describe("original_altered")
        return Examination(contract, status="refused", refusal=Refusal("original_altered", zh, en))
    return examine(
        original_path(settings, drop.sha256),
        drop.file_name,
        contract,
        folder,
        keys.pseudonym,
        encoding=drop.encoding,
        known=known,
        keep_identities=keep_identities,
    )


def refused_at_once(drop: Drop) -> Examination:
    """The examination of a drop that was refused at the door, or whose contract is not there."""
    if drop.refusal:
        words = drop.refusal_zh or drop.refusal, drop.refusal_en or drop.refusal
        refusal = Refusal(drop.refusal, *words)
    else:
        refusal = Refusal("contract_unknown", *describe("contract_unknown", column=drop.feed))
    return Examination(None, status="refused", refusal=refusal)


def worth_other_processes(drops: Sequence[Drop]) -> bool:
    """Whether these drops take longer than other processes take to start."""
    return len(drops) >= DROPS_WORTH_IT or sum(d.bytes for d in drops) >= BYTES_WORTH_IT


class Ahead:
    """The drops that come next, examined by other processes while the lake records this one.

    A drop is handed over once all drops of the feeds that it refers to are recorded: what it is
    examined against is then the same as when its turn comes. ``folder`` is for what the processes
    write and is removed with everything in it by whoever made it.
    """

    def __init__(self, desk: Desk, drops: Sequence[Drop], folder: Path) -> None:
        self._desk, self._folder = desk, folder
        self._waiting = deque(drops)
        self._now: Drop | None = None
        self._begun: dict[str, tuple[Path, Future[Examined]]] = {}
        self._written: dict[tuple[str, str], tuple[pl.Series, Path]] = {}
        self._unrecorded: dict[str, set[str]] = {}
        for drop in drops:
            self._unrecorded.setdefault(drop.feed, set()).add(drop.drop_id)

    def take(self, drop: Drop) -> tuple[Path, Examined] | None:
        """The drop as another process examined it, with its folder; None: examine it here.

        To be called for each drop in turn, when the one before is recorded. Where a process was
        killed, no other is asked any more.
        """
        if self._now is not None:
            self._unrecorded[self._now.feed].discard(self._now.drop_id)
        self._now = drop
        self._hand_over()
        if drop.drop_id not in self._begun:
            return None
        folder, future = self._begun.pop(drop.drop_id)
        try:
            return folder, future.result()
        except BrokenExecutor:
            self._desk.pool = None
            return None

    def _hand_over(self) -> None:
        while self._desk.pool and self._waiting and len(self._begun) < DROPS_AHEAD:
            drop = self._waiting[0]
            contract = self._desk.contracts.get(drop.feed)
            # Others are examined when their turn comes; those behind them need not wait for that.
            if contract and not drop.refusal and drop.bytes <= BYTES_AHEAD:
                if drop is not self._now and self._waits(contract):
                    return
                self._begin(drop, contract)
            self._waiting.popleft()

    def _waits(self, contract: Contract) -> bool:
        """Whether a drop of a feed that this one refers to is not recorded yet."""
        referred = {f.reference[0] for f in contract.fields if f.reference} - {contract.feed}
        return any(self._unrecorded.get(feed) for feed in referred)

    def _begin(self, drop: Drop, contract: Contract) -> None:
        assert self._desk.pool is not None
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        known = {
            name: self._stored(contract.field(name).reference or ("", ""), values)
            for name, values in self._desk.known_values(contract).items()
        }
        task = (self._desk.settings, contract, drop, folder, self._desk.keys, known)
        self._begun[drop.drop_id] = folder, self._desk.pool.submit(_examined, *task)

    def _stored(self, reference: tuple[str, str], values: pl.Series) -> Path:
        """The values in a file, once for as long as they stay the same."""
        if reference not in self._written or self._written[reference][0] is not values:
            number = len(list(self._folder.glob("known-*")))
            path = self._folder / f"known-{number}.parquet"
            values.to_frame("known").write_parquet(path, compression="lz4")
            self._written[reference] = values, path
        return self._written[reference][1]


@contextmanager
def examining_ahead(desk: Desk, drops: Sequence[Drop]) -> Iterator[Ahead]:
    """The drops, in the order in which they will be taken in."""
    desk.settings.lake.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=desk.settings.lake, prefix=WORKING))
    try:
        yield Ahead(desk, drops, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _examined(
    settings: Settings,
    contract: Contract,
    drop: Drop,
    folder: Path,
    keys: Keys,
    known: Mapping[str, Path],
) -> Examined:
    values = {name: _values(path) for name, path in known.items()}
    identities: list[pl.DataFrame] = []
    seen = examine_original(
        settings, contract, drop, folder, keys, values, keep_identities=identities.append
    )
    return Examined(seen, tuple(identities) if seen.status == "accepted" else ())


@lru_cache(maxsize=8)
def _values(path: Path) -> pl.Series:
    return pl.read_parquet(path).to_series()
