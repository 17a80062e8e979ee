"""Which format a file has, by its content; the extension only decides between kinds of text.

Belongs here: magic bytes and the look of the first characters. Does not belong here: reading.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePosixPath

from ingestion.reading.containers import GZIP_MAGIC, ZIP_DAMAGE, ZIP_MAGIC, Member, read_whole
from ingestion.reading.model import Limits
from ingestion.reading.ole import OLE_MAGIC, DamagedOleError, stream_names
from ingestion.reading.wording import refusal

PARQUET_MAGIC = b"PAR1"
BYTES_TO_TELL = 4096

_OTHER_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
    b"{\\rtf": "RTF",
}
_EXTENSIONS = {
    "csv": {".csv", ".txt", ".dat", ""},
    "tsv": {".tsv", ".tab", ".txt", ".csv", ""},
    "json": {".json", ".geojson", ""},
    "jsonl": {".jsonl", ".ndjson", ".json", ""},
    "xlsx": {".xlsx", ".xlsm"},
    "xls": {".xls"},
    "parquet": {".parquet", ".pq"},
}
_UTF16_BY_NUL = ("utf-16-le", "utf-16-be")


def detect_format(member: Member, limits: Limits) -> str:
    """One of xlsx, xls, parquet, json, jsonl, text (delimited).

    Raises UnreadableDropError: format_unsupported, encrypted, archive_broken, too_large.
    """
    with member.open() as stream:
        head = stream.read(BYTES_TO_TELL)
    if head.startswith(OLE_MAGIC):
        return _ole_format(member, limits)
    if head.startswith(ZIP_MAGIC):
        return _office_format(member, limits)
    if head.startswith(PARQUET_MAGIC):
        return "parquet"
    kind = next((k for magic, k in _OTHER_MAGIC.items() if head.startswith(magic)), None)
    if kind is None and head[257:262] == b"ustar":
        kind = "TAR"
    if kind or head.startswith(GZIP_MAGIC):
        raise refusal("format_unsupported", name=member.label, kind=kind or "GZIP")
    return _text_format(member, head)


def fits_extension(name: str, found: str) -> bool:
    """Whether a name's extension is one that the format found goes under."""
    return PurePosixPath(name).suffix.lower() in _EXTENSIONS[found]


def _ole_format(member: Member, limits: Limits) -> str:
    with member.open() as stream:
        data = read_whole(stream, member.label, limits)
    try:
        names = stream_names(data)
    except DamagedOleError as error:
        raise refusal("unreadable", name=member.label, detail=error) from error
    if "EncryptedPackage" in names:
        raise refusal("encrypted", name=member.label)
    if names & {"Workbook", "Book"}:
        return "xls"
    kinds = {"WordDocument": "DOC", "PowerPoint Document": "PPT"}
    kind = next((kind for name, kind in kinds.items() if name in names), "OLE")
    raise refusal("format_unsupported", name=member.label, kind=kind)


def _office_format(member: Member, limits: Limits) -> str:
    with member.open() as stream:
        data = io.BytesIO(read_whole(stream, member.label, limits))
    try:
        names = set(zipfile.ZipFile(data).namelist())
    except ZIP_DAMAGE as error:
        raise refusal("archive_broken", name=member.label) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    first_folders = {name.split("/")[0] for name in names}
    kinds = {"word": "DOCX", "ppt": "PPTX", "xl": "XLSB", "mimetype": "ODS/ODT"}
    kind = next((kind for folder, kind in kinds.items() if folder in first_folders), "ZIP")
    raise refusal("format_unsupported", name=member.label, kind=kind)


def _text_format(member: Member, head: bytes) -> str:
    """JSON begins with a bracket; a web page or XML that calls itself .xls is turned away."""
    start = _legible(head).lstrip("\ufeff \t\r\n")
    if start[:1] == "<":
        kind = "HTML" if "<html" in start.lower() or "<table" in start.lower() else "XML"
        raise refusal("format_unsupported", name=member.label, kind=kind)
    suffix = PurePosixPath(member.label).suffix.lower()
    if start[:1] == "{" and suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if start[:1] == "{":
        return "jsonl" if _is_object_per_line(member) else "json"
    if start[:1] == "[" and suffix not in (".csv", ".tsv", ".txt"):
        return "json"
    return "text"


def _is_object_per_line(member: Member) -> bool:
    with member.open() as stream:
        head = stream.read(1 << 20)
    lines = [line for line in _legible(head).lstrip("\ufeff").split("\n") if line.strip()]
    if len(lines) < 2 or not lines[1].lstrip().startswith("{"):
        return False
    try:
        json.loads(lines[0])
    except ValueError:
        return False
    return True


def _legible(head: bytes) -> str:
    """Enough of the text to see its first bracket, whatever its encoding."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    if b"\0" in head[:2]:
        name = _UTF16_BY_NUL[head[:1] == b"\0"]
        return head.decode(name, "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
