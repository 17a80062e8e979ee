"""A look into a workbook before it is loaded: bombs, stray cells, formulas, merged cells.

Belongs here: what can be told without building the sheets. Does not belong
here: reading cells. The loader makes room for the whole used range, so two cells in opposite
corners of a sheet would ask for 17 thousand million.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

from ingestion.reading.containers import ZIP_DAMAGE
from ingestion.reading.model import Limits
from ingestion.reading.ole import DamagedOleError, read_stream, stream_names, walk_xls
from ingestion.reading.wording import refusal

_BLOCK = 1 << 20
_OVERLAP = 256
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
_FAR_CELL = re.compile(rb"""\br=["']([A-Z]{2,3}\d+|[A-Z]*\d{5,})["']""")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]*)(\d+)["']""")
_NEAR_ROWS, _NEAR_COLUMNS = 9_999, 26


@dataclass(frozen=True)
class Workbook:
    """``format``: xlsx or xls; sheets with formulas and with merged cells; macros.

    Sheets go by name in XLSX and by their place, ``"0"``, ``"1"``, …, in XLS.
    """

    format: str
    with_formulas: frozenset[str]
    with_merged_cells: frozenset[str]
    macros: bool = False


def examine_xlsx(data: bytes, label: str, limits: Limits) -> Workbook:
    """Unpack every part of a workbook once, under limits, and tell what matters to a reader.

    Raises UnreadableDropError: archive_bomb, archive_broken, encrypted, too_many_cells.
    """
    formulas: set[str] = set()
    merged: set[str] = set()
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
        _refuse_bomb(entries, len(data), label, limits)
        sheets = _sheet_names(archive)
        for entry in entries:
            name = sheets.get(entry.filename)
            marks = _examine_part(archive, entry, name, limits)
            if name and marks.formulas:
                formulas.add(name)
            if name and marks.merged:
                merged.add(name)
    except ZIP_DAMAGE as error:
        raise refusal("archive_broken", name=label) from error
    macros = any(entry.filename.endswith("vbaProject.bin") for entry in entries)
    return Workbook("xlsx", frozenset(formulas), frozenset(merged), macros)


def examine_xls(data: bytes, label: str, limits: Limits) -> Workbook:
    """Walk over the records of an old workbook and tell what matters to a reader.

    Raises UnreadableDropError: encrypted, too_many_cells, unreadable.
    """
    try:
        stream = "Workbook" if "Workbook" in stream_names(data) else "Book"
        book = walk_xls(read_stream(data, stream))
    except DamagedOleError as error:
        raise refusal("unreadable", name=label, detail=error) from error
    if book.encrypted:
        raise refusal("encrypted", name=label)
    for sheet in book.sheets:
        if sheet.rows * sheet.columns > limits.max_sheet_cells:
            raise refusal("too_many_cells", name=label, rows=sheet.rows, columns=sheet.columns)
    places = list(enumerate(book.sheets))
    return Workbook(
        "xls",
        frozenset(str(place) for place, sheet in places if sheet.formulas),
        frozenset(str(place) for place, sheet in places if sheet.merged),
    )


@dataclass
class _Marks:
    formulas: bool = False
    merged: bool = False
    far: bool = False


def _refuse_bomb(entries: list[zipfile.ZipInfo], packed: int, label: str, limits: Limits) -> None:
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refusal("encrypted", name=label)
    unpacked = sum(entry.file_size for entry in entries)
    most = max(int(packed * limits.max_ratio), limits.ratio_free_bytes)
    most = min(most, limits.max_bytes_unpacked)
    if unpacked > most:
        raise refusal("archive_bomb", name=label, limit=most)


def _examine_part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str | None, limits: Limits
) -> _Marks:
    """Read a part to its end, so that a size that lies is found out by its check sum."""
    marks = _Marks()
    for window in _windows(archive, entry):
        if name is not None:
            marks.formulas = marks.formulas or _FORMULA.search(window) is not None
            marks.merged = marks.merged or _MERGED.search(window) is not None
            marks.far = marks.far or _FAR_CELL.search(window) is not None
    if name is not None and marks.far:
        _refuse_stray_cells(archive, entry, name, limits)
    return marks


def _refuse_stray_cells(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits
) -> None:
    rows, columns = _NEAR_ROWS, _NEAR_COLUMNS
    for window in _windows(archive, entry):
        for letters, digits in set(_REFERENCE.findall(window)):
            rows = max(rows, int(digits))
            columns = max(columns, _column_number(letters))
    if rows * columns > limits.max_sheet_cells:
        raise refusal("too_many_cells", name=name, rows=rows, columns=columns)


def _windows(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Blocks that overlap, so that no mark falls between two."""
    rest = b""
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK):
            yield rest + block
            rest = block[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet names by the part that holds the sheet."""
    try:
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    except (KeyError, ElementTree.ParseError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    names: dict[str, str] = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        link = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        names[part] = element.get("name", "")
    return names
