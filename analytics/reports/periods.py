"""Periods: their spelling, their first and last day, and which of them make up a longer one.

========= ============== =====================================================
grain     period         what it is
========= ============== =====================================================
all       ``all``        everything, dated or not
year      ``2019``       a calendar year
half_year ``2019-H1``    January to June, July to December
quarter   ``2019-Q1``    a quarter of a calendar year
month     ``2019-02``    a calendar month
week      ``2019-W06``   a week from Monday to Sunday, numbered as ISO 8601 does
day       ``2019-02-03`` a day
========= ============== =====================================================

At every grain but ``all`` a row without a date stands under ``undated``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.reports.coordinates import ALL
from civic.errors import CivicError

UNDATED = "undated"
DEFAULT_GRAINS = ("all", "year", "month")
"""Those of a report that states none."""


@dataclass(frozen=True)
class Grain:
    """A kind of period.

    ``key``: SQL over a date, a whole number that tells the periods apart. ``text``: SQL over that
    key, the period's spelling. ``spelt``: the spelling of the period in which a day lies.
    ``first``: its first day, from the groups of ``pattern``. ``parts``: the grain into which a
    reader who asks for one such period would have it divided.
    """

    name: str
    key: str
    text: str
    pattern: str
    spelt: Callable[[date], str]
    first: Callable[[int, int], date]
    behind: Callable[[date], date]
    zh: str
    en: str
    parts: str | None


def _months_later(first: date, months: int) -> date:
    after = first.year * 12 + first.month - 1 + months
    return date(after // 12, after % 12 + 1, 1)


def _of_months(months: int) -> tuple[Callable[[int, int], date], Callable[[date], date]]:
    return (
        lambda year, number: date(year, (number - 1) * months + 1, 1),
        lambda first: _months_later(first, months),
    )


_DATED = {
    grain.name: grain
    for grain in (
        Grain(
            "year",
            "year({0})",
            "printf('%04d', {0})",
            r"(?P<year>\d{4})",
            lambda day: f"{day.year:04d}",
            *_of_months(12),
            "{0}年",
            "{0}",
            "month",
        ),
        Grain(
            "half_year",
            "year({0}) * 10 + (month({0}) + 5) // 6",
            "printf('%04d-H%d', {0} // 10, {0} % 10)",
            r"(?P<year>\d{4})-H(?P<number>[12])",
            lambda day: f"{day.year:04d}-H{(day.month + 5) // 6}",
            *_of_months(6),
            "{0}年{1}半年",
            "{0} H{1}",
            "month",
        ),
        Grain(
            "quarter",
            "year({0}) * 10 + quarter({0})",
            "printf('%04d-Q%d', {0} // 10, {0} % 10)",
            r"(?P<year>\d{4})-Q(?P<number>[1-4])",
            lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
            *_of_months(3),
            "{0}年第{1}季度",
            "{0} Q{1}",
            "month",
        ),
        Grain(
            "month",
            "year({0}) * 100 + month({0})",
            "printf('%04d-%02d', {0} // 100, {0} % 100)",
            r"(?P<year>\d{4})-(?P<number>0[1-9]|1[0-2])",
            lambda day: f"{day:%Y-%m}",
            *_of_months(1),
            "{0}年{1}月",
            "{0}-{1:02d}",
            "day",
        ),
        Grain(
            "week",
            "isoyear({0}) * 100 + week({0})",
            "printf('%04d-W%02d', {0} // 100, {0} % 100)",
            r"(?P<year>\d{4})-W(?P<number>0[1-9]|[1-4]\d|5[0-3])",
            lambda day: "{:04d}-W{:02d}".format(*day.isocalendar()),
            lambda year, number: date.fromisocalendar(year, number, 1),
            lambda first: first + timedelta(weeks=1),
            "{0}年第{1}周",
            "{0} week {1}",
            "day",
        ),
        Grain(
            "day",
            "year({0}) * 10000 + month({0}) * 100 + day({0})",
            "printf('%04d-%02d-%02d', {0} // 10000, {0} // 100 % 100, {0} % 100)",
            r"(?P<year>\d{4})-(?P<number>\d{2}-\d{2})",
            date.isoformat,
            lambda year, number: date(year, number // 100, number % 100),
            lambda first: first + timedelta(days=1),
            "{0}年{2}月{3}日",
            "{0}-{2:02d}-{3:02d}",
            None,
        ),
    )
}
GRAINS = (ALL, *_DATED)
GRAIN_NAMES = tuple(_DATED)
NESTED = (
    *((grain, ALL) for grain in _DATED),
    ("half_year", "year"),
    ("quarter", "half_year"),
    ("quarter", "year"),
    ("month", "quarter"),
    ("month", "half_year"),
    ("month", "year"),
    ("day", "month"),
    ("day", "week"),
)
"""(fine, coarse): the periods of the one make up those of the other."""


def grain_of(period: str) -> str:
    """The grain that a period belongs to. Raises CivicError for what is no period.

    ``undated`` belongs to every grain but ``all``; it is taken as a month.
    """
    if period == ALL:
        return ALL
    if period == UNDATED:
        return "month"
    for grain in _DATED.values():
        if re.fullmatch(grain.pattern, period):
            _first_day(grain, period)
            return grain.name
    raise _no_period(period)


def bounds(period: str) -> tuple[date, date]:
    """The first day of a dated period, and the first day behind it."""
    grain = _DATED[grain_of(period)]
    first = _first_day(grain, period)
    return first, grain.behind(first)


def period_written(text: str | None) -> str | None:
    """The period that people write, as cells have it: 2026Q1 is 2026-Q1. None for no period."""
    if not text:
        return None
    written = f"{text[:4]}-{text[4:]}" if text[4:5] == "Q" else text
    try:
        grain_of(written)
    except CivicError:
        return None
    return written


def period_at(grain: str, day: date) -> str:
    """The dated period of a grain in which a day lies."""
    return _DATED[grain].spelt(day)


def coarser(period: str, grain: str) -> str:
    """The period of a coarser grain in which a period lies (``NESTED``)."""
    if grain == ALL or period == UNDATED:
        return ALL if grain == ALL else UNDATED
    return _DATED[grain].spelt(bounds(period)[0])


def previous(period: str) -> str:
    """The dated period of the same grain that ends where this one begins."""
    first, _ = bounds(period)
    return _DATED[grain_of(period)].spelt(first - timedelta(days=1))


def following(period: str) -> str:
    """The dated period of the same grain that begins where this one ends."""
    return _DATED[grain_of(period)].spelt(bounds(period)[1])


def between(first: str, last: str) -> list[str]:
    """All periods from the first to the last, both of one grain, in their order."""
    made = [last]
    while made[-1] > first:
        made.append(previous(made[-1]))
    return made[::-1]


def first_of_year(grain: str, year: int) -> str:
    """The first period of a grain in a year; of weeks the first that ISO 8601 counts to it."""
    return _DATED[grain].spelt(_DATED[grain].first(year, 101 if grain == "day" else 1))


def year_before(period: str) -> str | None:
    """The dated period of the same name a year before; a 53rd week or 29 February may have none."""
    grain = _DATED[grain_of(period)]
    year, number = _numbers(grain, period)
    try:
        return grain.spelt(grain.first(year - 1, number))
    except ValueError:
        return None


def parts_of(period: str) -> str | None:
    """The grain of the parts that a reader expects of a period; None where it has none."""
    if period == UNDATED:
        return None
    return "year" if period == ALL else _DATED[grain_of(period)].parts


def words(period: str) -> tuple[str, str]:
    """A dated period in Chinese and English."""
    grain = _DATED[grain_of(period)]
    first = bounds(period)[0]
    year, number = _numbers(grain, period)
    halves = {1: "上", 2: "下"}
    zh_number = halves[number] if grain.name == "half_year" else number
    zh = grain.zh.format(year, zh_number, first.month, first.day)
    return zh, grain.en.format(f"{year:04d}", number, first.month, first.day)


def key_sql(grain: str, dated: str) -> str:
    """SQL: a whole number for the period of the date ``dated``; null where it is null."""
    return _DATED[grain].key.format(dated)


def text_sql(grain: str, key: str) -> str:
    """SQL: the spelling of the period of a key; null where it is null."""
    return _DATED[grain].text.format(key)


def _numbers(grain: Grain, period: str) -> tuple[int, int]:
    """The year of a period and its number within it; 1 where it has none."""
    match = re.fullmatch(grain.pattern, period)
    assert match is not None
    return int(match["year"]), int(match.groupdict().get("number", "1").replace("-", ""))


def _first_day(grain: Grain, period: str) -> date:
    try:
        return grain.first(*_numbers(grain, period))
    except ValueError:
        raise _no_period(period) from None


def _no_period(period: str) -> CivicError:
    return CivicError(
        f"{period!r} is no period.",
        "Write all, a year (2019), a half year (2019-H1), a quarter (2019-Q1), a month (2019-02), "
        "a week (2019-W06) or a day (2019-02-03).",
        zh=f"{period!r} 不是期间。",
        remedy_zh="请写 all、年（2019）、半年（2019-H1）、季度（2019-Q1）、月（2019-02）、"
        "周（2019-W06）或日（2019-02-03）。",
    )
