"""``python -m dagster_project COMMAND …``: run a Dagster command as this installation runs it.

``python -m dagster_project dg check defs`` is how definitions are checked: with the instance
below ``CIVIC_HOME``, whose telemetry is off, instead of one below the person's home.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT, load_settings
from dagster_project.instance import dagster_environment, prepare_instance


def main(arguments: list[str]) -> None:
    """Become the command; it never comes back. Exit code 2 where it cannot be started."""
    if not arguments:
        sys.exit("usage: python -m dagster_project COMMAND [ARGUMENT …]")
    settings = load_settings()
    try:
        prepare_instance(settings)
    except CivicError as error:
        sys.exit(f"civic: {error}")
    beside = Path(sys.executable).parent
    program = shutil.which(arguments[0], path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        sys.exit(f"civic: there is no command {arguments[0]!r}.")
    os.chdir(PROJECT_ROOT)
    os.execve(program, arguments, dagster_environment(settings))


if __name__ == "__main__":
    main(sys.argv[1:])
