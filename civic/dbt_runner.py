"""Run dbt as a process of its own, with the environment that dbt/profiles.yml expects.

Belongs here: starting dbt, and turning what it left behind into a result or a CivicError. Does
not belong here: what the models say, and the vars (the ingestion room makes them of contracts).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civic.errors import CivicError
from civic.lake import install_extensions
from civic.settings import PROJECT_ROOT, Settings

SOURCES = PROJECT_ROOT / "dbt"

_LINKED = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "docs", "tests")

_WELL = ("success", "pass", "no-op", "warn", "skipped")
_SHOWN = 3


@dataclass(frozen=True)
class DbtNode:
    """What became of one model, seed or test. ``status``: dbt's word; ``seconds``: wall time."""

    unique_id: str
    status: str
    seconds: float
    message: str

    @property
    def name(self) -> str:
        """The node's name without its kind, project and hash."""
        return self.unique_id.split(".")[2]


@dataclass(frozen=True)
class DbtResult:
    """What a run of dbt did; ``nodes`` is empty for commands that run none, such as parse."""

    nodes: tuple[DbtNode, ...]
    seconds: float
    target: Path

    @property
    def warnings(self) -> tuple[DbtNode, ...]:
        """Tests that warned."""
        return tuple(n for n in self.nodes if n.status == "warn")


def run_dbt(
    settings: Settings,
    *arguments: str,
    variables: Mapping[str, Any],
    on_line: Callable[[str], None] | None = None,
) -> DbtResult:
    """Run ``dbt <arguments>`` on the lake of these settings; nothing else may hold the catalog.

    ``variables``: what ``ingestion.contracts.dbt_sources.dbt_vars`` made of the contracts.
    ``on_line`` is given each line of dbt's log as it comes. dbt's files go to
    ``settings.dbt_target``. Raises CivicError naming the models or tests that failed, or what
    dbt said where it did not get so far.
    """
    target = settings.dbt_target
    settings.lake.mkdir(parents=True, exist_ok=True)
    install_extensions()
    prepare_project(settings)
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    command = dbt_command(settings, *arguments, variables=variables)
    code, log = _run(command, dbt_environment(settings), on_line)
    nodes, seconds = _read(results)
    failed = [n for n in nodes if n.status not in _WELL]
    if code or failed:
        raise _failure(failed, log, settings)
    return DbtResult(nodes, seconds, target)


def project_folder(settings: Settings) -> Path:
    """dbt's project of this installation: ``dbt/`` by links, and ``models_extra`` beside them."""
    return settings.home / "dbt_project"


def prepare_project(settings: Settings) -> Path:
    """Link ``dbt/`` into this installation's project folder; that folder.

    Models of contracts from outside the repository lie in its ``models_extra``. They cannot be
    reached by an absolute path or ``..`` in ``model-paths``: dbt then writes compiled files over
    them, because it joins the path of a model to that of its target.
    """
    folder = project_folder(settings)
    (folder / "models_extra").mkdir(parents=True, exist_ok=True)
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    for name in _LINKED:
        _link(folder / name, SOURCES / name)
    # MetricFlow knows no other place for the semantic manifest: `cd <here> && mf query …`.
    _link(folder / "target", settings.dbt_target)
    return folder


def dbt_command(settings: Settings, *arguments: str, variables: Mapping[str, Any]) -> list[str]:
    """The command line of a run: project, profile, target and vars are always the same."""
    return [
        sys.executable,
        "-W",
        "ignore::RuntimeWarning:runpy",
        "-m",
        "dbt.cli.main",
        *arguments,
        "--project-dir",
        str(project_folder(settings)),
        "--profiles-dir",
        str(project_folder(settings)),
        "--target-path",
        str(settings.dbt_target),
        "--log-path",
        str(settings.dbt_target / "logs"),
        "--vars",
        json.dumps(dict(variables), ensure_ascii=False, sort_keys=True),
    ]


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment in which dbt (and MetricFlow) finds the lake; telemetry is off."""
    return os.environ | {
        "CIVIC_CATALOG_PATH": settings.catalog or str(settings.catalog_file),
        "CIVIC_DATA_PATH": settings.data_path,
        "CIVIC_MEMORY_LIMIT": settings.memory_limit,
        "CIVIC_THREADS": str(settings.threads),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
    }


def _link(link: Path, goal: Path) -> None:
    if not (link.is_symlink() and link.readlink() == goal):
        link.unlink(missing_ok=True)
        link.symlink_to(goal)


def _run(
    command: list[str], environment: dict[str, str], on_line: Callable[[str], None] | None
) -> tuple[int, list[str]]:
    log: list[str] = []
    with subprocess.Popen(
        command,
        env=environment,
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            log.append(line.rstrip())
            if on_line:
                on_line(log[-1])
    return process.returncode, log


def _read(results: Path) -> tuple[tuple[DbtNode, ...], float]:
    if not results.is_file():
        return (), 0.0
    content = json.loads(results.read_text("utf-8"))
    nodes = tuple(
        DbtNode(
            entry["unique_id"],
            entry["status"],
            float(entry["execution_time"] or 0),
            entry["message"] or "",
        )
        for entry in content["results"]
    )
    return nodes, float(content["elapsed_time"])


def _failure(failed: list[DbtNode], log: list[str], settings: Settings) -> CivicError:
    remedy = f"The whole log is in {settings.dbt_target / 'logs' / 'dbt.log'}."
    if any("Could not set lock" in line for line in log):
        return CivicError(
            "Another process is writing to the lake.",
            "Wait until it has finished, then run this again.",
        )
    if failed:
        told = "; ".join(f"{n.name}: {' '.join(n.message.split())}" for n in failed[:_SHOWN])
        more = f" (and {len(failed) - _SHOWN} more)" if len(failed) > _SHOWN else ""
        return CivicError(f"dbt: {told}{more}", remedy)
    start = next((i + 1 for i, line in enumerate(log) if "Encountered an error" in line), -5)
    return CivicError(f"dbt: {' '.join(' '.join(log[start:]).split())[:1000]}", remedy)
