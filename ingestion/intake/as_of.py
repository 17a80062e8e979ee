"""Of which date a drop speaks: a manifest beside it, its name, a column, else its arrival.

A workbook of corrections speaks of one second after the drop that it corrects, so that it wins over
it and over nothing later, whenever it is dropped.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from civic.errors import CivicError
from ingestion.contracts import Contract

MANIFEST_SUFFIX = ".manifest.json"
CORRECTION_PROPERTY = "civic_as_of"
EXCERPT_PROPERTY = "civic_excerpt_of"
"""Of a workbook that shows some rows of a list: taken in, it would stand in for all of them."""

PROPERTIES = "docProps/custom.xml"
LONGEST_NAME = 255
"""Bytes; no file system here can hold a manifest beside a file whose own name is nearly as long."""

LONGEST_PROPERTIES = 65_536
RECEIPT_MARK = re.compile(r"\.(receipt|corrections?)[-_.].*$", re.IGNORECASE)


def read_manifest(path: Path) -> dict[str, Any]:
    """What ``<file>.manifest.json`` beside a drop states (``as_of``, ``encoding``); {} without one.

    Raises CivicError where it is there and cannot be read.
    """
    beside = path.with_name(path.name + MANIFEST_SUFFIX)
    properties = _own_properties(path)
    if len(os.fsencode(beside.name)) > LONGEST_NAME or not beside.is_file() or beside.is_symlink():
        return properties
    try:
        stated = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CivicError(f"{beside} cannot be read: {error}") from error
    if not isinstance(stated, dict):
        raise CivicError(f"{beside} must be a JSON object.")
    excerpt = {n: v for n, v in properties.items() if n == EXCERPT_PROPERTY}
    return stated | excerpt


def as_of(
    contract: Contract | None, file_name: str, manifest: dict[str, Any], received_at: datetime
) -> tuple[datetime, str]:
    """(date and time, where it stood). A column's date is read later, with the file."""
    if corrected := manifest.get(CORRECTION_PROPERTY):
        manifest, source = {"as_of": corrected}, "correction"
    else:
        source = "manifest"
    if stated := manifest.get("as_of"):
        try:
            return datetime.fromisoformat(str(stated)).replace(tzinfo=None), source
        except ValueError as error:
            raise CivicError(f"The manifest's as_of {stated!r} is no ISO date.") from error
    for rule in contract.as_of if contract else ():
        if rule.source == "column":
            return received_at, "column"
        found = re.search(rule.pattern or "", RECEIPT_MARK.sub("", file_name))
        if found and (moment := _moment(found.groupdict(), rule.month, rule.day)):
            return moment, "file_name"
    return received_at, "arrival"


def _own_properties(path: Path) -> dict[str, Any]:
    """What a workbook made by intake says of itself in its custom properties."""
    if path.suffix.lower() != ".xlsx":
        return {}
    try:
        with zipfile.ZipFile(path) as archive, archive.open(PROPERTIES) as file:
            text = file.read(LONGEST_PROPERTIES).decode("utf-8", errors="replace")
    except (KeyError, OSError, ValueError, zipfile.BadZipFile, RuntimeError):
        return {}
    found = {
        name: re.search(rf'name="{name}"[^>]*>\s*<vt:lpwstr>([^<]*)<', text)
        for name in (CORRECTION_PROPERTY, EXCERPT_PROPERTY)
    }
    return {name: match.group(1) for name, match in found.items() if match}


def _moment(parts: dict[str, str], month: int | None, day: int | None) -> datetime | None:
    try:
        return datetime(
            int(parts["year"]),
            int(parts.get("month") or month or 1),
            int(parts.get("day") or day or 1),
        )
    except (KeyError, ValueError):
        return None
