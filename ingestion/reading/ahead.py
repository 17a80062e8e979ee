"""Preparing the next piece while the present one is being worked on.

Belongs here: one thread and a short queue. Does not belong here: what is prepared.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
_PREPARED = 2
_LOOK_UP_SECONDS = 0.1


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Done:
    pass


@contextmanager
def read_ahead(items: Iterable[Item], prepared: int = _PREPARED) -> Iterator[Iterator[Item]]:
    """Iterate over ``items`` in a thread, at most ``prepared`` ahead; stops when left.

    An error of ``items`` is raised where its item would have come.
    """
    ready: queue.Queue[object] = queue.Queue(maxsize=prepared)
    left = threading.Event()

    def hand_over(item: object) -> bool:
        while not left.is_set():
            try:
                ready.put(item, timeout=_LOOK_UP_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def prepare() -> None:
        try:
            for item in items:
                if not hand_over(item):
                    return
        except BaseException as error:  # handed to the reader, who raises it
            hand_over(_Failed(error))
            return
        hand_over(_Done())

    worker = threading.Thread(target=prepare, name="read-ahead", daemon=True)
    worker.start()
    try:
        yield _taken(ready)
    finally:
        left.set()
        worker.join()


def _taken(ready: queue.Queue[object]) -> Iterator[Item]:
    while True:
        item = ready.get()
        if isinstance(item, _Done):
            return
        if isinstance(item, _Failed):
            raise item.error
        yield item  # type: ignore[misc]
