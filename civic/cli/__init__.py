"""The command line ``civic``: one module per group of commands; rooms are imported lazily."""

from __future__ import annotations

import sys

import typer

from civic.cli import (
    assessment,
    changepoints,
    checks,
    demo,
    exchange,
    forecasts,
    hotspots,
    intake,
    lineage,
    mail,
    maintenance,
    messages,
    people,
    printing,
    publications,
    recurring,
    reports,
    residents,
    services,
    sign_offs,
    simulate,
    trends,
    up,
    verify,
)
from civic.cli.console import printable, say
from civic.errors import CivicError, DataAtFaultError

app = typer.Typer(
    name="civic",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Civic Lakehouse: from a dropped file to a published figure, and back to its line.",
)

GROUPS = (
    intake,
    publications,
    mail,
    reports,
    lineage,
    sign_offs,
    residents,
    services,
    checks,
    trends,
    changepoints,
    recurring,
    hotspots,
    forecasts,
    assessment,
    messages,
    exchange,
    verify,
    maintenance,
    simulate,
    up,
    people,
    printing,
    demo,
)

for group in GROUPS:
    group.register(app)


def main() -> None:
    """Run the command line: exit 0 well, 1 data at fault, 2 called wrongly or refused."""
    try:
        app()
    except DataAtFaultError as error:
        _fail(error, 1)
    except CivicError as error:
        _fail(error, 2)


def _fail(error: CivicError, code: int) -> None:
    sys.stderr.write(f"civic: {printable(say(error.zh or error.message, error.message))}\n")
    if remedy := say(error.remedy_zh or error.remedy, error.remedy):
        sys.stderr.write(f"       {printable(remedy)}\n")
    sys.exit(code)
