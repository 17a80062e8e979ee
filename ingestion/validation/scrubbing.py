"""Identifiers inside free text, replaced by words that say what stood there.

Belongs here: the patterns by which citizen ids, phones, number plates and e-mail addresses are
known in running text. Names and addresses are not: no pattern knows a name.

In doubt a number is taken out: eleven digits that begin like a mobile phone may be an order
number, but a phone left standing cannot be taken back. Dates, amounts, and numbers of other
lengths stay. Rust's regular expressions have no lookaround, so that each pattern takes the
character on either side along and gives it back; two neighbours share that character, which is
why each pattern runs twice.
"""

import polars as pl

# Characters that show nothing, put between digits: they would hide a phone from every pattern.
# Only after a digit, since a joiner between emoji has its meaning.
_HIDDEN = r"([0-9０-９])[\u{ad}\u{200b}-\u{200f}\u{2060}\u{feff}]+"

_D = "[0-9０-９]"
_BLANK = r"[ \t\u{a0}\u{3000}]"
_DASH = r"[-－‐‑‒–—−_·•・]"
_SEPARATOR = rf"(?:{_BLANK}?{_DASH}{_BLANK}?|{_BLANK}{{1,2}})"
_DOTTED = rf"(?:{_SEPARATOR}|[.．])"
_BEFORE, _AFTER = r"(^|[^0-9０-９])", r"($|[^0-9０-９])"

_EMAIL = (
    r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９][A-Za-z0-9._%+\-Ａ-Ｚａ-ｚ０-９．＿－]*\s?[@＠]\s?"
    r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９][A-Za-z0-9\-Ａ-Ｚａ-ｚ０-９]*"
    r"(?:[.．][A-Za-z0-9\-Ａ-Ｚａ-ｚ０-９]+)+"
)

# GB 11643: region, birth date, order number, check digit. The birth date must be possible, so
# that an order number of 18 digits stays; with an X behind 17 digits it can be nothing else. In the
# old form of 15 digits the year begins at 1920: below, the digits are the street of a grid's code,
# and nobody that old is still written about by an old number.
_REGION = (
    "(?:[1１][1-5１-５]|[2２][1-3１-３]|[3３][1-7１-７]|[4４][1-6１-６]"
    "|[5５][0-4０-４]|[6６][1-5１-５]|[78７８][1-3１-３])"
)
_CENTURY = "(?:[1１][89８９]|[2２][0０])"
_MONTH = "(?:[0０][1-9１-９]|[1１][0-2０-２])"
_DAY = "(?:[0０][1-9１-９]|[12１２][0-9０-９]|[3３][01０１])"
_S = rf"{_SEPARATOR}?"
_GAP = rf"{_BLANK}?"
_CITIZEN_ID = (
    rf"(?:{_REGION}{_GAP}{_D}{_S}{_D}{_GAP}{_D}{_D}{_S}{_CENTURY}{_GAP}{_D}{_D}{_S}"
    rf"{_MONTH}{_GAP}{_DAY}{_S}{_D}{_GAP}{_D}{_GAP}{_D}{_S}[0-9０-９XxＸｘ]"
    rf"|{_D}{{17}}[XxＸｘ]|{_REGION}{_D}{{4}}[2-9２-９]{_D}{_MONTH}{_DAY}{_D}{{3}})"
)

_ONE, _SECOND = "[1１]", "[3-9３-９]"
_COUNTRY = rf"(?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_S})?"
_MOBILE = (
    rf"(?:{_COUNTRY}{_ONE}{_SECOND}{_D}(?:{_S}{_D}{{4}}{_S}{_D}{{4}}"
    rf"|{_DOTTED}{_D}{{4}}{_DOTTED}{_D}{{4}}|{_DOTTED}{_D}{{3}}{_DOTTED}{_D}{{5}}"
    rf"|{_D}{_DOTTED}{_D}{{3}}{_DOTTED}{_D}{{4}}|{_D}{_D}{_DOTTED}{_D}{{3}}{_DOTTED}{_D}{{3}}"
    rf"|{_D}{_D}{_SEPARATOR}{_D}{{6}})"
    rf"|{_ONE}{_SEPARATOR}{_SECOND}(?:{_SEPARATOR}{_D}){{9}})"
)
_AREA = "[0０](?:[1１][0０]|[2２][0-9０-９]|[3-9３-９][0-9０-９]{2})"
_LANDLINE = rf"(?:[(（]{_AREA}[)）]{_S}|{_AREA}{_S})[2-9２-９]{_D}{{2,3}}{_S}{_D}{{4}}"
# Without an area code only where the words in front say that it is a phone.
_LOCAL_WORD = r"(?i)((?:电话|座机|热线|手机|联系方式|致电|拨打|tel|☎)(?:号码?|是|为)?[:：\s]{0,3})"
_LOCAL = rf"[2-9２-９]{_D}{{2,3}}{_S}{_D}{{4}}"
_SPOKEN = "[一壹幺][三四五六七八九叁肆伍陆柒捌玖][零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{9}"

# Province, letter of the city, then five characters (six for electric cars): at least one is a
# digit, else it is a word such as 新STUDENT.
_LETTER = "A-HJ-NP-Za-hj-np-zＡ-ＨＪ-ＮＰ-Ｚａ-ｈｊ-ｎｐ-ｚ"
_SIGN = f"[{_LETTER}0-9０-９]"
_WITH_DIGIT = "|".join(
    f"{_SIGN}{{{place}}}{_D}{_SIGN}{{{length - place - 1}}}"
    for length in (6, 5, 4)
    for place in range(length)
)
_PLATE = (
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_BLANK}?"
    rf"[A-HJ-Za-hj-zＡ-ＨＪ-Ｚａ-ｈｊ-ｚ](?:{_S}|[.．])(?:{_WITH_DIGIT})[挂学警港澳领使]?"
)
_AFTER_PLATE = r"($|[^A-Za-z0-9Ａ-Ｚａ-ｚ０-９])"

# In this order: an e-mail address may begin with a phone, and a citizen id may hold one.
_REPLACEMENTS = (
    (_EMAIL, "〔邮箱〕"),
    (f"{_BEFORE}{_CITIZEN_ID}{_AFTER}", "${1}〔证件号〕${2}"),
    (f"(){_PLATE}{_AFTER_PLATE}", "${1}〔车牌〕${2}"),
    (f"{_BEFORE}{_MOBILE}{_AFTER}", "${1}〔电话〕${2}"),
    (f"{_BEFORE}{_LANDLINE}{_AFTER}", "${1}〔电话〕${2}"),
    (f"{_LOCAL_WORD}{_LOCAL}{_AFTER}", "${1}〔电话〕${2}"),
    (_SPOKEN, "〔电话〕"),
)


def scrub(text: pl.Expr) -> pl.Expr:
    """Replace identifiers in free text by 〔证件号〕, 〔电话〕, 〔车牌〕 and 〔邮箱〕.

    Digits and letters of either width, with blanks, hyphens, dots and invisible characters
    between them. The rest of the text stays as it is, to the character, but for invisible
    characters behind a digit.
    """
    scrubbed = text.str.replace_all(_HIDDEN, "$1")
    for pattern, token in _REPLACEMENTS:
        scrubbed = scrubbed.str.replace_all(pattern, token)
        if "${2}" in token:
            scrubbed = scrubbed.str.replace_all(pattern, token)
    return scrubbed
