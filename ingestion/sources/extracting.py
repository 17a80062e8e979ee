"""Read the feeds of a source and keep them as originals: drops like any other.

All feeds are read in one snapshot; a fault in one does not stop the next. What was read half is
thrown away, so nothing stands in the raw store that the database did not say to its end.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.intake.collecting import Collected
from ingestion.intake.originals import (
    Draft,
    Drop,
    clear_leftovers,
    drafted,
    drop_id,
    keep_draft,
    read_drops,
    write_drop,
)
from ingestion.sources.declarations import Source, load_source, source_names
from ingestion.sources.failures import Reason, reason, reason_of
from ingestion.sources.querying import Snapshot, copy_out, open_snapshot, plan_extract

AS_OF_SOURCE = "snapshot"


def extract_all(
    settings: Settings, contracts: Mapping[str, Contract], now: datetime | None = None
) -> list[Collected]:
    """Every source that the home declares; one that is declared wrongly is told like a failure."""
    collected = []
    for name in source_names(settings):
        try:
            collected += extract(settings, contracts, name, now)
        except CivicError as error:
            told = Reason("declared", error.zh or error.message, error.message)
            collected.append(_failed(Path(name), told))
    return collected


def extract(
    settings: Settings, contracts: Mapping[str, Contract], name: str, now: datetime | None = None
) -> list[Collected]:
    """Read every feed of a source; what became of each, in the order of the declaration.

    ``new``: an original was kept; ``known``: the table says what it said last time; ``no_change``:
    nothing changed since; ``source_failed``: nothing was kept, ``detail`` says why. ``now`` is the
    time of receipt (naive UTC). Raises CivicError where the source is not declared soundly.
    """
    source = load_source(settings, contracts, name)
    received = (now or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
    conninfo = os.environ.get(source.connection)
    if not conninfo:
        return [_failed(Path(name), reason("variable", source.connection))]
    clear_leftovers(settings)
    before = _drops_of(settings, source)
    collected: list[Collected] = []
    snapshot: Snapshot | None = None
    try:
        for feed in source.feeds:
            if snapshot is None or snapshot.connection.closed:
                opened = _opened(source, conninfo)
                if isinstance(opened, Reason):
                    # What was read already stands; for the rest one line is enough.
                    collected.append(_failed(Path(name), opened))
                    break
                snapshot = opened
            reading = _Reading(settings, source, contracts[feed], snapshot, received)
            collected.append(reading.read(before.get(feed, [])))
    finally:
        if snapshot is not None:
            snapshot.connection.close()
    return collected


def _opened(source: Source, conninfo: str) -> Snapshot | Reason:
    try:
        return open_snapshot(source, conninfo)
    except psycopg.ProgrammingError:
        return reason("conninfo", source.connection)
    except psycopg.Error as error:
        return reason_of(error, source.name, broken=True)


def _drops_of(settings: Settings, source: Source) -> dict[str, list[Drop]]:
    """What was kept of the source before, by feed, in the order of the snapshots."""
    before: dict[str, list[Drop]] = {}
    for drop in read_drops(settings):
        ours = drop.as_of_source == AS_OF_SOURCE and drop.unit == source.unit
        if ours and drop.file_name.split(".")[0] == source.name:
            before.setdefault(drop.feed, []).append(drop)
    return before


class _Reading:
    """One feed of one source in one snapshot."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        contract: Contract,
        snapshot: Snapshot,
        received: datetime,
    ) -> None:
        self._settings, self._source, self._contract = settings, source, contract
        self._snapshot, self._received = snapshot, received
        self._told = source.feeds[contract.feed]
        self._place = Path(source.name) / contract.feed

    def read(self, before: list[Drop]) -> Collected:
        """Copy the feed out and keep it. ``before``: its earlier extracts, the latest last."""
        what = self._told.table or self._contract.feed
        try:
            # A savepoint: what the server objects to in one feed does not end the snapshot.
            with self._snapshot.connection.transaction(), drafted(self._settings) as draft:
                return self._copied(draft, before)
        except LookupError as error:
            return _failed(self._place, reason("column", what, str(error.args[0])))
        except psycopg.Error as error:
            broken = self._snapshot.connection.broken or self._snapshot.connection.closed
            return _failed(self._place, reason_of(error, what, broken))
        except OSError as error:
            return _failed(self._place, reason("disk", what, error.strerror or ""))

    def _copied(self, draft: Draft, before: list[Drop]) -> Collected:
        since = self._since(before)
        planned = plan_extract(self._snapshot, self._told, self._contract, since)
        if not planned.columns:
            return _failed(self._place, reason("columns", self._contract.feed))
        rows = copy_out(self._snapshot, planned, draft.write)
        if since is not None and not rows:
            return Collected(self._place, "no_change", None)
        sha256, size = keep_draft(self._settings, draft)
        drop = self._drop(sha256, size, before)
        standing, new = write_drop(self._settings, drop)
        left = ", ".join(planned.unread)
        return Collected(
            Path(standing.file_name),
            "new" if new else "known",
            standing,
            f"left unread: {left}" if left else "",
            f"未读取的列：{left}" if left else "",
        )

    def _since(self, before: list[Drop]) -> datetime | None:
        if not self._told.since or not before:
            return None
        return before[-1].as_of - timedelta(minutes=self._source.overlap_minutes)

    def _drop(self, sha256: str, size: int, before: list[Drop]) -> Drop:
        """The same rows as last time are the same drop; as some time before, they are a new one.

        A table that went back to what it said earlier says it again: otherwise what it said in
        between would stay in force.
        """
        unit, feed, moment = self._source.unit, self._contract.feed, self._snapshot.taken_at
        identity = drop_id(unit, feed, sha256)
        again = [drop for drop in before if drop.sha256 == sha256]
        if again:
            is_last = again[-1] == before[-1]
            written = f"{sha256}@{moment.isoformat()}"
            identity = again[-1].drop_id if is_last else drop_id(unit, feed, written)
        return Drop(
            drop_id=identity,
            unit=unit,
            feed=feed,
            file_name=f"{self._source.name}.{feed}.{moment:%Y%m%dT%H%M%S}Z.csv",
            sha256=sha256,
            bytes=size,
            received_at=self._received,
            as_of=moment,
            as_of_source=AS_OF_SOURCE,
            encoding="utf-8",
        )


def _failed(place: Path, told: Reason) -> Collected:
    return Collected(place, "source_failed", None, told.en, told.zh)
