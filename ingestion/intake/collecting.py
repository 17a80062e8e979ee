"""From the drop folder into the raw store: find files, wait until they are whole, keep them.

A drop is known by its place ``<unit>/<feed>/<file>``; elsewhere its feed is recognised by its
headings. Files still being written are left; names, links and sizes are treated as hostile.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from civic.errors import CivicError
from civic.settings import Settings
from ingestion.contracts import Contract, nearest, recognise
from ingestion.intake.as_of import EXCERPT_PROPERTY, MANIFEST_SUFFIX, as_of, read_manifest
from ingestion.intake.examination import Refusal
from ingestion.intake.originals import (
    Drop,
    clear_leftovers,
    drop_id,
    keep,
    standing_drop,
    write_drop,
)
from ingestion.reading import UnreadableDropError, peek_headings
from ingestion.validation.findings import describe

UNFINISHED = re.compile(
    r"^(\.|~\$)|\.(part|partial|tmp|temp|filepart|crdownload|swp)$", re.IGNORECASE
)
SAFE = re.compile(r"[^\w.\-（）()【】 ]+")
LONGEST_NAME = 120
LONGEST_NAME_BYTES = 180
LONGEST_HEADING = 20
TOLD = ("file_name", "manifest")
"""Where a file says itself of which day it speaks, before it is read."""

State = Literal[
    "new", "known", "still_written", "not_readable", "refused", "no_change", "source_failed"
]


@dataclass(frozen=True)
class Collected:
    """What became of one file: ``new`` drop, ``known`` bytes, ``still_written``, ``refused``,
    or ``not_readable``: it, or the manifest beside it, could not be read; ``detail`` says why.

    ``drop`` is the drop that stands for its bytes; of a link it only says whose it was. Of a
    database's feed (``sources``): ``path`` is ``<source>/<feed>`` until there is a drop,
    ``no_change`` that nothing changed since, ``source_failed`` that it could not be read.
    """

    path: Path
    state: State
    drop: Drop | None
    detail: str = ""
    detail_zh: str = ""


def collect(
    settings: Settings,
    contracts: Mapping[str, Contract],
    paths: Iterable[Path] = (),
    unit: str | None = None,
    feed: str | None = None,
    now: datetime | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> list[Collected]:
    """Take every whole file below ``paths`` (default: the drop folder) into the raw store.

    ``unit`` and ``feed`` override what the path says. ``now`` is the time of receipt (naive UTC).
    Raises CivicError where a path is not there or the feed is unknown.
    """
    if feed is not None and feed not in contracts:
        raise no_such_feed(feed, contracts)
    roots = [Path(p) for p in paths] or [settings.drops]
    received = (now or datetime.now(UTC)).replace(tzinfo=None, microsecond=0)
    files = sorted({path for root in roots for path in _files(root, bool(paths))})
    growing = _still_written(files, settings.settle_seconds, wait)
    clear_leftovers(settings)
    collected = []
    for path in files:
        if path in growing:
            collected.append(Collected(path, "still_written", None))
            continue
        collected.append(_collect_one(settings, contracts, path, unit, feed, received))
    return collected


def no_such_feed(feed: str, contracts: Iterable[str]) -> CivicError:
    """What to answer to a feed that no contract has."""
    known = ", ".join(contracts)
    return CivicError(
        f"There is no feed {feed!r}.",
        f"Known feeds: {known}.",
        zh=f"没有名为 {feed!r} 的数据源。",
        remedy_zh=f"已有的数据源：{known}。",
    )


def safe_name(name: str) -> str:
    """A name that is safe in a path, a terminal and a workbook: no separators, no controls.

    Short enough, in letters and in bytes, for the answers that are named after it.
    """
    cleaned = SAFE.sub("_", name).strip(". ") or "_"
    if _is_short(cleaned):
        return cleaned
    stem, dot, suffix = cleaned.rpartition(".")
    suffix = dot + suffix[:19] if stem else ""
    stem = stem or cleaned
    while not _is_short(stem + suffix):
        stem = stem[:-1]
    return stem + suffix


def _is_short(name: str) -> bool:
    return len(name) <= LONGEST_NAME and len(name.encode()) <= LONGEST_NAME_BYTES


def _files(root: Path, named: bool) -> Iterator[Path]:
    if not root.exists() and not root.is_symlink():
        if named:
            raise CivicError(f"There is no file or folder {root}.", zh=f"没有文件或文件夹 {root}。")
        return
    if root.is_dir() and not root.is_symlink():
        for path in root.rglob("*"):
            if (path.is_symlink() or not path.is_dir()) and not _ignored(path):
                yield path
    else:
        yield root


def _ignored(path: Path) -> bool:
    return bool(UNFINISHED.search(path.name)) or path.name.endswith(MANIFEST_SUFFIX)


def _still_written(files: list[Path], settle: float, wait: Callable[[float], None]) -> set[Path]:
    """Files that changed lately are looked at twice, ``settle`` seconds apart."""
    before = {path: _trace(path) for path in files}
    newest = time.time_ns() - int(settle * 1e9)
    fresh = [path for path, (_, changed) in before.items() if changed > newest]
    if not fresh:
        return set()
    wait(settle)
    return {path for path in fresh if _trace(path) != before[path]}


def _trace(path: Path) -> tuple[int, int]:
    try:
        state = path.lstat()
    except OSError:
        return (-1, -1)
    return state.st_size, state.st_mtime_ns


def _collect_one(
    settings: Settings,
    contracts: Mapping[str, Contract],
    path: Path,
    unit: str | None,
    feed: str | None,
    received: datetime,
) -> Collected:
    named_unit, named_feed = _from_place(settings, path, contracts)
    whose = safe_name(unit or named_unit)
    if path.is_symlink() or not path.is_file():
        return Collected(path, "refused", _not_a_file(path, whose, received))
    try:
        manifest = read_manifest(path)
        sha256, size = keep(settings, path)
    except (OSError, CivicError) as error:
        return Collected(path, "not_readable", None, str(error))
    refusal = None
    chosen = feed or named_feed
    if chosen is None:
        chosen, refusal = recognise_feed(path, contracts)
    refusal = refused_as_excerpt(manifest) or refusal
    contract = contracts.get(chosen or "")
    moment, source = as_of(contract, path.name, manifest, received)
    told = moment if contract and contract.relation.mode == "snapshot" and source in TOLD else None
    drop = Drop(
        drop_id=_identity(settings, whose, chosen or "", sha256, told),
        unit=whose,
        feed=chosen or "",
        file_name=safe_name(path.name),
        sha256=sha256,
        bytes=size,
        received_at=received,
        as_of=moment,
        as_of_source=source,
        encoding=manifest.get("encoding"),
        **refused_at_the_door(refusal),
    )
    standing, new = write_drop(settings, drop)
    return Collected(path, "new" if new else "known", standing)


def _identity(settings: Settings, unit: str, feed: str, sha256: str, told: datetime | None) -> str:
    """The drop that the file is. A list that says ``told`` of which day it is, and was sent before
    for another day, is one more drop: nothing has changed since, or it is as it was once before.
    """
    plain = drop_id(unit, feed, sha256)
    first = standing_drop(settings, sha256, plain) if told else None
    if first is None or first.as_of_source not in TOLD or first.as_of == told:
        return plain
    return drop_id(unit, feed, sha256, told)


def _not_a_file(path: Path, unit: str, received: datetime) -> Drop:
    """What a link or a device is answered by: nothing of it is read or kept."""
    return Drop(
        drop_id=drop_id(unit, "", path.name),
        unit=unit,
        feed="",
        file_name=safe_name(path.name),
        sha256="",
        bytes=0,
        received_at=received,
        as_of=received,
        as_of_source="arrival",
        refusal="not_a_file",
    )


def _from_place(
    settings: Settings, path: Path, contracts: Mapping[str, Contract]
) -> tuple[str, str | None]:
    """(unit, feed) from ``…/<unit>/<feed>/<file>``; below the drop folder the place is binding."""
    folders = path.absolute().parts[:-1]
    if path.absolute().is_relative_to(settings.drops):
        below = path.absolute().relative_to(settings.drops).parts[:-1]
        if len(below) >= 2:
            return below[0], below[1]
        return (below[0] if below else "unknown"), None
    if len(folders) >= 2 and folders[-1] in contracts:
        return folders[-2], folders[-1]
    return folders[-1] if folders else "unknown", None


def recognise_feed(
    path: Path, contracts: Mapping[str, Contract]
) -> tuple[str | None, Refusal | None]:
    """The one feed whose contract the file's headings fit, or why there is none."""
    try:
        rows = peek_headings(path, safe_name(path.name))
    except UnreadableDropError as error:
        return None, Refusal(error.code, error.zh, error.en)
    fitting = recognise(contracts, rows)
    if len(fitting) == 1:
        return fitting[0], None
    code = "several_contracts_fit" if fitting else "no_contract_fits"
    feeds = [contracts[feed] for feed in fitting or nearest(contracts, rows)]
    named_zh = "、".join(f"{c.title_zh} {c.feed}" for c in feeds)
    named_en = ", ".join(c.feed for c in feeds)
    zh, en = describe(
        code,
        column=_headings_in_short(rows),
        expected_zh=named_zh or f"{len(contracts)} 种数据之一，见数据字典",
        expected_en=named_en or f"{len(contracts)} feeds in the data dictionary",
    )
    return None, Refusal(code, zh, en)


def refused_as_excerpt(manifest: Mapping[str, Any]) -> Refusal | None:
    """The refusal of a workbook that intake made to show some rows of a list; None of others."""
    if EXCERPT_PROPERTY not in manifest:
        return None
    return Refusal("excerpt", *describe("excerpt"))


def refused_at_the_door(refusal: Refusal | None) -> dict[str, str]:
    """The fields of a drop that say why no contract can be asked."""
    if refusal is None:
        return {}
    return {"refusal": refusal.code, "refusal_zh": refusal.zh, "refusal_en": refusal.en}


def _headings_in_short(rows: list[list[str]], most: int = 6) -> str:
    """The row that looks most like headings, cut to what a sentence can hold."""
    filled = [[cell for cell in row if cell and cell.strip()] for row in rows]
    widest = max(filled, key=len, default=[])
    shown = [SAFE.sub(" ", cell).strip()[:LONGEST_HEADING] for cell in widest[:most]]
    return " | ".join(shown) + (" | …" if len(widest) > most else "") or "—"
