"""Processes that serve on this machine for as long as somebody wants them: started and ended.

Belongs here: what every such process needs. Does not belong here: which there are
(``dagster_project.services``, ``superset_assets.running``).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT

HOST = "127.0.0.1"

_PATIENCE_SECONDS = 20.0
_LAST_LINES = 6


@dataclass(frozen=True)
class Service:
    """A process of ours, the leader of its own group, and where its log stands."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    of: str = "Dagster"

    def demand_alive(self) -> None:
        """Raise CivicError with the end of its log where it has ended."""
        if self.process.poll() is None:
            return
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        raise CivicError(
            f"{self.of}'s {self.name} has ended: {' | '.join(line.strip() for line in lines)}",
            f"The whole log is in {self.log}. civic up --check looks for the cause.",
        )


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: what it is, whether it is well, and what to do where it is not."""

    what: str
    well: bool
    detail: str


def attempted(
    steps: Iterable[tuple[str, Callable[[], str]]], goes_on: Container[str] = ()
) -> list[Finding]:
    """Try one after the other; after one that is broken, and not in ``goes_on``, none is tried."""
    found: list[Finding] = []
    for what, attempt in steps:
        try:
            found.append(Finding(what, True, attempt()))
        except CivicError as error:
            found.append(Finding(what, False, str(error)))
            if what not in goes_on:
                break
    return found


def choose_port(asked: int | None, usual: int, option: str = "--port") -> int:
    """The port asked for, else the usual one, else any that is free.

    Raises CivicError where the port asked for is taken; ``option`` is what it was asked for by.
    """
    if asked is not None:
        if not port_is_free(asked):
            raise CivicError(
                f"Port {asked} is taken by another program.",
                f"Leave {option} out to get a free one.",
            )
        return asked
    return usual if port_is_free(usual) else free_port()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether this machine's address can be listened on at that port."""
    with socket.socket() as probe:
        # As servers do: a port that a closed connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def served(
    commands: Mapping[str, Sequence[str]],
    environment: Mapping[str, str],
    logs: Path,
    of: str = "Dagster",
) -> Iterator[tuple[Service, ...]]:
    """A process for each command, by its name, while the block lasts; all ended after it."""
    logs.mkdir(parents=True, exist_ok=True)
    started: list[Service] = []
    try:
        for name, command in commands.items():
            started.append(_start(name, command, environment, logs / f"{name}.log", of))
        yield tuple(started)
    finally:
        _end(started)


def _start(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, of: str
) -> Service:
    with log.open("wb") as output:
        # A group of its own: Ctrl-C in the terminal reaches only us, and ending it ends
        # whatever it has started, a run in progress and its dbt included.
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Service(name, process, log, of)


def _end(started: list[Service]) -> None:
    """The last first, so that nothing new is launched; then whoever is left, with force."""
    for service in reversed(started):
        _signal(service, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for service in reversed(started):
        with suppress(subprocess.TimeoutExpired):
            service.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        _signal(service, signal.SIGKILL)
        service.process.wait()


def _signal(service: Service, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(service.process.pid, number)
