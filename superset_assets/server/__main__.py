"""Commands that run inside Superset's environment; each prints one line of JSON.

``load FOLDER [--demo]``, ``people``, ``opened [--days N]``, ``session NAME`` (cookies with which
a browser of this machine is logged in as that account), and ``person`` with ``add``,
``change``, ``password`` or ``remove``. A password comes by standard input.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from superset_assets.server.places import state


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 1 and a message where it could not be done."""
    asked = _parser().parse_args(arguments)
    os.environ.setdefault(
        "SUPERSET_CONFIG_PATH", str(Path(__file__).with_name("superset_config.py"))
    )
    # Superset and its libraries write to standard output as they like; the answer stands alone.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            answer = _do(asked)
        except _wrong_person() as error:
            answer = {"error": str(error)}
    print(json.dumps(answer, ensure_ascii=False))
    return 1 if isinstance(answer, dict) and "error" in answer else 0


def _do(asked: argparse.Namespace) -> Any:
    from superset_assets.server.loading import load, password

    if asked.command == "load":
        return load(asked.folder, state(), asked.demo)
    from superset.app import create_app

    from superset_assets.server import people

    security = json.loads((state() / "bundle" / "security.json").read_text("utf-8"))
    with create_app().app_context():
        if asked.command == "people":
            return people.people()
        if asked.command == "opened":
            return people.opened(asked.days)
        if asked.command == "session":
            return people.session_of(asked.name)
        if asked.action == "add":
            secret = sys.stdin.readline().strip() or password()
            people.add_person(security, asked.name, asked.role, asked.part, secret)
            return {"name": asked.name, "password": secret}
        if asked.action == "change":
            people.change_person(security, asked.name, asked.role, asked.part)
        elif asked.action == "password":
            secret = sys.stdin.readline().strip() or password()
            people.set_password(asked.name, secret)
            return {"name": asked.name, "password": secret}
        else:
            people.remove_person(asked.name)
        return {"name": asked.name}


def _wrong_person() -> type[Exception]:
    from superset_assets.server.people import WrongPersonError

    return WrongPersonError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m superset_assets.server")
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load")
    load.add_argument("folder", type=Path)
    load.add_argument("--demo", action="store_true")
    commands.add_parser("people")
    commands.add_parser("opened").add_argument("--days", type=int, default=7)
    commands.add_parser("session").add_argument("name")
    person = commands.add_parser("person")
    person.add_argument("action", choices=["add", "change", "password", "remove"])
    person.add_argument("name")
    person.add_argument("--role", default="")
    person.add_argument("--part", action="append", default=[])
    return parser


if __name__ == "__main__":
    sys.exit(main())
