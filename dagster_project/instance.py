"""The Dagster instance: one folder, one run at a time, nothing sent anywhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT, Settings

CONFIGURATION: dict[str, Any] = {
    # Dagster and its web pages report use to its makers unless told otherwise.
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    # The live lake has one writer.
    "concurrency": {"runs": {"max_concurrent_runs": 1}},
    # Policies are kept, but not evaluated, without this.
    "freshness": {"enabled": True},
    # A run whose process never comes up must not hold the queue.
    "run_monitoring": {"enabled": True, "start_timeout_seconds": 180},
    "retention": {"sensor": {"purge_after_days": {"skipped": 7, "success": 90}}},
}

_NOTE = "# Written by dagster_project/instance.py: change that, not this.\n"


def prepare_instance(settings: Settings) -> Path:
    """Write ``dagster.yaml`` where it does not say what it should; the instance's folder.

    Raises CivicError where the folder cannot be written.
    """
    path = settings.dagster / "dagster.yaml"
    text = _NOTE + yaml.safe_dump(CONFIGURATION, sort_keys=False)
    try:
        settings.dagster.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text("utf-8") != text:
            unfinished = path.with_name(f".{path.name}.{os.getpid()}")
            unfinished.write_text(text, "utf-8")
            unfinished.replace(path)
    except OSError as error:
        raise CivicError(
            f"{settings.dagster} cannot be written: {error.strerror}.",
            "Give this user the folder, or set CIVIC_HOME to another.",
        ) from error
    return settings.dagster


def service_logs(settings: Settings) -> Path:
    """Where our processes write what they say; never ``logs``, which is Dagster's outgoing mail."""
    return settings.dagster / "services"


def dagster_environment(settings: Settings) -> dict[str, str]:
    """The environment of every Dagster process of this installation."""
    paths = [str(PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "CIVIC_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster),
        # Not implied by telemetry.enabled: false. Webserver and daemon send whatever they find in
        # <instance>/logs to Dagster's makers, whoever wrote it there.
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
    }
