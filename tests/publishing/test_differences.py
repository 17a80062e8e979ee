"""A diff names the figures that changed and the drops that made them change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl
import pytest

from civic.errors import CivicError
from civic.lake import open_lake
from publishing.publications import Diff, diff, publish
from tests.publishing.town import PASSED, TABLES, Town, made_town


def atoms_of(connection: duckdb.DuckDBPyConnection, cell: Mapping[str, Any]) -> pl.DataFrame:
    return connection.execute(
        "select _drop_id as drop_id, _record as record from bronze.citizen_message "
        "where grid_code = ? and month = ?",
        [cell["place_code"], cell["period"]],
    ).pl()


def published(town: Town) -> int:
    return publish(town.settings, town.cells(), TABLES, PASSED, town.drops()).number


@pytest.fixture(scope="module")
def difference(tmp_path_factory: pytest.TempPathFactory) -> Diff:
    """A second drop adds two messages to a figure and makes a new one; two rows are superseded."""
    town = made_town(tmp_path_factory.mktemp("home"))
    published(town)
    town.drop("d2", [("990102001001001", "2026-01")] * 2 + [("990102001001002", "2026-02")])
    with open_lake(town.settings) as lake:
        lake.execute(
            "delete from bronze.citizen_message "
            "where _drop_id = 'd1' and (grid_code = '990102001001002' or _record = 1)"
        )
    published(town)
    return diff(town.settings, 1, 2, atoms_of=atoms_of)


def test_added_removed_and_changed_cells_are_told_apart(difference: Diff) -> None:
    assert difference.added["period"].to_list() == ["2026-02"]
    assert difference.removed["place_code"].to_list() == ["990102001001002"]
    changed = difference.changed.row(0, named=True)
    assert (changed["place_code"], changed["old_value"], changed["new_value"]) == (
        "990102001001001",
        3.0,
        4.0,
    )


def test_each_changed_cell_names_the_drops_behind_its_change(difference: Diff) -> None:
    causes = {row["drop_id"]: row for row in difference.causes.to_dicts()}
    assert (causes["d2"]["rows_gained"], causes["d2"]["rows_lost"]) == (2, 0)
    assert (causes["d2"]["drop_is"], causes["d2"]["file_name"]) == ("added", "d2.csv")
    assert (causes["d1"]["rows_gained"], causes["d1"]["rows_lost"]) == (0, 1)
    assert causes["d1"]["drop_is"] == "in both"


def test_drops_and_totals_are_given_for_all_cells(difference: Diff) -> None:
    assert difference.drops_added["drop_id"].to_list() == ["d2"]
    assert difference.drops_removed.is_empty()
    assert difference.by_metric().to_dicts() == [
        {
            "report": "messages",
            "metric": "messages_received",
            "added": 1,
            "removed": 1,
            "changed": 1,
        }
    ]


def test_a_publication_does_not_differ_from_itself(town: Town) -> None:
    published(town)
    same = diff(town.settings, 1, 1, atoms_of=atoms_of)
    assert same.added.is_empty()
    assert same.removed.is_empty()
    assert same.changed.is_empty()
    assert same.causes.is_empty()
    assert same.by_metric().is_empty()


def test_comparing_with_an_unknown_publication_is_refused(town: Town) -> None:
    published(town)
    with pytest.raises(CivicError, match="no publication 9"):
        diff(town.settings, 1, 9)
