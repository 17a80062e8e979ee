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
    """Become the command; only a failure to start it comes back. Exit code 2 for that."""
    try:
        become(arguments)
    except CivicError as error:
        sys.stderr.write(f"civic: {error}\n")
        sys.exit(2)


def become(arguments: list[str]) -> None:
    """Replace this process by the command, in the project's folder and Dagster's environment.

    Raises CivicError where no command is named or there is none of that name.
    """
    if not arguments:
        raise CivicError(
            "No command is named.", "For example: python -m dagster_project dg list defs"
        )
    settings = load_settings()
    prepare_instance(settings)
    environment = dagster_environment(settings)
    beside = Path(sys.executable).parent
    path = f"{beside}{os.pathsep}{environment.get('PATH', '')}"
    program = shutil.which(arguments[0], path=path)
    if program is None:
        raise CivicError(f"There is no command {arguments[0]!r}.")
    os.chdir(PROJECT_ROOT)
    os.execve(program, arguments, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
