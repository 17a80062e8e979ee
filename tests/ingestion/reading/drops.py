"""Writing a drop and reading it back, for every test of this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.reading import Limits, Note, Part, ReadingRules, open_drop


@dataclass(frozen=True)
class Read:
    """A drop read to its end."""

    format: str
    container: str | None
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]
    parts: list[Part]
    frame: pl.DataFrame

    @property
    def note_codes(self) -> list[str]:
        return [note.code for note in self.notes]

    @property
    def rows(self) -> list[tuple[str | None, ...]]:
        """The fields of the records, without blank rows."""
        fields = [column for column in self.frame.columns if not column.startswith("_")]
        return self.frame.filter(~pl.col("_blank")).select(fields).rows()

    @property
    def lines(self) -> list[int]:
        return self.frame.filter(~pl.col("_blank"))["_line"].to_list()

    @property
    def records(self) -> list[int]:
        return self.frame["_record"].drop_nulls().to_list()


def names_headings(*required: str) -> Callable[..., float]:
    return lambda cells: len(set(required) & set(cells)) / len(required)


def read_drop(
    folder: Path,
    content: bytes | Path,
    name: str = "drop.csv",
    headings: tuple[str, ...] = ("编号",),
    limits: Limits | None = None,
    **rules: object,
) -> Read:
    path = content if isinstance(content, Path) else folder / "kept-under-its-hash"
    if isinstance(content, bytes):
        path.write_bytes(content)
    scored = ReadingRules(names_headings(*headings), **rules)  # type: ignore[arg-type]
    with open_drop(path, name, scored, limits or Limits()) as opened:
        batches = list(opened.batches)
    parts = list(dict.fromkeys(batch.part for batch in batches))
    frame = pl.concat([batch.frame for batch in batches], how="diagonal")
    return Read(
        opened.format,
        opened.container,
        opened.encoding,
        opened.delimiter,
        opened.notes,
        parts,
        frame,
    )
