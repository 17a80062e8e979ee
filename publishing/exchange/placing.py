"""Files and folders that appear whole or not at all, and one writer at a time.

Belongs here: drafts, locks and swaps in the outbox. Does not belong here: what stands in them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from civic.errors import CivicError
from publishing.manifests import file_digest

LOCK = ".exchange.lock"


@contextmanager
def writing_alone(folder: Path) -> Iterator[None]:
    """Hold the folder for one writer; the lock dies with its process.

    Raises CivicError where another process holds it, or where the folder or something in it cannot
    be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as lock:
            _lock(folder, lock.fileno())
            yield
    except OSError as error:
        at = error.filename or folder
        raise CivicError(
            f"{at} cannot be written to: {error.strerror}.",
            "Name another folder, or have its rights changed.",
            zh=f"无法写入 {at}：{error.strerror}。",
            remedy_zh="请换一个文件夹，或调整其权限。",
        ) from error


def _lock(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CivicError(
            f"Another process is writing to {folder}.",
            "Wait until it has finished, then run this again.",
            zh=f"另一个进程正在写入 {folder}。",
            remedy_zh="请等它结束后再运行。",
        ) from error


def put_file(draft: Path, target: Path) -> None:
    """Let a finished file appear under its name, in the place of what stood there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    shutil.copyfile(draft, beside)
    sync(beside)
    beside.replace(target)
    sync(target.parent)


def put_json(content: Mapping[str, Any], target: Path) -> None:
    """Write JSON that appears whole; the same content is the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(json_text(content), encoding="utf-8")
    sync(beside)
    beside.replace(target)


def put_folder(draft: Path, target: Path) -> bool:
    """Let a finished folder appear under its name; False where it stood there already.

    ``draft`` lies beside ``target`` and is gone afterwards. A folder of other content is replaced.
    """
    for path in draft.iterdir():
        sync(path)
    if same_files(draft, target):
        shutil.rmtree(draft)
        return False
    replaced = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if target.exists():
        target.replace(replaced)
    draft.replace(target)
    sync(target.parent)
    shutil.rmtree(replaced, ignore_errors=True)
    return True


def same_files(one: Path, other: Path) -> bool:
    """Whether two folders hold files of the same names and bytes."""
    return other.is_dir() and _digests(one) == _digests(other)


def json_text(content: Mapping[str, Any]) -> str:
    """JSON as every manifest is written."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def sync(path: Path) -> None:
    """Have a file or a folder on disk before anything points to it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: file_digest(p) if p.is_file() else "" for p in folder.iterdir()}
