"""Take kept originals into bronze: small drops share a transaction, and each gets a receipt.

A drop is pending while the lake has no row for it in ``bronze.drops``. Nothing else is remembered,
so a run that was killed anywhere is simply run again, and an empty lake is rebuilt from ``raw/``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from civic.processes import processes
from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.intake.corrections import drafted_corrections
from ingestion.intake.desk import Desk, open_desk
from ingestion.intake.examination import Examination
from ingestion.intake.examining_drops import (
    WORKING,
    Ahead,
    examine_original,
    examining_ahead,
    refused_at_once,
    worth_other_processes,
)
from ingestion.intake.originals import Drop, read_drops
from ingestion.intake.receipts import Receipt, make_receipt, write_receipt
from ingestion.intake.recording import Books, record
from ingestion.vault import load_keys

#: How many drops, and how many bytes of them, share a transaction.
BATCH_DROPS = 32
BATCH_BYTES = 8 << 20
OnReceipt = Callable[[Receipt], None]
Answer = tuple[Receipt, Callable[[], None]]


def take_in(
    settings: Settings,
    contracts: Mapping[str, Contract],
    feeds: Iterable[str] | None = None,
    on_receipt: OnReceipt = lambda _: None,
) -> list[Receipt]:
    """Take in every pending drop (of these feeds), references first; one receipt each.

    Drops that no contract fits are pending under the feed "" and are refused.
    """
    wanted = None if feeds is None else set(feeds)
    with open_desk(settings, contracts) as desk:
        _clear_leftovers(settings)
        ensure_bronze(desk.lake, contracts.values())
        pending = [
            drop for drop in _pending(settings, desk.lake) if wanted is None or drop.feed in wanted
        ]
        order = {feed: place for place, feed in enumerate(reference_order(contracts))}
        pending.sort(key=lambda d: order.get(d.feed, -1))
        receipts = []
        worth_it = worth_other_processes(pending)
        with processes(worth_it) as desk.pool, examining_ahead(desk, pending) as ahead:
            for drops in in_batches(pending):
                for receipt in _take_in_together(desk, drops, ahead):
                    receipts.append(receipt)
                    on_receipt(receipt)
    return receipts


def replay(settings: Settings, contracts: Mapping[str, Contract], drop: Drop) -> Receipt:
    """Take a drop in again from its kept original, under the contracts of today."""
    with open_desk(settings, contracts) as desk:
        ensure_bronze(desk.lake, contracts.values())
        with desk.together(), ExitStack() as answering:
            return _answered(_recorded(desk, [drop], answering, again=True))[0]


def accepted_rows(settings: Settings, contract: Contract, drop: Drop) -> pl.DataFrame:
    """Bronze rows of a drop, made again from its kept original; the lake is not asked.

    Columns as in ``bronze.<feed>`` plus ``_unit``, ``_as_of``, ``_sha256``; no rows where the drop
    was refused. Intake and this go the same way, which is what verification builds on.
    """
    with tempfile.TemporaryDirectory() as folder:
        seen = examine_original(settings, contract, drop, Path(folder), load_keys(settings))
        if seen.status == "refused":
            columns = [f.bronze_name for f in contract.bronze_fields if f.bronze_name]
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        return (
            seen.accepted_frame()
            .with_columns(
                pl.lit(drop.drop_id).alias("_drop_id"),
                pl.lit(drop.unit).alias("_unit"),
                pl.lit(drop.speaks_of(seen.as_of)).cast(pl.Datetime("us")).alias("_as_of"),
                pl.lit(drop.sha256).alias("_sha256"),
            )
            .collect()
        )


def reference_order(contracts: Mapping[str, Contract]) -> list[str]:
    """Feeds so that a feed comes after those that it refers to; cycles keep their name order."""
    ordered: list[str] = []

    def visit(feed: str, above: frozenset[str]) -> None:
        if feed in ordered or feed in above:
            return
        for target in sorted({f.reference[0] for f in contracts[feed].fields if f.reference}):
            visit(target, above | {feed})
        ordered.append(feed)

    for feed in sorted(contracts):
        visit(feed, frozenset())
    return ordered


def _clear_leftovers(settings: Settings) -> None:
    """What a killed run left behind; whoever holds the catalog is alone with it."""
    for folder in settings.lake.glob(f"{WORKING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _pending(settings: Settings, connection: duckdb.DuckDBPyConnection) -> list[Drop]:
    taken = {row[0] for row in connection.execute("select drop_id from bronze.drops").fetchall()}
    return [drop for drop in read_drops(settings) if drop.drop_id not in taken]


def in_batches(
    drops: Iterable[Drop], at_most: int = BATCH_DROPS, bytes_at_most: int = BATCH_BYTES
) -> Iterator[list[Drop]]:
    """The drops in their order, small ones together: a commit takes longer than a small drop."""
    batch: list[Drop] = []
    for drop in drops:
        if batch and (
            len(batch) == at_most or sum(d.bytes for d in batch) + drop.bytes > bytes_at_most
        ):
            yield batch
            batch = []
        batch.append(drop)
    if batch:
        yield batch


def _take_in_together(desk: Desk, drops: list[Drop], ahead: Ahead) -> list[Receipt]:
    """All of them in one transaction; where one fails, each in its own, so that it fails alone."""
    try:
        with desk.together(), ExitStack() as answering:
            return _answered(_recorded(desk, drops, answering, ahead))
    except Exception:
        if len(drops) == 1:
            raise
    desk.pool = None  # Whatever failed, here it can only fail for the drop itself.
    return [receipt for drop in drops for receipt in _take_in_together(desk, [drop], ahead)]


def _recorded(
    desk: Desk,
    drops: Iterable[Drop],
    answering: ExitStack,
    ahead: Ahead | None = None,
    again: bool = False,
) -> list[Answer]:
    """All of the drops in the lake, and what their units are to be answered."""
    books = Books()
    answers = [
        _take_in_one(desk, drop, answering, books, ahead=ahead, again=again) for drop in drops
    ]
    books.write(desk.lake)
    return answers


def _answered(answers: Iterable[Answer]) -> list[Receipt]:
    """The units are answered before the commit: killed in between, the next run answers again in
    the same words; killed after it, nobody is left without an answer."""
    receipts = []
    for receipt, publish in answers:
        publish()
        receipts.append(receipt)
    return receipts


def _take_in_one(
    desk: Desk,
    drop: Drop,
    answering: ExitStack,
    books: Books,
    *,
    ahead: Ahead | None = None,
    again: bool = False,
) -> Answer:
    """Record a drop; its receipt, and what publishes it once all of the transaction is recorded.

    ``answering``: ends what is drafted. ``again``: the lake has rows of this drop already, which
    these replace.
    """
    contract = None if drop.refusal else desk.contracts.get(drop.feed)
    with ExitStack() as closing:
        if contract is None:
            seen = refused_at_once(drop)
        else:
            seen = _examine_into_vault(desk, contract, drop, ahead, closing)
        receipt = _receipt(drop, contract, seen)
        publish_workbook = answering.enter_context(
            drafted_corrections(desk.settings, receipt, contract, seen, desk.pool)
        )
        record(desk.lake, receipt, seen, contract, books, again)
    if contract is not None:
        desk.forget_values(contract.feed)

    def publish() -> None:
        write_receipt(desk.settings, receipt)
        publish_workbook()

    return receipt, publish


def _examine_into_vault(
    desk: Desk, contract: Contract, drop: Drop, ahead: Ahead | None, closing: ExitStack
) -> Examination:
    """Examine, if no other process did; identities go to the vault, none of a refused drop stays.

    ``closing`` removes the parts of bronze that the examination names.
    """
    taken = ahead.take(drop) if ahead else None
    has_identities = any(f.protection in ("pseudonym", "vault") for f in contract.fields)
    vault = desk.vault() if has_identities else None
    if vault:
        vault.forget_drop(contract.feed, drop.drop_id)

    def keep(rows: pl.DataFrame) -> None:
        if vault:
            vault.add(contract.feed, rows.with_columns(pl.lit(drop.drop_id).alias("_drop_id")))

    if taken:
        folder, examined = taken
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        for rows in examined.identities:
            keep(rows)
        return examined.seen
    desk.settings.lake.mkdir(parents=True, exist_ok=True)
    folder = Path(
        closing.enter_context(tempfile.TemporaryDirectory(dir=desk.settings.lake, prefix=WORKING))
    )
    known = desk.known_values(contract)
    seen = examine_original(desk.settings, contract, drop, folder, desk.keys, known, keep)
    if vault and seen.status == "refused":
        vault.forget_drop(contract.feed, drop.drop_id)
    return seen


def _receipt(drop: Drop, contract: Contract | None, seen: Examination) -> Receipt:
    return make_receipt(replace(drop, as_of=drop.speaks_of(seen.as_of)), contract, seen)
