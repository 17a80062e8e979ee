"""What would become of a file: its receipt, without keeping or remembering anything."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from civic.errors import CivicError
from ingestion.contracts import Contract
from ingestion.intake.as_of import as_of, read_manifest
from ingestion.intake.collecting import (
    no_such_feed,
    recognise_feed,
    refused_as_excerpt,
    refused_at_the_door,
    safe_name,
)
from ingestion.intake.examination import Examination
from ingestion.intake.examining import examine
from ingestion.intake.examining_drops import refused_at_once
from ingestion.intake.originals import Drop, drop_id
from ingestion.intake.receipts import Receipt, make_receipt

# Pseudonyms are made on the way and thrown away with the rest, so no real key is asked for.
NO_KEY = bytes(32)


def check(contracts: Mapping[str, Contract], path: Path, feed: str | None = None) -> Receipt:
    """The receipt that the file would get. References to other feeds are not checked here.

    Raises CivicError where there is no such file or feed.
    """
    if feed is not None and feed not in contracts:
        raise no_such_feed(feed, contracts)
    if not path.exists() and not path.is_symlink():
        raise CivicError(f"There is no file {path}.", zh=f"没有文件 {path}。")
    if path.is_symlink() or not path.is_file():
        raise CivicError(
            f"{path} is a folder, a link or a device, not a file.",
            "Name the file itself.",
            zh=f"{path} 是文件夹、链接或设备，不是文件。",
            remedy_zh="请指定文件本身。",
        )
    drop = _drop(contracts, path, feed)
    contract = contracts.get(drop.feed)
    if contract is None or drop.refusal:
        return make_receipt(drop, None, refused_at_once(drop))
    return make_receipt(drop, contract, _examined(path, drop, contract))


def _drop(contracts: Mapping[str, Contract], path: Path, feed: str | None) -> Drop:
    refusal = None
    if feed is None:
        feed, refusal = recognise_feed(path, contracts)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    manifest = read_manifest(path)
    refusal = refused_as_excerpt(manifest) or refusal
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    moment, source = as_of(contracts.get(feed or ""), path.name, manifest, now)
    return Drop(
        drop_id=drop_id("", feed or "", sha256),
        unit="",
        feed=feed or "",
        file_name=safe_name(path.name),
        sha256=sha256,
        bytes=path.stat().st_size,
        received_at=now,
        as_of=moment,
        as_of_source=source,
        encoding=manifest.get("encoding"),
        **refused_at_the_door(refusal),
    )


def _examined(path: Path, drop: Drop, contract: Contract) -> Examination:
    with tempfile.TemporaryDirectory() as folder:
        return examine(path, drop.file_name, contract, Path(folder), NO_KEY, encoding=drop.encoding)
