"""Files that nobody here wrote. Their difficulties are covered by made-up drops elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from civic.settings import PROJECT_ROOT

DATA = PROJECT_ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="real files (../shared/data) are absent")

FILES = [
    ("divisions/liaoning_2022.csv", ("street_code",), "csv", (16_513, 16_514)),
    ("messages/messages_2019.xlsx", ("留言编号", "留言时间"), "xlsx", (4_326, 4_327)),
    ("messages/taxonomy.xlsx", ("一级分类", "三级分类"), "xlsx", (517, 518)),
    ("organisations/universities.xls", ("序号", "学校名称"), "xls", (2_950, 2_953)),
    ("service_requests/sf311.csv", ("unique_key",), "csv", (10_000, 10_001)),
    ("service_requests/sf_fire_calls.csv", ("call_number",), "csv", (10_000, 10_001)),
]


@pytest.mark.parametrize(("name", "headings", "found", "rows"), FILES)
def test_every_row_of_a_real_file_is_read(read, name, headings, found, rows):
    read = read(DATA / name, Path(name).name, headings=headings)
    assert (read.format, len(read.records), read.lines[-1]) == (found, *rows)


@pytest.mark.parametrize(("year", "records"), [(2021, 16_399), (2022, 16_513)])
def test_the_nested_division_register_gives_every_community(read, year, records):
    path = "city[].country[].town[].villagetr[]"
    file = DATA / "divisions" / f"liaoning_{year}.gb18030.json"
    read = read(file, file.name, json_path=path)
    assert (read.encoding, len(read.records)) == ("gb18030", records)
    assert "city.country.town.villagetr.code" in read.parts[0].headings
