"""Who is to answer about which organisation, where several units answer one feed."""

from __future__ import annotations

import polars as pl
import pytest

from publishing.exchange.answerers import shares

ASKED = pl.DataFrame(
    [
        ("A", "219902001001001", "219902001001", "219902001000", "219902000000", "union_east"),
        ("B", "219902002001001", "219902002001", "219902002000", "219902000000", None),
        ("C", "219903001001001", "219903001001", "219903001000", "219903000000", "union_west"),
        ("D", None, None, None, None, None),
    ],
    schema=[
        "organisation_no",
        "grid_code",
        "community_code",
        "street_code",
        "district_code",
        "answered_in",
    ],
    orient="row",
).with_columns(pl.lit("219900000000").alias("city_code"))


@pytest.mark.parametrize(
    ("units", "areas", "expected", "nobodys"),
    [
        (["union"], {}, {"union": "ABCD"}, ""),
        # The smaller area goes before the larger; what lies nowhere is the city's by its code.
        (
            ["city", "street"],
            {"city": "219900000000", "street": "219902001000"},
            {"city": "BCD", "street": "A"},
            "",
        ),
        (["one", "other"], {"one": "219902000000", "other": "219903000000"},
         {"one": "AB", "other": "C"}, "D"),
        # Two units of one area are both asked.
        (["one", "other"], {"one": "219902000000", "other": "219902000000"},
         {"one": "AB", "other": "AB"}, "CD"),
        # Without areas: each what it answered itself, all of them what nobody answered.
        (["union_east", "union_west"], {}, {"union_east": "ABD", "union_west": "BCD"}, ""),
        (["one", "union_west"], {"one": "219902000000"}, {"one": "AB", "union_west": "CD"}, ""),
    ],
)  # fmt: skip
def test_no_organisation_is_lost_among_the_units(units, areas, expected, nobodys) -> None:
    made, left = shares(ASKED, units, areas)
    assert {u: "".join(sorted(f["organisation_no"])) for u, f in made.items()} == expected
    assert "".join(sorted(left["organisation_no"])) == nobodys
    reached = {no for frame in made.values() for no in frame["organisation_no"]}
    assert reached | set(left["organisation_no"]) == set("ABCD")
