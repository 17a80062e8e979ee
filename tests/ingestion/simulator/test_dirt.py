"""What is planted is wrong in the one way that it is declared to be wrong."""

import numpy as np
import polars as pl
import pytest
from stdnum.cn import ric

from ingestion.simulator.dirt import plant

SOUND = "11010519491231002X"
WIDE = "１１０１０５１９４９１２３１００２X"


PEOPLE = pl.DataFrame({"citizen_id": [SOUND] * 10, "name": list("甲乙丙丁戊己庚辛壬癸")})


def planted(defect: dict, rows: pl.DataFrame = PEOPLE):
    return plant(rows, rows, {"defects": [defect]}, np.random.default_rng(1))


@pytest.mark.parametrize("written", [SOUND, WIDE])
def test_only_the_check_digit_is_wrong_in_any_width(written):
    rows = pl.DataFrame({"citizen_id": [written] * 5})
    defect = {"code": "x", "column": "citizen_id", "spoil": "wrong_check_digit"}
    dirty = planted(defect, rows)
    wrong = dirty.rows["citizen_id"][dirty.defects["row"][0]]
    assert wrong[:17] == SOUND[:17]
    assert ric.calc_check_digit(wrong) != wrong[-1]


@pytest.mark.parametrize("written", [SOUND, WIDE])
def test_an_impossible_birth_month_keeps_a_fitting_check_digit(written):
    rows = pl.DataFrame({"citizen_id": [written] * 5})
    defect = {"code": "x", "column": "citizen_id", "spoil": "impossible_birth_month"}
    dirty = planted(defect, rows)
    wrong = dirty.rows["citizen_id"][dirty.defects["row"][0]]
    assert wrong[10:12] == "13"
    assert ric.calc_check_digit(wrong) == wrong[-1]


def test_rows_without_a_defect_stay_as_they_are():
    dirty = planted({"code": "required_missing", "column": "name", "write": [""]})
    row = dirty.defects["row"].item()
    assert dirty.rows["name"][row] is None
    kept = [n for i, n in enumerate(dirty.rows["name"]) if i != row]
    assert len(kept) == 9
    assert None not in kept


def test_an_added_row_stands_behind_its_original_and_shifts_the_rest():
    dirty = planted({"code": "repeated_in_drop", "add": "same"})
    row = dirty.defects["row"].item()
    assert dirty.rows.row(row) == dirty.rows.row(row - 1)
    assert len(dirty.rows) == 11
    assert dirty.defects["outcome"].item() == "repeated"


def test_a_condition_picks_rows_by_their_true_value():
    defect = {"code": "x", "column": "citizen_id", "where": {"name": "丙"}, "write": ["0"]}
    dirty = planted(defect)
    assert dirty.defects["row"].to_list() == [2]
    assert dirty.rejected == [2]


def test_a_warned_row_is_expected_to_be_taken():
    dirty = planted({"code": "row_rule", "column": "name", "write": ["?"], "outcome": "accepted"})
    assert dirty.defects["outcome"].to_list() == ["accepted"]
    assert dirty.rejected == []


def test_a_file_too_short_takes_no_defect():
    rows = pl.DataFrame({"name": ["甲", "乙"]})
    assert planted({"code": "x", "column": "name", "write": [""]}, rows).defects.is_empty()


def test_subtotals_stand_before_their_group_and_count_it():
    rows = pl.DataFrame({"name": ["甲", "乙", "丙"], "district": ["东", "东", "西"]})
    declared = {"subtotals": {"by": "district", "text": "{value}（{count}所）"}}
    dirty = plant(rows, rows, declared, np.random.default_rng(1))
    assert dirty.rows["name"].to_list() == ["东（2所）", "甲", "乙", "西（1所）", "丙"]
    assert set(dirty.defects["outcome"]) == {"left_out"}
