"""Names, sizes, archives and kinds of file are treated as hostile."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
import zlib

import pytest
import xlwt

from ingestion.reading import Limits

CSV = "编号,名称\n1,甲\n2,乙\n".encode()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data, compress_type=method)
    return buffer.getvalue()


def old_office_file(stream_name: str) -> bytes:
    """An XLS whose only stream goes under another name, as in other Office files."""
    book = xlwt.Workbook()
    book.add_sheet("x")
    book.save(buffer := io.BytesIO())
    data = bytearray(buffer.getvalue())
    at = data.index("Workbook".encode("utf-16-le"))
    name = stream_name.encode("utf-16-le")
    data[at : at + 66] = name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little")
    return bytes(data)


def test_members_of_a_zip_are_parts_read_in_the_order_of_their_names(read):
    other = "编号,名称\n3,丙\n".encode("gb18030") * 1
    read = read(zipped(("乙.csv", other), ("丙/甲.csv", CSV)), "drop.zip")
    assert read.container == "zip"
    assert [part.name for part in read.parts] == ["丙/甲.csv", "乙.csv"]
    assert (read.records, read.lines) == ([1, 2, 3], [2, 3, 2])
    assert read.note_codes.count("member_encoding") == 2


def test_gzip_is_unpacked(read):
    read = read(gzip.compress(CSV), "drop.csv.gz")
    assert (read.container, read.rows) == ("gzip", [("1", "甲"), ("2", "乙")])


def test_a_name_in_gb18030_inside_a_zip_is_legible(read):
    entry = zipfile.ZipInfo("名册.csv".encode("gb18030").decode("cp437"))
    data = zipped((entry, CSV))
    # zipfile marks names as UTF-8; packers in China do not.
    name = entry.filename.encode("utf-8")
    raw = "名册.csv".encode("gb18030").ljust(len(name), b"x")
    data = data.replace(name, raw)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(magic) + at
        data = data[:place] + b"\0\0" + data[place + 2 :]
    assert read(data, "drop.zip").parts[0].name.startswith("名册.csv")


def test_files_of_the_packing_system_are_left_out_and_named(read):
    data = zipped(("a.csv", CSV), ("__MACOSX/._a.csv", b"\0"), ("x/.DS_Store", b"\0"))
    read = read(data, "drop.zip")
    assert len(read.parts) == 1
    assert "members_left_out" in read.note_codes


@pytest.mark.parametrize("name", ["/etc/a.csv", "../a.csv", "x/../../a.csv", "..\\a.csv", "C:\\a"])
def test_names_that_point_elsewhere_are_refused(refused, name):
    assert refused(zipped((zipfile.ZipInfo(name), CSV)), "drop.zip").code == "archive_name"


def test_archives_inside_archives_are_refused(refused):
    assert refused(zipped(("a.zip", zipped(("b.csv", CSV)))), "a.zip").code == "nested_archive"
    assert refused(zipped(("a.gz", gzip.compress(CSV))), "a.zip").code == "nested_archive"
    assert refused(gzip.compress(gzip.compress(CSV)), "a.gz").code == "nested_archive"
    assert refused(gzip.compress(zipped(("b.csv", CSV))), "a.gz").code == "nested_archive"


@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_a_bomb_is_refused_by_its_ratio(refused, packing):
    bomb = "编号,名称\n".encode() + b"0" * (64 << 20)
    data = gzip.compress(bomb) if packing == "gzip" else zipped(("a.csv", bomb))
    assert refused(data, "drop.csv.gz" if packing == "gzip" else "drop.zip").code == "archive_bomb"


def test_a_bomb_is_refused_by_its_size(refused):
    data = os.urandom(1 << 16).hex().encode()
    limits = Limits(max_bytes_unpacked=1 << 12)
    for packed in (data, gzip.compress(data), zipped(("a.csv", data))):
        assert refused(packed, limits=limits).code == "archive_bomb"


def test_a_size_that_lies_is_damage(refused):
    data = zipped(("a.csv", CSV * 1000))
    true = (len(CSV) * 1000).to_bytes(4, "little")
    assert refused(data.replace(true, b"\x20\0\0\0"), "a.zip").code == "archive_broken"


def test_an_encrypted_member_is_refused(refused):
    data = bytearray(zipped(("a.csv", CSV)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(data), "drop.zip").code == "encrypted"


def test_a_link_inside_a_zip_is_refused(refused):
    entry = zipfile.ZipInfo("a.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(zipped((entry, b"/etc/passwd")), "drop.zip").code == "symlink"


def test_other_compressions_and_too_many_members_are_refused(refused):
    assert refused(zipped(("a.csv", CSV), method=14), "a.zip").code == "archive_unsupported"
    many = zipped(*((f"{i}.csv", CSV) for i in range(4)))
    assert refused(many, "a.zip", limits=Limits(max_members=3)).code == "too_many_members"


@pytest.mark.parametrize("cut", [12, 40, 60])
def test_a_packed_file_that_breaks_off_is_refused(refused, cut):
    packed = gzip.compress(CSV * 3 + bytes(range(0x30, 0x5A)))
    assert refused(packed[:-cut], "a.csv.gz").code == "archive_truncated"


def test_damaged_archives_are_refused(refused):
    good = gzip.compress(CSV * 100)
    wrong_sum = good[:-8] + zlib.crc32(b"?").to_bytes(4, "little") + good[-4:]
    assert refused(wrong_sum, "a.csv.gz").code == "archive_broken"
    assert refused(zipped(("a.csv", CSV))[:-30], "a.zip").code == "archive_broken"


def test_formats_are_not_mixed_in_one_drop(refused):
    data = zipped(("a.csv", CSV), ("b.json", '[{"编号": 1}]'.encode()))
    assert refused(data, "drop.zip").code == "formats_mixed"


@pytest.mark.parametrize(
    "data",
    [b"", gzip.compress(b""), zipped(), zipped(("a.csv", b""))],
    ids=["file", "gzip", "zip", "member of a zip"],
)
def test_nothing_is_refused_as_empty(refused, data):
    assert refused(data).code == "empty"


def test_links_folders_and_pipes_are_refused_without_waiting(refused, tmp_path):
    (tmp_path / "file").write_bytes(CSV)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "link").code == "symlink"
    assert refused(tmp_path).code == "not_a_file"
    assert refused(tmp_path / "pipe").code == "not_a_file"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table>", "HTML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "XML"),
        (b"Rar!\x1a\x07", "RAR"),
        (gzip.compress(b"a" * 257 + b"ustar" + b"\0" * 300), "TAR"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "DOCX"),
        (old_office_file("WordDocument"), "DOC"),
    ],
    ids=["PDF", "HTML", "XML", "RAR", "TAR", "DOCX", "DOC"],
)
def test_other_formats_are_named_and_refused_whatever_the_extension(refused, data, kind):
    error = refused(data, "名册.xls")
    assert error.code == "format_unsupported"
    assert kind in error.zh


def test_a_workbook_under_a_password_is_refused(refused):
    assert refused(old_office_file("EncryptedPackage"), "a.xlsx").code == "encrypted"


def test_text_that_calls_itself_a_workbook_is_read_and_that_is_said(read):
    read = read("编号\t名称\n1\t甲\n".encode("gb18030"), "名册.xls")
    assert (read.format, read.rows) == ("tsv", [("1", "甲")])
    assert "format_by_content" in read.note_codes
