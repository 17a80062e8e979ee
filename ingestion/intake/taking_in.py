"""Take kept originals into bronze: small drops share a transaction, and each gets a receipt.

A drop is pending while the lake has no row for it in ``bronze.drops``. Nothing else is remembered,
so a run that was killed anywhere is simply run again, and an empty lake is rebuilt from ``raw/``.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from civic.settings import Settings
from ingestion.contracts import Contract
from ingestion.contracts.bronze_schema import ensure_bronze
from ingestion.intake.corrections import drafted_corrections
from ingestion.intake.desk import Desk, open_desk
from ingestion.intake.examining import (
    Examination,
    Refusal,
    examine,
    texts_to_correct,
)
from ingestion.intake.originals import Drop, altered, original_path, read_drops
from ingestion.intake.receipts import Receipt, make_receipt, write_receipt
from ingestion.intake.recording import record
from ingestion.validation.findings import describe
from ingestion.vault import Keys, load_keys

WORKING = ".intake-"
#: How many drops, and how many bytes of them, share a transaction.
BATCH_DROPS = 32
BATCH_BYTES = 8 << 20
OnReceipt = Callable[[Receipt], None]


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
        for drops in in_batches(pending):
            for receipt in _take_in_together(desk, drops):
                receipts.append(receipt)
                on_receipt(receipt)
    return receipts


def replay(settings: Settings, contracts: Mapping[str, Contract], drop: Drop) -> Receipt:
    """Take a drop in again from its kept original, under the contracts of today."""
    with open_desk(settings, contracts) as desk:
        ensure_bronze(desk.lake, contracts.values())
        with desk.together():
            return _take_in_one(desk, drop, again=True)


def accepted_rows(settings: Settings, contract: Contract, drop: Drop) -> pl.DataFrame:
    """Bronze rows of a drop, made again from its kept original; the lake is not asked.

    Columns as in ``bronze.<feed>`` plus ``_unit``, ``_as_of``, ``_sha256``; no rows where the drop
    was refused. Intake and this go the same way, which is what verification builds on.
    """
    with tempfile.TemporaryDirectory() as folder:
        seen = _examine(settings, contract, drop, Path(folder), load_keys(settings))
        if seen.status == "refused":
            columns = [f.bronze_name for f in contract.bronze_fields if f.bronze_name]
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        return (
            seen.accepted_frame()
            .with_columns(
                pl.lit(drop.drop_id).alias("_drop_id"),
                pl.lit(drop.unit).alias("_unit"),
                pl.lit(seen.as_of or drop.as_of).cast(pl.Datetime("us")).alias("_as_of"),
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


def _take_in_together(desk: Desk, drops: list[Drop]) -> list[Receipt]:
    """All of them in one transaction; where one fails, each in its own, so that it fails alone."""
    try:
        with desk.together():
            return [_take_in_one(desk, drop) for drop in drops]
    except Exception:
        if len(drops) == 1:
            raise
    return [receipt for drop in drops for receipt in _take_in_together(desk, [drop])]


def _take_in_one(desk: Desk, drop: Drop, again: bool = False) -> Receipt:
    """``again``: the lake has rows of this drop already, which these replace."""
    settings, contract = desk.settings, desk.contracts.get(drop.feed)
    if contract is None:
        seen = refused_without_contract(drop)
        receipt = _receipt(drop, None, seen)
        with _drafted_answer(settings, receipt, None, seen) as answer:
            record(desk.lake, receipt, seen, None, answer, again)
        return receipt
    settings.lake.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.lake, prefix=WORKING) as folder:
        known = desk.known_values(contract)
        seen = _examine_into_vault(desk, contract, drop, Path(folder), known)
        receipt = _receipt(drop, contract, seen)
        with _drafted_answer(settings, receipt, contract, seen) as answer:
            record(desk.lake, receipt, seen, contract, answer, again)
    desk.forget_values(contract.feed)
    return receipt


@contextmanager
def _drafted_answer(
    settings: Settings, receipt: Receipt, contract: Contract | None, seen: Examination
) -> Iterator[Callable[[], None]]:
    """The receipt for programs and, for the clerk, the workbook, drafted while the lake records."""
    if contract is not None and seen.status == "accepted" and seen.rejected:
        original = original_path(settings, receipt.drop.sha256)
        seen = replace(
            seen, corrections=texts_to_correct(original, receipt.drop.file_name, contract, seen)
        )
    with drafted_corrections(settings, receipt, contract, seen) as publish_corrections:

        def answer() -> None:
            write_receipt(settings, receipt)
            publish_corrections()

        yield answer


def _examine_into_vault(
    desk: Desk, contract: Contract, drop: Drop, folder: Path, known: Mapping[str, pl.Series]
) -> Examination:
    """Examine; identities go to the vault, none of a refused drop stays."""
    settings, keys = desk.settings, desk.keys
    if not any(f.protection in ("pseudonym", "vault") for f in contract.fields):
        return _examine(settings, contract, drop, folder, keys, known)
    vault = desk.vault()
    vault.forget_drop(contract.feed, drop.drop_id)
    seen = _examine(
        settings,
        contract,
        drop,
        folder,
        keys,
        known,
        lambda rows: vault.add(
            contract.feed, rows.with_columns(pl.lit(drop.drop_id).alias("_drop_id"))
        ),
    )
    if seen.status == "refused":
        vault.forget_drop(contract.feed, drop.drop_id)
    return seen


def _examine(
    settings: Settings,
    contract: Contract,
    drop: Drop,
    folder: Path,
    keys: Keys,
    known: Mapping[str, pl.Series] | None = None,
    keep_identities: Callable[[pl.DataFrame], None] | None = None,
) -> Examination:
    path = original_path(settings, drop.sha256)
    if altered(settings, drop.sha256):
        zh, en = describe("original_altered")
        return Examination(contract, status="refused", refusal=Refusal("original_altered", zh, en))
    return examine(
        path,
        drop.file_name,
        contract,
        folder,
        keys.pseudonym,
        encoding=drop.encoding,
        known=known,
        keep_identities=keep_identities,
    )


def refused_without_contract(drop: Drop) -> Examination:
    """The examination of a drop that no contract fits, or whose contract is no longer there."""
    if drop.refusal:
        words = drop.refusal_zh or drop.refusal, drop.refusal_en or drop.refusal
        refusal = Refusal(drop.refusal, *words)
    else:
        refusal = Refusal("contract_unknown", *describe("contract_unknown", column=drop.feed))
    return Examination(None, status="refused", refusal=refusal)


def _receipt(drop: Drop, contract: Contract | None, seen: Examination) -> Receipt:
    if seen.as_of is not None:
        drop = replace(drop, as_of=seen.as_of)
    return make_receipt(drop, contract, seen)
