"""Identifiers, with python-stdnum as the oracle for check digits."""

import datetime
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from ingestion.validation import identifiers

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check(function: Callable[..., pl.Expr], *texts: str | None, **settings: Any) -> list[Any]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(function(pl.col("text"), **settings)).to_series().to_list()


def born(day: datetime.date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


citizen_stems = st.builds(
    lambda region, day, order: f"{region}{born(day)}{order:03}",
    st.sampled_from(["110105", "210202", "440106", "810000", "830000"]),
    st.dates(datetime.date(1800, 1, 1), datetime.date(2099, 12, 31)),
    st.integers(0, 999),
)
citizen_ids = citizen_stems.map(lambda stem: stem + ric.calc_check_digit(stem + "0"))


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["11", "91", "51", "12", "93"])) + draw(
        st.text("0123456789", min_size=6, max_size=6)
    )
    organisation = draw(st.text(ALPHABET, min_size=8, max_size=8))
    stem = head + organisation + organisation_check_digit(organisation)
    return stem + uscc.calc_check_digit(stem)


def organisation_check_digit(eight: str) -> str:
    """GB 11714 to the letter: weights 3 7 9 10 5 8 4 2, letters from A = 10."""
    total = sum(
        int(sign, 36) * weight
        for sign, weight in zip(eight, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return "0123456789X0"[11 - total % 11]


@given(citizen_ids)
def test_every_sound_citizen_id_passes(number: str) -> None:
    assert check(identifiers.citizen_id_fault, number) == [None]


@given(citizen_ids, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_mistyped_character_of_a_citizen_id_is_found(number: str, at: int, sign: str) -> None:
    mistyped = number[:at] + sign + number[at + 1 :]
    (fault,) = check(identifiers.citizen_id_fault, mistyped)
    assert (fault is None) == (mistyped == number)


@given(citizen_ids, st.integers(0, 16))
def test_exchanged_neighbours_in_a_citizen_id_are_found(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    (fault,) = check(identifiers.citizen_id_fault, swapped)
    assert (fault is None) == (swapped == number)


@given(st.from_regex(r"[1-8][0-9]{16}[0-9X]", fullmatch=True))
def test_the_check_digit_of_a_citizen_id_agrees_with_stdnum(number: str) -> None:
    (digit,) = check(identifiers._citizen_check_digit, number[:17])
    assert digit == ric.calc_check_digit(number)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002X", None),
        (None, None),
        ("110105491231002", "citizen_id_length"),
        ("", "citizen_id_length"),
        ("1101051949123100AX", "citizen_id_characters"),
        ("X1010519491231002X", "citizen_id_characters"),
        ("１1010519491231002X", "citizen_id_characters"),
        ("990105194912310026", "citizen_id_region"),
        ("110105194902300020", "citizen_id_birth_date"),
        ("110105301212310020", "citizen_id_birth_date"),
        ("110105194912310021", "citizen_id_check_digit"),
    ],
)
def test_each_fault_of_a_citizen_id_has_its_code(number: str | None, fault: str | None) -> None:
    assert check(identifiers.citizen_id_fault, number) == [fault]


@given(citizen_stems.filter(lambda stem: stem[6:8] == "19"))
def test_an_old_citizen_id_is_lifted_to_a_sound_one(stem: str) -> None:
    (lifted,) = check(identifiers.lift_citizen_id, stem[:6] + stem[8:])
    assert lifted == stem + ric.calc_check_digit(stem + "0")


def test_lifting_leaves_everything_else_alone() -> None:
    others = ["11010519491231002X", "11010549123100X", "", "护照E12345678", None]
    assert check(identifiers.lift_citizen_id, *others) == others


@given(citizen_ids)
def test_a_citizen_id_tells_birth_date_and_sex(number: str) -> None:
    assert check(identifiers.citizen_id_birth_date, number) == [ric.get_birth_date(number)]
    assert check(identifiers.citizen_id_sex, number) == ["1" if int(number[16]) % 2 else "2"]


def test_what_is_no_citizen_id_tells_nothing() -> None:
    others = ["110105491231002", "1101051949123100AX", "", None]
    assert check(identifiers.citizen_id_birth_date, *others) == [None] * 4
    assert check(identifiers.citizen_id_sex, *others) == [None] * 4


@given(credit_codes())
def test_every_sound_credit_code_passes_here_and_in_stdnum(code: str) -> None:
    assert uscc.is_valid(code)
    assert check(identifiers.credit_code_fault, code) == [None]


@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_mistyped_character_of_a_credit_code_is_found(code: str, at: int, sign: str) -> None:
    mistyped = code[:at] + sign + code[at + 1 :]
    (fault,) = check(identifiers.credit_code_fault, mistyped)
    assert (fault is None) == (mistyped == code)


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_the_check_character_of_a_credit_code_agrees_with_stdnum(stem: str) -> None:
    assert check(identifiers._credit_check_digit, stem) == [uscc.calc_check_digit(stem)]


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_the_check_digit_of_an_organisation_code_follows_the_standard(eight: str) -> None:
    assert check(identifiers._organisation_check_digit, eight) == [organisation_check_digit(eight)]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91210200716996405L", None),
        (None, None),
        ("91210200716996405", "credit_code_length"),
        ("9121020071699640IL", "credit_code_characters"),
        ("91A10200716996405L", "credit_code_characters"),
        ("91210200716996415L", "credit_code_organisation_check"),
        ("91210200716996405M", "credit_code_check_digit"),
    ],
)
def test_each_fault_of_a_credit_code_has_its_code(code: str | None, fault: str | None) -> None:
    assert check(identifiers.credit_code_fault, code) == [fault]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("210203011003", None),
        ("210203011003001", None),
        (None, None),
        ("210203", "division_code_length"),
        ("2102030110031", "division_code_length"),
        ("21020301100A", "division_code_characters"),
        ("２10203011003", "division_code_characters"),
        ("992030110031", "division_code_province"),
    ],
)
def test_each_fault_of_a_division_code_has_its_code(code: str | None, fault: str | None) -> None:
    assert check(identifiers.division_code_fault, code) == [fault]


def test_a_contract_may_allow_other_levels_of_division() -> None:
    codes = ("210203", "210203011", "210203011003")
    found = check(identifiers.division_code_fault, *codes, levels=(6, 9))
    assert found == [None, None, "division_code_length"]


PHONES = {
    "13800138000": "13800138000",
    "138 0013 8000": "13800138000",
    "+86 138-0013-8000": "13800138000",
    "8613800138000": "13800138000",
    "0086-13800138000": "13800138000",
    "0411-83671234": "041183671234",
    "(0411)8367 1234": "041183671234",
    "010-62345678": "01062345678",
    "0311-7654321": "03117654321",
    "+86-411-83671234": "041183671234",
    "+86 10 62345678": "01062345678",
    "0411-83671234-801": "041183671234",
    "041183671234转801": "041183671234",
    "400-123-4567": "4001234567",
    "12345": "12345",
    "95588": "95588",
}


@pytest.mark.parametrize(("written", "digits"), PHONES.items())
def test_a_phone_passes_and_has_one_form(written: str, digits: str) -> None:
    assert check(identifiers.phone_fault, written) == [None]
    assert check(identifiers.normalise_phone, written) == [digits]


@pytest.mark.parametrize(
    "text", ["12800138000", "1380013800", "138001380000", "83671234", "无", "0", "138OO138OOO"]
)
def test_what_is_no_phone_is_a_fault(text: str) -> None:
    assert check(identifiers.phone_fault, text) == ["phone_format"]


def test_an_absent_phone_is_no_fault() -> None:
    assert check(identifiers.phone_fault, None) == [None]
    assert check(identifiers.normalise_phone, None, "无") == [None, None]


@given(st.sampled_from(list(PHONES)))
def test_a_normalised_phone_stays_as_it_is(written: str) -> None:
    (digits,) = check(identifiers.normalise_phone, written)
    assert check(identifiers.phone_fault, digits) == [None]
    assert check(identifiers.normalise_phone, digits) == [digits]


@given(st.text(max_size=40))
def test_no_text_makes_a_check_raise(text: str) -> None:
    for function in (
        *(identifiers.citizen_id_fault, identifiers.lift_citizen_id, identifiers.citizen_id_sex),
        *(identifiers.citizen_id_birth_date, identifiers.credit_code_fault),
        *(identifiers.division_code_fault, identifiers.phone_fault, identifiers.normalise_phone),
    ):
        assert len(check(function, text)) == 1
