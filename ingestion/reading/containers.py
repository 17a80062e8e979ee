"""From a path to the data files in it: the file itself, what a gzip wraps, or a zip's members.

Belongs here: opening hostile files safely and unpacking under limits. Does not belong here:
what the unpacked bytes mean. Nothing is ever extracted to disk under a member's own name.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingestion.reading.model import Limits
from ingestion.reading.wording import refusal

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
ZIP_EMPTY_MAGIC = b"PK\x05\x06"
_PACKING_SYSTEM_FILES = {".ds_store", "thumbs.db", "desktop.ini"}
_OFFICE_PARTS = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
"""What ``zipfile`` raises, besides its own error, where sizes, places or flags are wrong."""

_STREAM_DAMAGE = (zlib.error, zipfile.BadZipFile, gzip.BadGzipFile)


@dataclass(frozen=True)
class Member:
    """One data file: ``name`` in its archive (None for a plain file), and how to open it.

    ``label`` is what people call it; ``open`` gives a fresh stream from the first byte.
    """

    name: str | None
    label: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Unpacked:
    """``container``: gzip, zip or None; ``left_out``: names of the packing system's files."""

    container: str | None
    members: tuple[Member, ...]
    left_out: tuple[str, ...] = ()


def unpack(path: Path, file_name: str, limits: Limits) -> Unpacked:
    """List the data files of a drop without reading them through.

    Raises UnreadableDropError: symlink, not_a_file, empty, encrypted, nested_archive,
    archive_broken, archive_unsupported, archive_name, archive_bomb, too_many_members.
    """
    with open_regular(path) as stream:
        magic = stream.read(4)
        if not magic:
            raise refusal("empty", name=file_name)
        if magic.startswith(GZIP_MAGIC):
            return Unpacked("gzip", (_gzip_member(path, file_name, limits),))
        if magic in (ZIP_MAGIC, ZIP_EMPTY_MAGIC) and not _is_office_file(stream, file_name):
            return _zip_members(path, file_name, stream, limits)
    plain = Member(None, file_name, lambda: _limited(path, file_name, limits))
    return Unpacked(None, (plain,))


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file, never following a link and never waiting on a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise refusal("symlink")
    if path.is_dir():
        raise refusal("not_a_file")
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise refusal("unreadable", name=path.name, detail=error.strerror) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refusal("not_a_file")
    return os.fdopen(descriptor, "rb")


class LimitedStream(io.RawIOBase):
    """A stream that refuses the drop once it has given more bytes than a packing may hold.

    Damage and early ends of the packed stream become refusals too.
    """

    def __init__(self, inner: BinaryIO, name: str, most: int, owner: BinaryIO | None) -> None:
        self._inner, self._name, self._most, self._owner = inner, name, most, owner
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` from the inner stream."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, never more than the limit allows plus one block."""
        wanted = self._most - self._given + 1 if size < 0 else size
        try:
            data = self._inner.read(wanted)
        except EOFError as error:
            raise refusal("archive_truncated", name=self._name) from error
        except _STREAM_DAMAGE as error:
            raise refusal("archive_broken", name=self._name) from error
        self._given += len(data)
        if self._given > self._most:
            raise refusal("archive_bomb", name=self._name, limit=self._most)
        return data

    def close(self) -> None:
        """Close the inner stream and the file below it."""
        if not self.closed:
            self._inner.close()
            if self._owner is not None:
                self._owner.close()
        super().close()


def _limited(path: Path, name: str, limits: Limits) -> BinaryIO:
    stream = open_regular(path)
    if os.fstat(stream.fileno()).st_size > limits.max_bytes_unpacked:
        stream.close()
        raise refusal("archive_bomb", name=name, limit=limits.max_bytes_unpacked)
    return stream


def _gzip_member(path: Path, file_name: str, limits: Limits) -> Member:
    packed = path.stat().st_size
    most = _most_bytes(packed, limits)
    inner_name = file_name[:-3] if file_name.lower().endswith(".gz") else file_name

    def opened() -> BinaryIO:
        owner = open_regular(path)
        inner = gzip.GzipFile(fileobj=owner, mode="rb")
        return LimitedStream(inner, file_name, most, owner)  # type: ignore[return-value, arg-type]

    with opened() as stream:
        head = stream.read(4)
    if not head:
        raise refusal("empty", name=file_name)
    if head.startswith(GZIP_MAGIC):
        raise refusal("nested_archive", name=inner_name)
    if head in (ZIP_MAGIC, ZIP_EMPTY_MAGIC):
        with opened() as stream:
            whole = io.BytesIO(read_whole(stream, inner_name, limits))
        if not _is_office_file(whole, inner_name):
            raise refusal("nested_archive", name=inner_name)
    return Member(None, inner_name, opened)


def _zip_members(path: Path, file_name: str, stream: BinaryIO, limits: Limits) -> Unpacked:
    try:
        entries = zipfile.ZipFile(stream).infolist()
    except ZIP_DAMAGE as error:
        raise refusal("archive_broken", name=file_name) from error
    files = [(member_name(entry), entry) for entry in entries if not entry.is_dir()]
    for name, entry in files:
        _check_entry(name, entry, limits)
    kept = sorted((f for f in files if not _of_packing_system(f[0])), key=lambda f: f[0])
    if not kept:
        raise refusal("empty", name=file_name)
    if len(kept) > limits.max_members:
        raise refusal("too_many_members", count=len(kept), limit=limits.max_members)
    if sum(entry.file_size for _, entry in kept) > limits.max_bytes_unpacked:
        raise refusal("archive_bomb", name=file_name, limit=limits.max_bytes_unpacked)
    members = tuple(_zip_member(path, name, entry) for name, entry in kept)
    for member in members:
        _refuse_nested(member, limits)
    return Unpacked("zip", members, tuple(n for n, _ in files if _of_packing_system(n)))


def _check_entry(name: str, entry: zipfile.ZipInfo, limits: Limits) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or name[1:2] == ":" or "\0" in name:
        raise refusal("archive_name", name=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refusal("symlink")
    if entry.flag_bits & 0x1:
        raise refusal("encrypted", name=name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refusal("archive_unsupported", name=name)
    if entry.file_size > _most_bytes(entry.compress_size, limits):
        raise refusal("archive_bomb", name=name, limit=_most_bytes(entry.compress_size, limits))


def _zip_member(path: Path, name: str, entry: zipfile.ZipInfo) -> Member:
    def opened() -> BinaryIO:
        owner = open_regular(path)
        try:
            inner = zipfile.ZipFile(owner).open(entry)  # noqa: SIM115 the stream closes it
        except ZIP_DAMAGE as error:
            owner.close()
            raise refusal("archive_broken", name=name) from error
        # zipfile stops at the declared size and checks the sum, so a lying size is damage.
        return LimitedStream(inner, name, entry.file_size, owner)  # type: ignore[return-value, arg-type]

    return Member(name, name, opened)


def _refuse_nested(member: Member, limits: Limits) -> None:
    with member.open() as stream:
        head = stream.read(4)
    if not head:
        raise refusal("empty", name=member.label)
    if head.startswith(GZIP_MAGIC):
        raise refusal("nested_archive", name=member.label)
    if head in (ZIP_MAGIC, ZIP_EMPTY_MAGIC):
        with member.open() as stream:
            whole = io.BytesIO(read_whole(stream, member.label, limits))
        if not _is_office_file(whole, member.label):
            raise refusal("nested_archive", name=member.label)


def read_whole(stream: BinaryIO, name: str, limits: Limits) -> bytes:
    """All bytes of a file whose format cannot be streamed; refuses ``too_large``."""
    data = stream.read(limits.max_bytes_in_memory + 1)
    if len(data) > limits.max_bytes_in_memory:
        raise refusal("too_large", name=name, size=len(data), limit=limits.max_bytes_in_memory)
    return data


def member_name(entry: zipfile.ZipInfo) -> str:
    """A member's name; packers in China write it in GB18030 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _is_office_file(stream: BinaryIO, name: str) -> bool:
    try:
        names = zipfile.ZipFile(stream).namelist()
    except ZIP_DAMAGE as error:
        raise refusal("archive_broken", name=name) from error
    return any(part in names for part in _OFFICE_PARTS)


def _of_packing_system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].lower() in _PACKING_SYSTEM_FILES


def _most_bytes(packed: int, limits: Limits) -> int:
    by_ratio = max(int(packed * limits.max_ratio), limits.ratio_free_bytes)
    return min(by_ratio, limits.max_bytes_unpacked)
