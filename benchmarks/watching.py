"""The memory and the life of a process and of everything that it starts, seen from outside.

Linux only: elsewhere nothing is seen, and the callers fall back to what a process says of itself.
Memory is the sum of the resident sets, so a page that two processes share counts twice.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
EVERY = 0.2
PARENT, RESIDENT_PAGES = 1, 21
"""Fields of /proc/<pid>/stat after the name, from 0: ppid is the second, rss the twenty-second."""


@dataclass
class Watched:
    """``peak_bytes``: the most that the whole tree held at one look (every 0.2 s).

    ``children``: seconds between the first and the last look at each process started, by command.
    """

    peak_bytes: int = 0
    children: dict[str, float] = field(default_factory=dict)


class Watch:
    """Looks at a process and its descendants while the ``with`` block lasts."""

    def __init__(self, pid: int) -> None:
        self.watched = Watched()
        self._pid = pid
        self._seen: dict[int, tuple[str, float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self.watched

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(EVERY):
            held = 0
            for pid, size in _tree(self._pid):
                held += size
                if pid != self._pid:
                    self._saw(pid)
            self.watched.peak_bytes = max(self.watched.peak_bytes, held)

    def _saw(self, pid: int) -> None:
        now = time.perf_counter()
        command, since = self._seen.setdefault(pid, (_command(pid), now - EVERY / 2))
        name = f"{pid} {command}"
        self.watched.children[name] = now + EVERY / 2 - since


def _tree(root: int) -> Iterator[tuple[int, int]]:
    """(pid, bytes) of a process and of its descendants."""
    parents: dict[int, tuple[int, int]] = {}
    for entry in os.scandir(PROC) if PROC.is_dir() else ():
        if entry.name.isdigit() and (found := _parent_and_size(int(entry.name))):
            parents[int(entry.name)] = found
    below = {root}
    waiting = [root]
    while waiting:
        upper = waiting.pop()
        found_below = [pid for pid, (parent, _) in parents.items() if parent == upper]
        waiting += [pid for pid in found_below if pid not in below]
        below.update(found_below)
    for pid in below & parents.keys():
        yield pid, parents[pid][1]


def _parent_and_size(pid: int) -> tuple[int, int] | None:
    """None where the process has ended meanwhile."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return int(fields[PARENT]), int(fields[RESIDENT_PAGES]) * os.sysconf("SC_PAGE_SIZE")


def _command(pid: int) -> str:
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace")
