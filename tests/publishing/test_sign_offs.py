"""What was signed never changes afterwards; what it would be today is kept as its revisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.reports.asking import Asked
from analytics.reports.declarations import Report, Slice, Table
from analytics.reports.metrics import Label
from civic.lake import open_lake
from publishing.publications import Publication, open_publication, publish
from publishing.sign_offs import REVISIONS, SIGN_OFFS, sign_offs
from publishing.signatures import revisions, signature_told, signed_cell, signed_line
from tests.publishing.town import PASSED, TABLES, Town, made_town

GRID, OTHER, MONTH = "990102001001001", "990102001001002", "2026-01"
TITLE = Label("留言", "Messages")
SLICE = Slice((), ("all", "city", "district", "street", "community", "grid"), ("month",))
REPORT = Report(
    "messages",
    TITLE,
    Label("", ""),
    (Table(TITLE, ("messages_received",), (SLICE,), ("place",)),),
    ("grid",),
)


class Office:
    """A town whose messages are signed grid by grid."""

    def __init__(self, town: Town) -> None:
        self.town, self.count = town, 0
        with open_lake(town.settings) as lake:
            lake.execute(
                "create or replace table marts.dim_place as select place_code, 'grid' as level, "
                "'' as place_name, '990100000000' as city_code, '990102000000' as district_code, "
                "'990102001000' as street_code, '990102001001' as community_code, "
                "place_code as grid_code, true as is_current, date '2025-01-01' as valid_from, "
                "null::date as valid_to "
                f"from (values ('{GRID}'), ('{OTHER}')) as places (place_code)"
            )
            lake.execute(
                "create table marts.dim_sign_off (sign_off_key varchar, sign_off_no varchar, "
                "report varchar, place_code varchar, period varchar, decision varchar, "
                "unit_code varchar, unit_name varchar, unit_kind varchar, unit_place_code varchar, "
                "decided_at timestamp, publication bigint, _drop_id varchar, _record bigint)"
            )

    def publish(self) -> Publication:
        town, given = self.town, sign_offs({"messages": REPORT})
        return publish(town.settings, town.cells(), TABLES, PASSED, town.drops(), sign_offs=given)

    def more(self, count: int, grid: str = GRID) -> None:
        """A drop with so many further messages of the signed month."""
        self.count += 1
        self.town.drop(f"more{self.count}", [(grid, MONTH)] * count)

    def sign(
        self, after: Publication | None, decision: str = "approved", publication: int | None = None
    ) -> None:
        """A decision a moment after a publication was made; None: before there was any."""
        self.count += 1
        made = "2026-02-01T00:00:00+00:00" if after is None else after.manifest["created_at"]
        at = datetime.fromisoformat(made).replace(tzinfo=None) + timedelta(hours=8)
        number = f"{self.count:03d}"
        with open_lake(self.town.settings) as lake:
            lake.execute(
                "insert into marts.dim_sign_off values (?, ?, 'messages', ?, ?, ?, 'U1', "
                "'望湖网格', 'centre', ?, ?, ?, 'd1', 1)",
                [number, number, GRID, MONTH, decision, GRID, at, publication],
            )
        self.town.drop(f"signed{self.count}", [(OTHER, "2025-12")])

    def shown(self) -> tuple[float | None, bool, float | None]:
        """The figure of the grid as readers see it, whether it was revised, and to what."""
        with open_publication(self.town.settings) as opened:
            cell = opened.shown_cells.filter(place_code=GRID, period=MONTH)
        return cell.select("value", "is_revised", "revised_value").row(0)

    def revised(self) -> list[tuple[int, int, float | None]]:
        """Revision, publication and value of the grid's figure."""
        with open_publication(self.town.settings) as opened:
            found = opened.table(REVISIONS).sort("revision")
        return found.select("revision", "publication", "value").rows()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(made_town(tmp_path))


def test_the_figure_that_was_seen_is_the_one_that_is_signed(office: Office) -> None:
    first = office.publish()
    office.sign(after=first)
    office.more(2)
    office.publish()
    assert office.shown() == (3.0, True, 5.0)
    assert office.revised() == [(1, 2, 5.0)]


def test_each_later_value_is_a_revision_and_the_signed_one_stands(office: Office) -> None:
    first = office.publish()
    office.sign(after=first)
    office.publish()
    assert office.shown() == (3.0, False, None)
    for count in (2, 1):
        office.more(count)
        office.publish()
    office.more(1, OTHER)
    office.publish()
    assert office.shown() == (3.0, True, 6.0)
    assert office.revised() == [(1, 3, 5.0), (2, 4, 6.0)]


def test_signing_again_takes_the_revisions_in(office: Office) -> None:
    first = office.publish()
    office.sign(after=first)
    office.more(2)
    second = office.publish()
    office.sign(after=second)
    office.publish()
    assert office.shown() == (5.0, False, None)
    assert office.revised() == []


def test_what_is_withdrawn_is_locked_no_longer(office: Office) -> None:
    first = office.publish()
    office.sign(after=first)
    office.more(2)
    second = office.publish()
    office.sign(after=second, decision="withdrawn")
    office.publish()
    assert office.shown() == (5.0, False, None)


def test_a_signature_may_name_the_publication(office: Office) -> None:
    office.publish()
    office.more(2)
    second = office.publish()
    office.sign(after=second, publication=1)
    office.publish()
    assert office.shown() == (3.0, True, 5.0)


def test_signed_before_anything_was_published_is_what_is_published_first(office: Office) -> None:
    office.sign(after=None)
    office.publish()
    office.more(1)
    office.publish()
    assert office.shown() == (3.0, True, 4.0)


def test_a_figure_that_is_no_longer_counted_stands_as_it_was_signed(office: Office) -> None:
    first = office.publish()
    office.sign(after=first)
    with open_lake(office.town.settings) as lake:
        lake.execute("delete from bronze.citizen_message where grid_code = ?", [GRID])
    office.publish()
    assert office.shown() == (3.0, True, None)
    assert office.revised() == [(1, 2, None)]


def test_a_figure_that_was_not_there_when_it_was_signed_has_only_a_revision(office: Office) -> None:
    with open_lake(office.town.settings) as lake:
        lake.execute("delete from bronze.citizen_message where grid_code = ?", [GRID])
    office.sign(after=None)
    office.publish()
    office.more(2)
    office.publish()
    assert office.shown() == (None, True, 2.0)


def test_readers_are_told_who_signed_and_how_much_was_revised(office: Office) -> None:
    first = office.publish()
    asked = Asked(GRID, period=MONTH)
    with open_publication(office.town.settings) as opened:
        assert signature_told(opened, REPORT, asked, "en") == "Not signed."
        assert signed_line(opened, REPORT, asked, "en") == ""
    office.sign(after=first)
    office.more(2)
    office.publish()
    with open_publication(office.town.settings) as opened:
        told = signature_told(opened, REPORT, asked, "en")
        assert "Signed by 望湖网格" in told
        assert "1 figures were revised" in told
        assert "第 1 号" in signed_line(opened, REPORT, asked, "zh")
        [row] = revisions(opened).to_dicts()
        assert (row["signed_value"], row["value"], row["signed_in"]) == (3.0, 5.0, 1)
        cell = signed_cell(opened, row["cell_id"])
        assert cell is not None
        assert (cell["value"], cell["signed_in"]) == (3.0, 1)
        assert signed_cell(opened, "c000000000000") is None


def test_publications_without_signatures_are_read_as_they_were(office: Office) -> None:
    town = office.town
    publish(town.settings, town.cells(), TABLES, PASSED, town.drops())
    with open_publication(town.settings) as opened:
        assert not opened.has(SIGN_OFFS)
        assert not opened.shown_cells["is_revised"].any()
        assert signature_told(opened, REPORT, Asked(GRID, period=MONTH), "zh") == ""
        assert revisions(opened).is_empty()
        assert isinstance(opened.shown_cells, pl.DataFrame)
