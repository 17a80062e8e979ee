"""What every command shares: one console, one way to answer in JSON, one way to fail."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

console = Console(highlight=False)
progress_console = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def chinese() -> bool:
    """Whether the person reads Chinese: ``CIVIC_LANG``, else the locale; English otherwise."""
    language = os.environ.get("CIVIC_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return (language or "").lower().startswith("zh")


def say(zh: str, en: str) -> str:
    """The text in the language of the person at the terminal."""
    return zh if chinese() else en


def printable(text: str) -> str:
    """The text without control characters, so that no file's name or value steers the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def print_json(answer: Any) -> None:
    """Print an answer as JSON on standard output and nothing else."""
    text = json.dumps(answer, ensure_ascii=False, indent=2, default=str)
    # A file's name need not be text; half a character of it must not stop the answer.
    sys.stdout.write(text.encode(errors="replace").decode() + "\n")


def table(
    title: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    narrow: bool = False,
) -> Table:
    """A table of the rows; ``columns`` maps keys to headings, numbers stand right.

    ``narrow``: without upright rules, where many columns must fit into 80.

    Values are never read as markup, whatever a unit sent.
    """
    made = Table(title=title, title_justify="left", header_style="bold", expand=False)
    if narrow:
        made.box, made.show_edge, made.pad_edge = box.SIMPLE_HEAD, False, False
        made.padding = (0, 1, 0, 0)
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(r.get(key), int | float | None) for r in rows)
        made.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_text(row.get(key)) for key in columns))
    return made


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on standard error that something longer than a moment is under way."""
    if progress_console.is_terminal:
        with progress_console.status(what):
            yield
    else:
        yield


def _text(value: Any) -> Any:
    from rich.text import Text

    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("✓" if value else "")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, float):
        return Text(f"{value:,.2f}")
    return Text(printable(str(value)))
