"""The command line ``civic``: one module per group of commands; rooms are imported lazily."""

from __future__ import annotations

import typer

app = typer.Typer(name="civic", no_args_is_help=True, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line."""
    app()
