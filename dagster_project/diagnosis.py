"""What stands in the way of ``civic up``: each thing it needs, tried one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable

from civic.errors import CivicError
from civic.services import Finding, attempted, choose_port
from civic.settings import Settings
from dagster_project.instance import prepare_instance
from dagster_project.services import USUAL_PORT, up_alone


def diagnose(settings: Settings, port: int | None) -> list[Finding]:
    """Try everything that ``civic up`` needs; later things are left out once one is broken."""
    steps: list[tuple[str, Callable[[], str]]] = [
        ("home", lambda: _home(settings)),
        ("instance", lambda: str(prepare_instance(settings) / "dagster.yaml")),
        ("port", lambda: _port(settings, port)),
        ("contracts", lambda: f"{_contracts()} feeds"),
        ("manifest", _manifest),
        ("definitions", _definitions),
    ]
    return attempted(steps, goes_on=("port",))


def _home(settings: Settings) -> str:
    nearest = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise CivicError(f"{nearest} cannot be written.", "Give this user the folder.")
    return str(settings.home)


def _port(settings: Settings, asked: int | None) -> str:
    with up_alone(settings):
        return str(choose_port(asked, USUAL_PORT))


def _contracts() -> int:
    from dagster_project.installation import load_installation

    return len(load_installation().contracts)


def _manifest() -> str:
    from dagster_project.manifest import load_manifest

    return f"{len(load_manifest()['nodes'])} models, seeds and tests"


def _definitions() -> str:
    import dagster as dg

    from dagster_project.definitions import defs

    try:
        definitions = defs()
        dg.Definitions.validate_loadable(definitions)
    except Exception as error:
        # Whatever a definition raises is what the person wants to read here.
        cause = error.__cause__ or error
        raise CivicError(
            f"{type(cause).__name__}: {cause}", "python -m dagster_project dg check defs"
        ) from error
    return f"{len(definitions.resolve_asset_graph().get_all_asset_keys())} assets"
