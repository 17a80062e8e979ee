"""People, dwellings and units are plausible, made-up and valid by their check digits."""

from datetime import date

import polars as pl
import pytest
from stdnum.cn import ric, uscc

from ingestion.simulator.identifiers import Numbers, citizen_ids, with_check_digit
from ingestion.simulator.organisations import credit_code
from ingestion.simulator.town import make_town


@pytest.fixture(scope="module")
def town():
    return make_town(2000, 3, 5, date(2026, 10, 31))


def test_there_are_exactly_as_many_residents_as_asked_for(town):
    assert len(town.people) == 2000


def test_citizen_ids_fit_their_check_digit_birth_date_and_sex(town):
    people = town.people.filter(pl.col("citizen_id").is_not_null())
    for number, born, sex in people.select("citizen_id", "birth_date", "sex").iter_rows():
        assert ric.calc_check_digit(number) == number[-1]
        assert number.startswith("219902")
        assert number[6:14] == f"{born:%Y%m%d}"
        assert int(number[16]) % 2 == (sex == "1")


def test_the_known_citizen_id_gets_its_known_check_digit():
    made = pl.select(with_check_digit(pl.lit("11010519491231002"))).item()
    assert made == "11010519491231002X"


def test_nobody_shares_an_identifier(town):
    assert town.people["citizen_id"].drop_nulls().is_unique().all()
    assert town.people["passport_no"].drop_nulls().is_unique().all()


def test_five_hundred_of_one_birth_date_and_sex_have_different_ids():
    born, male = pl.Series([date(1990, 5, 6)] * 1000), pl.Series([True, False] * 500)
    assert citizen_ids(born, male).n_unique() == 1000


def test_more_than_the_ordinals_of_one_day_are_refused():
    born, male = pl.Series([date(1990, 5, 6)] * 6), pl.Series([True] * 6)
    with pytest.raises(ValueError, match="More than 5 people"):
        citizen_ids(born, male, Numbers(first=10, last=14))


def test_only_foreign_residents_have_passports_and_no_citizen_id(town):
    foreign = pl.col("resident_kind") == "foreign"
    assert (
        town.people.filter(foreign)["citizen_id"].null_count() == town.people.filter(foreign).height
    )
    assert town.people.filter(~foreign)["passport_no"].drop_nulls().is_empty()


def test_every_phone_is_recognisably_made_up(town):
    assert town.people["phone"].drop_nulls().str.contains(r"^19900\d{6}$").all()


def test_people_live_in_dwellings_that_exist_in_their_grid(town):
    homes = town.people.join(town.dwellings, on="dwelling_code", how="left")
    assert (homes["grid_code"] == homes["grid_code_right"]).all()
    assert set(homes["use"]) <= {"self", "rented"}


def test_dwelling_codes_are_unique_and_begin_with_their_building(town):
    assert town.dwellings["dwelling_code"].is_unique().all()
    begins = pl.col("dwelling_code").str.starts_with(pl.col("building_code"))
    assert town.dwellings.select(begins.all()).item()


def test_the_five_levels_hang_together(town):
    g = town.grids
    assert g["grid_code"].str.slice(0, 12).equals(g["community_code"], check_names=False)
    assert (
        g["community_code"]
        .str.slice(0, 9)
        .equals(g["subdistrict_code"].str.slice(0, 9), check_names=False)
    )
    assert g["district_code"].str.starts_with("2199").all()
    assert len(g) == 24


def test_credit_codes_satisfy_both_of_their_check_digits():
    for number in range(0, 900, 7):
        uscc.validate(credit_code("219902", number))


def test_staff_belong_to_units_and_every_grid_has_a_worker(town):
    for unit, staff in town.staff.items():
        assert set(staff["unit_code"]) <= set(town.units[unit]["unit_code"])
    workers = pl.concat(town.staff.values()).filter(pl.col("post") == "grid_worker")
    assert set(workers["grids_in_charge"]) == set(town.grids["grid_code"])
