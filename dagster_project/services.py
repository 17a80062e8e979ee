"""Dagster's three processes for ``civic up``: code server, webserver, daemon.

One code server serves both others: left to themselves each would load the definitions on its
own, the daemon again every minute. All listen on this machine only.
"""

from __future__ import annotations

import fcntl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from civic.errors import CivicError
from civic.services import HOST, Service, served
from civic.settings import Settings
from dagster_project.instance import dagster_environment, service_logs

USUAL_PORT = 3000
LOCATION = "civic_lakehouse"
MODULE = "dagster_project.definitions"


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
    environment = dagster_environment(settings)
    with tempfile.TemporaryDirectory(prefix="civic-up-") as folder:
        commands = _commands(Path(folder), port)
        with served(commands, environment, service_logs(settings)) as started:
            yield started


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
