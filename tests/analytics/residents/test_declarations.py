"""What is counted of residents is declared, and a wrong declaration names its fault."""

from __future__ import annotations

import pytest
import yaml

from analytics.residents.declarations import PATH, load_counted
from civic.errors import CivicError


def test_the_declaration_of_the_project_is_read(contracts):
    counted = load_counted(contracts)
    assert counted.smallest_shown >= 5
    assert [d.name for d in counted.dimensions] == ["kind", "sex", "age"]
    assert counted.dimensions[1].categories["1"].en == "Male"


def test_nothing_is_counted_that_is_never_taken_in(contracts):
    columns = {d.column for d in load_counted(contracts).dimensions}
    refused = {f.name for c in contracts.values() for f in c.fields if f.protection == "refused"}
    assert refused
    assert not columns & refused


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"smallest_shown": 1}, "smallest_shown is 2 at least"),
        ({"smallest_shown": None}, "smallest_shown is 2 at least"),
        ({"feed": "nobody"}, "there is no feed nobody"),
        ({"dimensions": [{"name": "kind", "column": "x"}]}, "not so"),
        (
            {"dimensions": [{"name": "k", "column": "x", "title": {"zh": "甲"}, "codes": "sex"}]},
            "a title is zh and en",
        ),
        (
            {
                "dimensions": [
                    {"name": "k", "column": "x", "title": {"zh": "甲", "en": "a"}, "codes": "name"}
                ]
            },
            "has no code list",
        ),
        ({"more": 1}, "needs just"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_fault(contracts, tmp_path, change, fault):
    stated = yaml.safe_load(PATH.read_text("utf-8")) | change
    path = tmp_path / "residents.yml"
    path.write_text(yaml.safe_dump(stated, allow_unicode=True), "utf-8")
    with pytest.raises(CivicError, match=fault):
        load_counted(contracts, path)
