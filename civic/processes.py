"""Processes that work beside this one, and end with it.

Belongs here: starting and ending them. Does not belong here: what they do.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection

MOST_PROCESSES = 4


@contextmanager
def processes(worth_it: bool = True) -> Iterator[Executor | None]:
    """As many processes as there are cores; None on one core, or where it is not worth a second.

    ``CIVIC_PROCESSES`` says another number, for machines that others work on too; 1 means None.
    What is submitted, and what comes back, is pickled. Processes are spawned: a script that comes
    here needs the guard ``if __name__ == "__main__"``.
    """
    at_once = int(os.environ.get("CIVIC_PROCESSES") or os.cpu_count() or 1)
    if not worth_it or at_once < 2 or multiprocessing.current_process().daemon:
        yield None
        return
    pool = ProcessPoolExecutor(
        min(at_once, MOST_PROCESSES),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_end_with_parent,
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Nobody takes what a process makes whose parent was killed: it ends as well."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
