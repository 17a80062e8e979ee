"""dbt's manifest for Dagster: parsed once for each state of the dbt project and the contracts.

Dagster reads a copy of its own, because dbt rewrites its target folder while it runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg

from civic.dbt_runner import SOURCES, run_dbt
from civic.errors import CivicError
from civic.settings import Settings
from dagster_project.installation import Installation, load_installation
from ingestion.contracts.dbt_sources import dbt_vars, extra_models, sync

_SUFFIXES = (".sql", ".yml", ".yaml", ".md", ".csv")
_GENERATED = {"target", "logs", "dbt_packages"}


@cache
def load_manifest() -> Mapping[str, Any]:
    """The manifest of this installation as dbt wrote it, read once for each process.

    Raises CivicError where dbt cannot parse.
    """
    content: Mapping[str, Any] = json.loads(
        prepare_manifest(load_installation()).read_text("utf-8")
    )
    return content


def prepare_manifest(installation: Installation) -> Path:
    """The manifest of dbt's project as it stands now; parsed only where none is kept for it.

    Staging models follow the contracts first. Raises CivicError where dbt cannot parse.
    """
    settings, contracts = installation.settings, installation.contracts
    with _alone(settings):
        sync(contracts, settings)
        kept = settings.dagster / f"manifest-{_fingerprint(installation)}.json"
        if kept.is_file():
            return kept
        run_dbt(settings, "parse", variables=dbt_vars(contracts))
        unfinished = kept.with_suffix(".partial")
        shutil.copyfile(settings.dbt_target / "manifest.json", unfinished)
        for stale in settings.dagster.glob("manifest-*.json"):
            stale.unlink()
        unfinished.replace(kept)
    return kept


def mart_keys(manifest: Mapping[str, Any]) -> list[dg.AssetKey]:
    """The asset keys of the marts, in order of their names."""
    return sorted(
        model_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    )


def model_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """``<layer>/<name>`` for a model or seed of the manifest."""
    return dg.AssetKey([node["schema"], node["name"]])


def _fingerprint(installation: Installation) -> str:
    """SHA-256 over everything that parsing depends on, 16 hex digits."""
    digest = hashlib.sha256(version("dbt-core").encode())
    digest.update(repr(sorted(installation.contracts.items())).encode())
    for folder in (SOURCES, extra_models(installation.settings)):
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.suffix in _SUFFIXES and _GENERATED.isdisjoint(relative.parts):
                digest.update(f"\0{relative.as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One process parses; others that load at the same moment wait for it and find the result."""
    try:
        settings.dagster.mkdir(parents=True, exist_ok=True)
        lock = (settings.dagster / ".manifest.lock").open("w")
    except OSError as error:
        raise CivicError(
            f"{settings.dagster} cannot be written: {error.strerror}.",
            "Give this user the folder, or set CIVIC_HOME to another.",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
