"""What stands in the way of the screens: each thing they need, tried one after the other."""

from __future__ import annotations

import subprocess

from civic.errors import CivicError
from civic.services import Finding, attempted, choose_port
from civic.settings import Settings
from publishing.shelf import find_publication
from superset_assets.running import USUAL_PORT, environment, prepare, python


def diagnose_screens(settings: Settings, port: int | None) -> list[Finding]:
    """Try everything that screens need; what is broken says what to do."""
    return attempted(
        [
            ("screens: Superset", lambda: _superset(settings)),
            ("screens: port", lambda: str(choose_port(port, USUAL_PORT, "--screens-port"))),
            ("screens: publication", lambda: _publication(settings)),
            ("screens: assets", lambda: _assets(settings)),
        ],
        goes_on=("screens: Superset", "screens: port"),
    )


def _superset(settings: Settings) -> str:
    program = "from importlib.metadata import version; print(version('apache-superset'))"
    done = subprocess.run(
        [str(python()), "-c", program],
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CivicError("Superset's environment is broken.", "Run: make screens")
    return f"apache-superset {done.stdout.strip()}"


def _publication(settings: Settings) -> str:
    return str(find_publication(settings).number)


def _assets(settings: Settings) -> str:
    from superset_assets.checking import faults

    bundle, publication = prepare(settings), find_publication(settings)
    files = {"figures": publication.figures_file, "work": publication.serving_file}
    if found := faults(bundle, files):
        raise CivicError("; ".join(found[:3]), "Run: civic run")
    return f"{len(bundle.dashboards)} dashboards in two languages"
