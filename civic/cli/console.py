"""What every command shares: one console, one way to answer in JSON, one way to fail."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)
progress_console = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def _number_of(text: str | int) -> int:
    """A publication's number, or that of the one which readers saw at the end of a day."""
    if isinstance(text, int) or text.isdigit():
        return int(text)
    from civic.settings import load_settings
    from publishing.shelf import number_as_of

    return number_as_of(load_settings(), text)


Publication = Annotated[
    int | None,
    typer.Option(
        "--publication",
        "--as-of",
        metavar="NUMBER|DAY",
        parser=_number_of,
        help="A publication by its number, or by a day, 2026-10-31: what readers saw then.",
    ),
]


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


def table(title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Table:
    """A table of the rows; ``columns`` maps keys to headings, numbers stand right.

    Values are never read as markup, whatever a unit sent. No upright lines: 80 columns are few.
    """
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(r.get(key), int | float | None) for r in rows)
        made.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_text(row.get(key)) for key in columns))
    return made


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something longer than a moment is under way; standard output stays clean.

    Where both go to the same terminal, the one console that prints also turns the wheel: two of
    them would write into each other's lines.
    """
    if not progress_console.is_terminal:
        yield
        return
    with (console if console.is_terminal else progress_console).status(what):
        yield


def next_steps(steps: Sequence[tuple[str, str]]) -> None:
    """Print what can be typed or opened next, each with a word on it; never broken into lines."""
    widest = max(cell_len(what) for what, _ in steps)
    below = widest + max(cell_len(why) for _, why in steps) + 4 > console.width
    for what, why in steps:
        gap = "\n    " if below else " " * (widest - cell_len(what) + 2)
        console.print(Text.assemble("  ", what, gap, (why, "dim")), soft_wrap=True)


def short(path: Path) -> str:
    """The path as somebody in this folder would type it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _text(value: Any) -> Any:
    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("✓" if value else "")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, float):
        return Text(f"{value:,.2f}")
    return Text(printable(str(value)))
