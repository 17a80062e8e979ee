"""One small town for all tests of the simulator, and a plain reader of its files."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from ingestion.simulator.town import Truth, write_town

Rows = dict[tuple[str | None, int], list[str | None]]


@dataclass(frozen=True)
class WrittenTown:
    drops: Path
    truth: Truth


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> WrittenTown:
    drops = tmp_path_factory.mktemp("town") / "drops"
    return WrittenTown(drops, write_town(drops, residents=1500, months=4, seed=7))


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Path], Rows]:
    """Every row of a file by (sheet or member, line), read with the standard library."""
    return _rows_of


def _rows_of(path: Path) -> Rows:
    match path.suffix:
        case ".xlsx":
            return dict(_workbook_rows(path))
        case ".jsonl":
            lines = path.read_text("utf-8").splitlines()
            return {(None, n): _texts(json.loads(s)) for n, s in enumerate(lines, 1)}
        case ".zip":
            with zipfile.ZipFile(path) as archive:
                return {
                    (name, line): row
                    for name in archive.namelist()
                    for line, row in _delimited(archive.read(name), "gb18030", ",")
                }
        case ".gz":
            return _unnamed(_delimited(gzip.decompress(path.read_bytes()), "utf-8", ","))
        case ".tsv":
            return _unnamed(_delimited(path.read_bytes(), "utf-16", "\t"))
    return _unnamed(_delimited(path.read_bytes(), _encoding_of(path), ","))


def _encoding_of(path: Path) -> str:
    """UTF-8 where the bytes are, GB18030 otherwise: the town uses no third for CSV."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _unnamed(rows: Iterator[tuple[int, list[str]]]) -> Rows:
    return {(None, line): [*row] for line, row in rows}


def _delimited(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _workbook_rows(path: Path) -> Iterator[tuple[tuple[str, int], list[str | None]]]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield (sheet.title, line), [None if c is None else str(c) for c in cells]


def _texts(record: dict) -> list[str | None]:
    return [None if v is None else str(v) for v in record.values()]
