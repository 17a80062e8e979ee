"""Identifiers that check themselves: citizen ids, credit codes, division codes, phones.

Every function takes text that is already clean, half-width and upper-case. A ``…_fault`` gives
null where the identifier is sound (or absent) and otherwise the finding code of its first
fault, in the order length, characters, inner parts, check digit.

A check digit is a weighted sum modulo m whose weights are a geometric series. Such a sum is the
value of the digits in any base congruent to the series' ratio, so that one integer conversion
in a well-chosen base does the work of seventeen products; each use below says which base.
"""

from collections.abc import Collection

import polars as pl

# GB/T 2260, first two digits; 83 is given to residents from Taiwan in their residence permits.
_PROVINCES = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54"),
    *("61", "62", "63", "64", "65", "71", "81", "82"),
)
_CITIZEN_REGIONS = (*_PROVINCES, "83")

_CITIZEN_ID = r"^[0-9]{17}[0-9X]$"
_OLD_CITIZEN_ID = r"^[0-9]{15}$"
# Centuries in which a bearer may have been born; a year 3012 is a slip, not a date.
_CENTURIES = ("18", "19", "20")

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = rf"^[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}$"

_PREFIX = r"(?:(?:\+|00)?86)?"
_PHONE_FORMS = (
    rf"{_PREFIX}1[3-9][0-9]{{9}}",  # mobile
    r"0(?:10|2[0-9])[2-9][0-9]{7}|0[3-9][0-9]{2}[2-9][0-9]{6,7}",  # area code and number
    r"(?:\+|00)86(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}",  # the same, from abroad
    r"[48]00[0-9]{7}",  # business numbers
    r"[19][0-9]{4,5}",  # public services: 12345, 95588
)
_PHONE = rf"^(?:{'|'.join(_PHONE_FORMS)})$"
_PHONE_FILLING = r"[\s()-]"
_EXTENSION = r"(?:转|EXT\.?|(?P<number>[0-9]{7,8})-)[0-9]{1,6}$"


def citizen_id_fault(text: pl.Expr) -> pl.Expr:
    """Check citizen ids of 18 characters (GB 11643-1999); lift those of 15 first.

    Codes: citizen_id_length, _characters, _region, _birth_date, _check_digit.
    """
    return (
        pl.when(text.str.len_chars() != 18)
        .then(pl.lit("citizen_id_length"))
        .when(~text.str.contains(_CITIZEN_ID))
        .then(pl.lit("citizen_id_characters"))
        .when(~text.str.head(2).is_in(_CITIZEN_REGIONS))
        .then(pl.lit("citizen_id_region"))
        .when(text.is_not_null() & _birth_date(text).is_null())
        .then(pl.lit("citizen_id_birth_date"))
        .when(_citizen_check_digit(text.str.head(17)) != text.str.tail(1))
        .then(pl.lit("citizen_id_check_digit"))
    )


def lift_citizen_id(text: pl.Expr) -> pl.Expr:
    """Lift citizen ids of 15 digits to 18: century 19, and the check digit; others unchanged.

    GB 11643-1989 kept the last three digits 996 to 999 for people who were then over a hundred;
    nobody of them is alive, so that they are not read as born in the 19th century.
    """
    seventeen = pl.concat_str(text.str.head(6), pl.lit("19"), text.str.slice(6))
    lifted = seventeen + _citizen_check_digit(seventeen)
    return pl.when(text.str.contains(_OLD_CITIZEN_ID)).then(lifted).otherwise(text)


def citizen_id_birth_date(text: pl.Expr) -> pl.Expr:
    """Birth date inside a citizen id of 18 characters; null where there is none."""
    return pl.when(text.str.contains(_CITIZEN_ID)).then(_birth_date(text))


def citizen_id_sex(text: pl.Expr) -> pl.Expr:
    """Sex inside a citizen id of 18 characters, as in GB/T 2261.1: ``1`` male, ``2`` female."""
    ordinal = text.str.slice(16, 1).cast(pl.Int8, strict=False)
    sex = pl.when(ordinal % 2 == 1).then(pl.lit("1")).otherwise(pl.lit("2"))
    return pl.when(text.str.contains(_CITIZEN_ID)).then(sex)


def credit_code_fault(text: pl.Expr) -> pl.Expr:
    """Check unified social credit codes (GB 32100-2015), with the organisation code inside.

    Characters 3 to 8 are a division and must be digits; 9 to 17 are an organisation code with a
    check digit of its own (GB 11714-1997). Codes: credit_code_length, _characters,
    _organisation_check, _check_digit.
    """
    return (
        pl.when(text.str.len_chars() != 18)
        .then(pl.lit("credit_code_length"))
        .when(~text.str.contains(_CREDIT_CODE))
        .then(pl.lit("credit_code_characters"))
        .when(_organisation_check_digit(text.str.slice(8, 8)) != text.str.slice(16, 1))
        .then(pl.lit("credit_code_organisation_check"))
        .when(_credit_check_digit(text.str.head(17)) != text.str.tail(1))
        .then(pl.lit("credit_code_check_digit"))
    )


def division_code_fault(text: pl.Expr, levels: Collection[int] = (12, 15)) -> pl.Expr:
    """Check division codes: 12 digits down to the community, 15 down to the grid.

    ``levels`` are the lengths allowed; 6 (district) and 9 (street) may be added. Whether a code
    exists is a reference check against the register. Codes: division_code_length, _characters,
    _province.
    """
    return (
        pl.when(~text.str.len_chars().is_in(list(levels)))
        .then(pl.lit("division_code_length"))
        .when(~text.str.contains(r"^[0-9]+$"))
        .then(pl.lit("division_code_characters"))
        .when(~text.str.head(2).is_in(_PROVINCES))
        .then(pl.lit("division_code_province"))
    )


def phone_fault(text: pl.Expr) -> pl.Expr:
    """Check phone numbers of the mainland's numbering plan; code: phone_format.

    Mobile numbers and landlines with their area code, with or without +86, blanks, hyphens,
    brackets and an extension; 400 and 800 numbers; public services of five or six digits.
    """
    return pl.when(~_bare_phone(text).str.contains(_PHONE)).then(pl.lit("phone_format"))


def normalise_phone(text: pl.Expr) -> pl.Expr:
    """Give phone numbers as bare digits, without country prefix and extension.

    A landline written for callers from abroad gets back the zero of its area code.
    """
    bare = _bare_phone(text)
    bare = bare.str.replace(r"^(?:\+|00)?86(1[3-9][0-9]{9})$", "$1")
    bare = bare.str.replace(r"^(?:\+|00)86([0-9]{9,11})$", "0$1")
    digits = bare.str.replace_all(r"[^0-9]", "")
    return pl.when(digits != "").then(digits)


def _birth_date(text: pl.Expr) -> pl.Expr:
    born = text.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return pl.when(text.str.slice(6, 2).is_in(_CENTURIES)).then(born)


def _citizen_check_digit(seventeen: pl.Expr) -> pl.Expr:
    """GB 11643: weights 2^(17-i) modulo 11, and 13 = 2 modulo 11; 17 digits in base 13 fit Int64.

    The check digit a makes 2·value + a = 1 modulo 11, with X for ten.
    """
    value = seventeen.str.to_integer(base=13, strict=False)
    return _check_character((1 - 2 * (value % 11)) % 11, "0123456789X")


def _organisation_check_digit(eight: pl.Expr) -> pl.Expr:
    """GB 11714: weights 2^(8-i) modulo 11, letters worth 10 to 35, and 35 = 2 modulo 11.

    A credit code holds no Z, so that base 35 has all the digits there are.
    """
    value = eight.str.to_integer(base=35, strict=False)
    return _check_character(-2 * (value % 11) % 11, "0123456789X")


def _credit_check_digit(seventeen: pl.Expr) -> pl.Expr:
    """GB 32100: weights 3^(i-1) modulo 31 over an alphabet of 31, and 34 = 3 modulo 31.

    The weights rise, so the text is read backwards; in two pieces, since base 34 takes only
    twelve digits into Int64.
    """
    letters = [letter for letter in _CREDIT_ALPHABET if letter > "H"]
    shifted = [chr(ord("I") + step) for step in range(len(letters))]
    backwards = seventeen.str.replace_many(letters, shifted).str.reverse()
    low = backwards.str.tail(9).str.to_integer(base=34, strict=False) % 31
    high = backwards.str.head(8).str.to_integer(base=34, strict=False) % 31
    return _check_character(-(low + 3**9 * high) % 31, _CREDIT_ALPHABET)


def _check_character(index: pl.Expr, alphabet: str) -> pl.Expr:
    return index.replace_strict(
        list(range(len(alphabet))), list(alphabet), default=None, return_dtype=pl.String
    )


def _bare_phone(text: pl.Expr) -> pl.Expr:
    """Phone without extension, blanks, hyphens and brackets."""
    without = text.str.replace(_EXTENSION, "$number")
    return without.str.replace_all(_PHONE_FILLING, "")
