"""Tables in Markdown, as the pages of the dictionary have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with these headings; the rows have as many cells as there are headings."""
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    lines += [f"| {' | '.join(_cell(text) for text in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """A bar inside a cell would end it, a line break the row."""
    return text.replace("|", "\\|").replace("\n", "<br>")
