"""What reading promises to the rooms that use it: rules in, parts and batches of text out.

Belongs here: the data classes of the interface and the one error. Does not belong here: how
any format is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from civic.errors import CivicError

MEBIBYTE = 1024 * 1024

HEADING_ROWS_SEARCHED = 30
"""How many rows from the top are searched for the headings."""

LOWEST_HEADING_SCORE = 0.6
"""A row that names a smaller share of the required headings is not a heading row."""


@dataclass(frozen=True)
class ReadingRules:
    """What a contract says about how its drops are to be read.

    ``score_headings``: the share (0 to 1) of the contract's required headings that a row of
    cells names. ``sheet``: the sheet's name or a regular expression; None takes every visible
    sheet in which a heading row is found. ``heading_row``: 1-based sheet row or physical line;
    None searches the first 30 rows. ``json_path``: where the records lie, for example
    ``city[].country[].town[]``; None takes the top-level list, or the only list of objects in
    the top-level object. ``delimiter``: None tries ``, ; TAB |``. ``encoding``: stated by the
    contract or the sender; settles what the bytes leave open.
    """

    score_headings: Callable[[Sequence[str]], float]
    sheet: str | None = None
    heading_row: int | None = None
    json_path: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Limits:
    """How much one drop may make the reader do; a drop beyond a limit is refused whole.

    ``max_bytes_unpacked``: bytes after unpacking, over all members. ``max_ratio``: unpacked
    over packed bytes, applied once ``ratio_free_bytes`` have been unpacked. ``max_columns``:
    headings of a part and fields of a row. ``max_cell_chars``: UTF-8 bytes of one field.
    ``max_members``: data files in a zip. ``max_bytes_in_memory``: size of a file whose format
    cannot be streamed (spreadsheets, JSON documents). ``max_sheet_cells``: rows times columns
    of a sheet's used range. ``max_record_bytes``: bytes of one delimited record.
    ``max_records``: rows of a Parquet file, which can promise any number in a few bytes.
    """

    max_bytes_unpacked: int = 8 * 1024 * MEBIBYTE
    max_ratio: float = 200.0
    ratio_free_bytes: int = 32 * MEBIBYTE
    max_columns: int = 2_000
    max_cell_chars: int = 1_000_000
    max_members: int = 200
    max_bytes_in_memory: int = 512 * MEBIBYTE
    max_sheet_cells: int = 40_000_000
    max_record_bytes: int = 32 * MEBIBYTE
    max_records: int = 200_000_000


@dataclass(frozen=True)
class Note:
    """Something that the receipt states about how a drop was read."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Part:
    """One table inside a drop: a sheet, an archive's member, or the file itself.

    ``name``: the sheet, the member, or ``member!sheet``; None for a plain text file.
    ``headings``: as written in the file. ``heading_line``: their physical line or sheet row;
    None for JSON and Parquet. ``rows_before``: (line, text) of the non-empty rows above them.
    """

    name: str | None
    headings: tuple[str, ...]
    heading_line: int | None
    rows_before: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of one part, as text.

    ``frame`` has one String column per heading, named ``"0"``, ``"1"``, … by position (an
    empty field is null), and

    - ``_record`` (Int64): 1-based number of the record over the whole drop; null on a blank row;
    - ``_line`` (Int64): physical line, or sheet row, where the row starts;
    - ``_surplus`` (UInt16): fields beyond the headings, up to the last that is not empty;
    - ``_blank`` (Boolean): every field is empty or white space.
    """

    part: Part
    frame: pl.DataFrame


@dataclass(frozen=True)
class Opened:
    """A drop that is being read; ``batches`` is consumed once, inside the ``with`` block.

    ``format``: csv, tsv, xlsx, xls, json, jsonl or parquet. ``container``: gzip, zip or None.
    ``encoding`` and ``delimiter``: of the first member, where the format has one.
    """

    format: str
    container: str | None
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]
    batches: Iterator[Batch]


class UnreadableDropError(CivicError):
    """The drop is refused as a whole; ``code`` is stable, ``zh`` and ``en`` are for the clerk."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.code = code
        self.zh = zh
        self.en = en
