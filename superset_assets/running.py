"""Superset and the service of traces for ``civic up``: prepared, started, waited for.

Superset lives in an environment of its own (``.venv-bi``, ``make screens``) and is reached by
processes only; nothing of it is imported here.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from civic.errors import CivicError
from civic.services import HOST, Service, free_port, served
from civic.settings import PROJECT_ROOT, Settings
from publishing.shelf import find_publication
from superset_assets.bundle import Bundle, make_bundle, write_bundle
from superset_assets.keys import folder, secret_key, trace_key
from superset_assets.names import loaded_mark

USUAL_PORT = 8088
CONFIGURATION = PROJECT_ROOT / "superset_assets" / "server" / "superset_config.py"
WORKERS, THREADS = 2, 8
ACCOUNTS = "accounts.json"
_PAUSE_SECONDS = 0.5
_PATIENCE_SECONDS = 180.0


def python() -> Path:
    """Python of Superset's environment; ``CIVIC_BI_PYTHON`` names another.

    Raises CivicError where it is not installed.
    """
    stated = os.environ.get("CIVIC_BI_PYTHON")
    path = Path(stated) if stated else PROJECT_ROOT / ".venv-bi" / "bin" / "python"
    if not path.exists():
        raise CivicError(
            "Superset is not installed, so there are no screens.",
            "Run: make screens",
            zh="没有安装 Superset，看板无法启动。",
            remedy_zh="运行：make screens",
        )
    return path


def is_installed() -> bool:
    """Whether Superset's environment is there."""
    try:
        python()
    except CivicError:
        return False
    return True


def prepare(settings: Settings) -> Bundle:
    """Write secrets and the bundle of the current publication.

    Raises CivicError where nothing has been published, or by a version that had no screens.
    """
    publication = find_publication(settings)
    if not publication.figures_file.is_file():
        raise CivicError(
            f"Publication {publication.number} is of an earlier version that had no screens.",
            "Run: civic run",
            zh=f"第 {publication.number} 号发布由早期版本生成，没有看板数据。",
            remedy_zh="运行：civic run",
        )
    secret_key(settings)
    trace_key(settings)
    bundle = make_bundle(publication.figures_file)
    write_bundle(bundle, folder(settings) / "bundle")
    return bundle


def refresh(settings: Settings) -> dict[str, Any]:
    """Bring Superset to what is declared now; what was done (``server.loading.load``).

    Where it is there already, nothing is started. Safe to call from several processes: one waits
    for the other.
    """
    with (folder(settings) / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        bundle = prepare(settings)
        mark = folder(settings) / "loaded"
        loaded = loaded_mark(bundle.digest, os.environ)
        if mark.is_file() and mark.read_text("utf-8").strip() == loaded:
            return {"assets": 0, "removed": [], "accounts": {}}
        demo = ["--demo"] if (settings.home / ".demo").exists() else []
        answer: dict[str, Any] = ask_server(
            settings, ["load", str(folder(settings) / "bundle"), *demo]
        )
        return answer


def demand_loaded(settings: Settings) -> None:
    """Raise CivicError where the screens have never come up: nobody can log in yet."""
    python()
    if not (folder(settings) / "loaded").is_file():
        raise CivicError(
            "The screens have never come up in this home.",
            "Run: civic up",
            zh="此处的看板还没有启动过。",
            remedy_zh="运行：civic up",
        )


def ask_server(settings: Settings, arguments: Sequence[str], secret: str = "") -> Any:
    """Run a command inside Superset's environment (``superset_assets.server``); its answer.

    Raises CivicError with what it says where it could not be done.
    """
    done = subprocess.run(
        [str(python()), "-m", "superset_assets.server", *arguments],
        env=environment(settings),
        cwd=PROJECT_ROOT,
        input=secret + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else None
    except ValueError:
        answer = None
    if isinstance(answer, Mapping) and "error" in answer:
        raise CivicError(str(answer["error"]))
    if done.returncode or answer is None:
        log = logs(settings) / "load.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stderr, "utf-8")
        last = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise CivicError(f"Superset could not be prepared: {last}", f"The whole log is in {log}.")
    return answer


def environment(settings: Settings, trace_port: int = 0) -> dict[str, str]:
    """The environment of Superset's processes. Nothing of it goes out to anybody."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return {
        **kept,
        "CIVIC_HOME": str(settings.home),
        "CIVIC_TRACE_PORT": str(trace_port),
        "PYTHONPATH": str(PROJECT_ROOT),
        "SUPERSET_CONFIG_PATH": str(CONFIGURATION),
        "SCARF_ANALYTICS": "false",
    }


def logs(settings: Settings) -> Path:
    """Where the logs of the screens lie."""
    return folder(settings) / "logs"


@contextmanager
def services(settings: Settings, port: int) -> Iterator[tuple[Service, ...]]:
    """Superset and the service of traces for as long as the block lasts; both ended after it."""
    trace_port = free_port()
    gunicorn = python().with_name("gunicorn")
    commands = {
        "traces": [
            *(sys.executable, "-m", "superset_assets.tracing.service"),
            *("--port", str(trace_port)),
        ],
        "superset": [
            str(gunicorn),
            *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS)),
            *("--timeout", "120", "--graceful-timeout", "5", "--bind", f"{HOST}:{port}"),
            "superset.app:create_app()",
        ],
    }
    with served(
        commands, environment(settings, trace_port), logs(settings), of="The screens"
    ) as started:
        yield started


def wait_until_ready(
    running: Sequence[Service], port: int, seconds: float = _PATIENCE_SECONDS
) -> None:
    """Return once Superset answers. Raises CivicError where a service ends or time runs out."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for service in running:
            service.demand_alive()
        try:
            with opener.open(f"http://{HOST}:{port}/health", timeout=10) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(_PAUSE_SECONDS)
    raise CivicError(
        f"Superset did not answer on port {port} within {seconds:.0f} seconds.",
        f"Its logs are in {running[0].log.parent}.",
    )


def accounts(settings: Settings) -> dict[str, str]:
    """The accounts that were made at first use, with their first passwords."""
    path = folder(settings) / ACCOUNTS
    made: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return made
