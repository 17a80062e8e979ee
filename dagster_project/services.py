"""Dagster's three processes for ``civic up``: code server, webserver, daemon; started and ended.

One code server serves both others: left to themselves each would load the definitions on its
own, the daemon again every minute. All listen on this machine only.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT, Settings
from dagster_project.instance import dagster_environment, service_logs

HOST = "127.0.0.1"
USUAL_PORT = 3000
LOCATION = "civic_lakehouse"
MODULE = "dagster_project.definitions"

_PATIENCE_SECONDS = 20.0
_LAST_LINES = 6


@dataclass(frozen=True)
class Service:
    """A process of ours, the leader of its own group, and where its log stands."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def demand_alive(self) -> None:
        """Raise CivicError with the end of its log where it has ended."""
        if self.process.poll() is None:
            return
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        raise CivicError(
            f"Dagster's {self.name} has ended: {' | '.join(line.strip() for line in lines)}",
            f"The whole log is in {self.log}. civic up --check looks for the cause.",
        )


def choose_port(asked: int | None) -> int:
    """The port asked for, else 3000, else any that is free.

    Raises CivicError where the port asked for is taken.
    """
    if asked is not None:
        if not port_is_free(asked):
            raise CivicError(
                f"Port {asked} is taken by another program.", "Leave --port out to get a free one."
            )
        return asked
    if port_is_free(USUAL_PORT):
        return USUAL_PORT
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
def up_alone(settings: Settings) -> Iterator[None]:
    """Keep a second ``civic up`` of the same home out; dies with the process that holds it."""
    with (settings.dagster / ".up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CivicError(
                f"civic up is running already for {settings.home}.",
                "Use that one, or end it with Ctrl-C first.",
            ) from error
        yield


@contextmanager
def services(settings: Settings, port: int) -> Iterator[tuple[Service, ...]]:
    """Code server, webserver and daemon for as long as the block lasts; all ended after it."""
    logs = service_logs(settings)
    logs.mkdir(parents=True, exist_ok=True)
    environment = dagster_environment(settings)
    started: list[Service] = []
    with tempfile.TemporaryDirectory(prefix="civic-up-") as folder:
        try:
            for name, command in _commands(Path(folder), port).items():
                started.append(_start(name, command, environment, logs / f"{name}.log"))
            yield tuple(started)
        finally:
            _end(started)


def _commands(folder: Path, port: int) -> dict[str, list[str]]:
    """Command lines by service; the workspace file that ties them together is written here."""
    code_socket, workspace = folder / "code.sock", folder / "workspace.yaml"
    server = {"socket": str(code_socket), "location_name": LOCATION}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), "utf-8")
    python = [sys.executable, "-m"]
    code = ["--socket", str(code_socket), "--module-name", MODULE, "--location-name", LOCATION]
    web = ["--host", HOST, "--port", str(port), "--workspace", str(workspace)]
    return {
        "code_server": [*python, "dagster", "code-server", "start", *code],
        "webserver": [*python, "dagster_webserver", *web],
        "daemon": [*python, "dagster._daemon", "run", "--workspace", str(workspace)],
    }


def _start(name: str, command: list[str], environment: Mapping[str, str], log: Path) -> Service:
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
    return Service(name, process, log)


def _end(started: list[Service]) -> None:
    """The daemon first, so that nothing new is launched; then whoever is left, with force."""
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
