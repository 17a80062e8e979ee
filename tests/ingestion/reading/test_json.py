"""JSON documents and JSON Lines: nothing along the path is left out, no digit is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading import Limits, peek_headings
from ingestion.reading.json_text import Located, parse_document, to_text

NESTED = """{
  "name": "某省",
  "city": [
    {"name": "甲市", "code": 210100000000, "town": [
      {"name": "一镇", "code": 1.50},
      {
        "name": "二镇", "extra": {"a": true, "b": [1, 2.0, {"c": null}]}
      }
    ]},
    {"name": "乙市", "town": []},
    {"name": "丙市", "code": null}
  ]
}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
def test_records_along_a_path_keep_their_ancestors_and_lines(read, encoding):
    read = read(NESTED.encode(encoding), "a.json", json_path="city[].town[]")
    assert read.parts[0].headings == (
        "name", "city.name", "city.code", "city.town.name", "city.town.code",
        "city.town.extra.a", "city.town.extra.b",
    )  # fmt: skip
    assert read.rows == [
        ("某省", "甲市", "210100000000", "一镇", "1.50", None, None),
        ("某省", "甲市", "210100000000", "二镇", None, "true", '[1, 2.0, {"c": null}]'),
        ("某省", "乙市", None, None, None, None, None),
        ("某省", "丙市", None, None, None, None, None),
    ]
    assert read.lines == [5, 6, 10, 11]
    assert read.format == "json"


def test_a_top_level_list_needs_no_path(read):
    read = read(
        '[\n{"编号": 1},\n\n{"编号": 12345678901234567890.10, "x": "a"}]'.encode(), "a.json"
    )
    assert read.rows == [("1", None), ("12345678901234567890.10", "a")]
    assert read.lines == [2, 4]


def test_the_only_list_of_objects_is_found_and_what_lies_around_is_said(read):
    read = read('{"total": 1, "ids": [1], "rows": [{"编号": 1}]}'.encode(), "a.json")
    assert (read.parts[0].headings, read.rows) == (("编号",), [("1",)])
    assert "json_around_list" in read.note_codes


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_json_lines_are_told_by_name_or_by_look(read, name):
    read = read('{"编号": 1}\n\n{"编号": 2, "x": {"y": "乙"}}\r\n'.encode(), name)
    assert (read.format, read.lines, read.records) == ("jsonl", [1, 3], [1, 2])
    assert read.rows == [("1", None), ("2", "乙")]


@pytest.mark.parametrize(
    ("text", "rules", "code", "line"),
    [
        ('[\n{"a": 1},\n{"a": }]', {}, "json_broken", 3),
        ('[\n{"a": 1}', {}, "json_broken", 2),
        ('[\n{"a": 1}]\n x', {}, "json_broken", 3),
        ('[{"a": 1},\n 2]', {}, "json_shape", 1),
        ('{"a": [{"b": 1}], "c": [{"b": 1}]}', {}, "json_shape", 1),
        ('{\n"a": [{"b": {"c": 1}}]}', {"json_path": "a[].b[]"}, "json_shape", 2),
        ('[{"a": 1},\n{"a": 1, "a": 2}]', {}, "json_repeated_key", 2),
        ('[{"a.b": 1,\n"a": {"b": 2}}]', {}, "json_repeated_key", 1),
    ],
)
def test_json_that_is_wrong_is_refused_with_its_line(refused, text, rules, code, line):
    error = refused(text.encode(), "a.json", **rules)
    assert error.code == code
    assert f"第{line}行" in error.zh


def test_json_lines_that_are_wrong_are_refused_with_their_line(refused):
    assert "第2行" in refused(b'{"a": 1}\n{"a": 1} {"a": 2}\n', "a.jsonl").zh
    assert refused(b'{"a": 1}\n[1]\n', "a.jsonl").code == "json_shape"


def test_depth_size_and_emptiness_are_refused(refused):
    assert refused(b'[{"a":' + b"[" * 100_000, "a.json").code == "json_too_deep"
    assert refused(b"[]", "a.json").code == "empty"
    small = Limits(max_bytes_in_memory=10)
    assert refused(b'[{"a": 1}, {"a": 2}]', "a.json", limits=small).code == "too_large"
    many = json.dumps([{f"k{i}": i for i in range(30)}]).encode()
    assert refused(many, "a.json", limits=Limits(max_columns=9)).code == "too_many_columns"


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), max_size=6))
def test_every_object_knows_the_line_of_its_bracket(objects):
    text = json.dumps(objects, ensure_ascii=False, indent=1)
    found = list(parse_document(text))
    assert [json.loads(to_text(value)) for value in found] == objects
    lines = text.split("\n")
    for made in found:
        assert isinstance(made, Located)
        assert lines[made.line - 1].strip().startswith("{")
    opened = [n for n, line in enumerate(lines, 1) if line.startswith(" {")]
    assert [made.line for made in found] == opened


def test_peeking_shows_dotted_paths(tmp_path):
    path = tmp_path / "a"
    path.write_text(NESTED, encoding="utf-8")
    (row,) = peek_headings(path, "a.json")
    assert row[:4] == ["name", "city.name", "city.code", "city.town.name"]
