"""The old container of Office files (MS-CFB), just enough to find a stream and walk its records.

Belongs here: sectors, the directory, and the records of an XLS workbook (MS-XLS) as far as
they tell where cells are. Does not belong here: reading cells; calamine does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_NUMBER, _RECORD = struct.Struct("<H"), struct.Struct("<HH")
_NEW_RANGE, _OLD_RANGE = struct.Struct("<4xI2xH"), struct.Struct("<2xH2xH")
_END_OF_CHAIN = 0xFFFFFFFA
_ENTRY_BYTES = 128
_MINI_SECTOR = 64
_STREAM, _ROOT = 2, 5

_PART_BEGINS, _USED_RANGE = 0x0809, 0x0200
_FORMULA, _MERGED, _ENCRYPTED = 0x0006, 0x00E5, 0x002F
_CELLS = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_RUNS_OF_CELLS = {0x00BD, 0x00BE}


class DamagedOleError(ValueError):
    """The container contradicts itself."""


@dataclass
class XlsSheet:
    """The used range that a sheet's cells span, and what a reader wants to be told."""

    rows: int = 0
    columns: int = 0
    formulas: bool = False
    merged: bool = False


@dataclass(frozen=True)
class XlsWorkbook:
    """``sheets``: in the order in which they are stored; ``encrypted``: under a password."""

    sheets: tuple[XlsSheet, ...]
    encrypted: bool


def stream_names(data: bytes) -> set[str]:
    """The names of all streams. Raises DamagedOleError."""
    with _damage_named():
        return set(_Container(data).places)


def read_stream(data: bytes, name: str) -> bytes:
    """One stream's content; damage elsewhere in the container does not matter.

    Raises DamagedOleError, and KeyError where there is no such stream.
    """
    with _damage_named():
        return _Container(data).read(name)


def walk_xls(workbook: bytes) -> XlsWorkbook:
    """Where the cells of each sheet stand, without reading them. Raises DamagedOleError."""
    sheets: list[XlsSheet] = []
    encrypted = False
    position, parts = 0, 0
    with _damage_named():
        while position + 4 <= len(workbook):
            kind, size = _RECORD.unpack_from(workbook, position)
            position += _RECORD.size
            if kind == _PART_BEGINS:
                parts += 1
                if parts > 1:  # the first part holds what the sheets share
                    sheets.append(XlsSheet())
            elif kind == _ENCRYPTED:
                encrypted = True
            elif sheets:
                _look_at(sheets[-1], kind, workbook[position : position + size])
            position += size
    return XlsWorkbook(tuple(sheets), encrypted)


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise DamagedOleError(str(error)) from error


def _look_at(sheet: XlsSheet, kind: int, record: bytes) -> None:
    if kind in _CELLS:
        row, column = _RECORD.unpack_from(record)
        if kind in _RUNS_OF_CELLS:
            column = max(column, *_NUMBER.unpack_from(record, len(record) - 2))
        sheet.rows = max(sheet.rows, row + 1)
        sheet.columns = max(sheet.columns, column + 1)
        sheet.formulas = sheet.formulas or kind == _FORMULA
    elif kind == _USED_RANGE:
        # Loaders make room for the range that is announced, whatever cells there are.
        new = len(record) >= 14
        rows, columns = (_NEW_RANGE if new else _OLD_RANGE).unpack_from(record)
        sheet.rows, sheet.columns = max(sheet.rows, rows), max(sheet.columns, columns)
    elif kind == _MERGED:
        sheet.merged = True


class _Container:
    """Sector chains; a chain that comes back to itself is damage, not an endless loop."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._sector = 1 << self._checked_shift(data)
        table = [s for s in struct.unpack_from("<109I", data, 76) if s < _END_OF_CHAIN]
        table += self._more_table_sectors()
        self._next = self._numbers(b"".join(map(self._sector_at, table)))
        directory = self._chain(struct.unpack_from("<I", data, 48)[0])
        self.places: dict[str, tuple[int, int]] = {}
        root = _END_OF_CHAIN
        for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = directory[at : at + _ENTRY_BYTES]
            start, size = struct.unpack_from("<II", entry, 116)
            if entry[66] == _STREAM:
                length = max(_NUMBER.unpack_from(entry, 64)[0] - 2, 0)
                self.places[entry[:length].decode("utf-16-le")] = (start, size)
            elif entry[66] == _ROOT:
                root = start
        self._mini_limit = struct.unpack_from("<I", data, 56)[0]
        self._mini_next = self._numbers(self._chain(struct.unpack_from("<I", data, 60)[0]))
        self._mini = self._chain(root)

    def read(self, name: str) -> bytes:
        """One stream's content."""
        start, size = self.places[name]
        chain = self._mini_chain(start) if size < self._mini_limit else self._chain(start)
        return chain[:size]

    @staticmethod
    def _checked_shift(data: bytes) -> int:
        shift: int = _NUMBER.unpack_from(data, 30)[0]
        if not data.startswith(OLE_MAGIC) or shift not in (9, 12):
            raise DamagedOleError("not an OLE container")
        return shift

    def _more_table_sectors(self) -> list[int]:
        found: list[int] = []
        sector = struct.unpack_from("<I", self._data, 68)[0]
        seen: set[int] = set()
        while sector < _END_OF_CHAIN and sector not in seen:
            seen.add(sector)
            *numbers, sector = self._numbers(self._sector_at(sector))
            found += [number for number in numbers if number < _END_OF_CHAIN]
        return found

    def _sector_at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        if start >= len(self._data):
            raise DamagedOleError("a sector lies beyond the end")
        return self._data[start : start + self._sector].ljust(self._sector, b"\xff")

    def _chain(self, sector: int) -> bytes:
        return b"".join(map(self._sector_at, _followed(sector, self._next)))

    def _mini_chain(self, sector: int) -> bytes:
        starts = (number * _MINI_SECTOR for number in _followed(sector, self._mini_next))
        return b"".join(self._mini[start : start + _MINI_SECTOR] for start in starts)

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data)


def _followed(sector: int, following: tuple[int, ...]) -> Iterator[int]:
    seen: set[int] = set()
    while sector < _END_OF_CHAIN:
        if sector in seen or sector >= len(following):
            raise DamagedOleError("a chain of sectors is broken")
        seen.add(sector)
        yield sector
        sector = following[sector]
