"""Run one side of a comparison in a process of its own, and see what it took.

Belongs here: time and memory of a function. Does not belong here: what is compared.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.watching import Watch

KIBIBYTE = 1024


@dataclass(frozen=True)
class Measured:
    """What a call took.

    ``seconds``: wall clock. ``cpu_seconds``: of all its threads, and of processes that it waited
    for, which other work on the machine disturbs less. ``peak_bytes``: the most memory that its
    process ever held (resident set), or held together with those that it started, where that was
    more. ``children``: seconds of every process that it started, by its command. ``value``: what it
    returned.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    value: Any
    children: Mapping[str, float] = field(default_factory=dict)


def measure(function: Callable[..., Any], *arguments: object) -> Measured:
    """Call ``function`` in a fresh process; starting it and importing modules is not counted.

    Function, arguments and value must be picklable. Raises RuntimeError where the process fails,
    or is killed before it can answer.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(theirs, function, arguments))
    child.start()
    theirs.close()
    with Watch(child.pid or 0) as watched:
        try:
            answer = ours.recv()
        except EOFError:
            answer = None
    child.join()
    if isinstance(answer, Measured):
        peak = max(answer.peak_bytes, watched.peak_bytes)
        return replace(answer, peak_bytes=peak, children=watched.children)
    raise RuntimeError(f"{function.__name__} ended without an answer (exit code {child.exitcode}).")


def _answer(connection: Connection, function: Callable[..., Any], arguments: tuple[Any]) -> None:
    began, cpu_began = time.perf_counter(), _cpu_seconds()
    value = function(*arguments)
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - cpu_began
    connection.send(Measured(seconds, cpu_seconds, peak_bytes(), value))


def peak_bytes() -> int:
    """The most memory that this process has held since it started, in bytes.

    Linux counts it per program (VmHWM); ``getrusage`` would also count the parent's at the fork.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
        return int(line.split()[1]) * KIBIBYTE
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * KIBIBYTE


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
