from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports.coordinates import Coordinates, parse_slices, slices_text
from civic.errors import CivicError

values = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(st.sampled_from(["category", "feed", "kind"]), values))
def test_slices_are_read_back_as_they_were_written(slices: dict[str, str | None]) -> None:
    assert parse_slices(slices_text(slices)) == slices


def test_slices_stand_in_order_of_their_names() -> None:
    assert slices_text({"feed": "b", "category": "噪音"}) == "category=噪音;feed=b"


def test_a_missing_value_is_not_a_value_that_looks_like_it() -> None:
    assert slices_text({"category": None}) != slices_text({"category": "\\N"})


@pytest.mark.parametrize("text", ["category", "=a", "a=b=c", "a=b;;c=d", "a=\\"])
def test_what_is_no_slice_is_refused(text: str) -> None:
    with pytest.raises(CivicError):
        parse_slices(text)


def test_the_identifier_is_the_same_in_every_publication() -> None:
    cell = Coordinates("events", "events_received", "all", "all", "month", "2019-02", "feed=a")
    assert cell.cell_id == "cb7c2a91e3897"
