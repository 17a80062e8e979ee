"""Dates and times in every form that clerks write, and in none that can be read two ways."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.validation import moments as moments_module
from ingestion.validation.moments import parse_date, parse_timestamp

TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
SERIAL_ZERO = date(1899, 12, 30)

DATE_FORMS: list[Callable[[date], str]] = [
    lambda day: f"{day.year}-{day.month}-{day.day}",
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%Y%m%d}.0",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year} 年 {day.month} 月 {day.day} 号",
    lambda day: f"{day.isoformat()} 00:00:00",
    lambda day: f"{day.isoformat()}T00:00:00.000Z",
    lambda day: f"{day.year}/{day.month}/{day.day} 0:00",
    lambda day: f"\u3000{day.year}-{day.month}-{day.day}\u200b",
    lambda day: f"{day.year}-{day.month}-{day.day}".translate(TO_FULL_WIDTH),
]

MOMENT_FORMS: list[Callable[[datetime], str]] = [
    lambda at: f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02}:{at.second:02}",
    lambda at: at.isoformat(),
    lambda at: f"{at.isoformat(sep=' ')}.000",
    lambda at: f"{at:%Y%m%d%H%M%S}",
    lambda at: f"{at:%Y%m%d %H:%M:%S}",
    lambda at: f"{at:%Y%m%dT%H%M%S}",
    lambda at: f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
    lambda at: f"{at.year}年{at.month}月{at.day}日{at:%H:%M:%S}",
    lambda at: f"{at.year}/{at.month}/{at.day} {'上下'[at.hour >= 12]}午{at:%I:%M:%S}",
    lambda at: f"{at.year}/{at.month}/{at.day} {at:%I:%M:%S} {'AP'[at.hour >= 12]}M",
    lambda at: f"{at.isoformat(sep=' ')} UTC",
    lambda at: f"{at.isoformat()}Z",
    lambda at: f"{at.isoformat()}+00:00",
    lambda at: at.isoformat(sep=" ").translate(TO_FULL_WIDTH),
]

days = st.dates(date(1000, 1, 1), date(9999, 12, 31))
moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)


def read(parse: Callable[..., pl.Expr], *texts: str | None, **settings: Any) -> list[Any]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(parse(pl.col("text"), **settings)).to_series().to_list()


@given(days)
def test_every_form_of_a_date_comes_back_as_that_date(day: date) -> None:
    assert read(parse_date, *(form(day) for form in DATE_FORMS)) == [day] * len(DATE_FORMS)


@given(moments)
def test_every_form_of_a_moment_comes_back_as_that_moment(at: datetime) -> None:
    found = read(parse_timestamp, *(form(at) for form in MOMENT_FORMS))
    assert found == [at] * len(MOMENT_FORMS)


@given(days)
def test_a_bare_date_is_its_midnight(day: date) -> None:
    midnight = datetime.combine(day, time.min)
    found = read(parse_timestamp, *(form(day) for form in DATE_FORMS))
    assert found == [midnight] * len(DATE_FORMS)


@given(st.integers(10_000, 79_999), st.integers(0, 86_399))
def test_day_numbers_of_spreadsheets_are_moments_to_the_second(number: int, second: int) -> None:
    day = SERIAL_ZERO + timedelta(days=number)
    assert read(parse_date, f"{number}", f"{number}.0") == [day, day]
    at = datetime.combine(day, time.min) + timedelta(seconds=second)
    assert read(parse_timestamp, f"{number + second / 86_400:.10f}") == [at]


def test_the_day_number_of_a_known_date_is_that_date() -> None:
    assert read(parse_date, "43524", "４３５２４") == [date(2019, 2, 28)] * 2
    assert read(parse_timestamp, "43524.4757523148") == [datetime(2019, 2, 28, 11, 25, 5)]


def test_years_and_codes_are_not_taken_for_day_numbers() -> None:
    assert read(parse_date, "2019", "9999", "80000", "210202", "43524.5") == [None] * 5


@pytest.mark.parametrize(
    "text",
    [
        *("2019-02-30", "2019-02-29", "1900-02-29", "2019-13-01", "2019-00-10", "2019-04-31"),
        *("19-2-28", "28/2/2019", "2/28/2019", "2019-2", "2019年2月", "2019-2/28", "2019年2-28"),
        *(
            "2019111",
            "20191301",
            "20190230",
            "12019-2-28",
            "2019-2-285",
            "-2019-2-28",
            "0001-01-01",
        ),
        *("2019-02-28 11:00:00", "2019-02-28 0", "2019-02-28x", "昨天", "0000-00-00", "0001-1-1"),
    ],
)
def test_what_is_no_single_date_is_refused(text: str) -> None:
    assert read(parse_date, text) == [None]


@pytest.mark.parametrize(
    "text",
    [
        *("2019-02-28 24:00:00", "2019-02-28 11:60", "2019-02-28 11:25:60", "2019-02-28 11:"),
        *("2019-02-28 11", "2019-02-28 上午13:05", "2019-02-2811:25", "11:25:05", "201902281125"),
        *("2019-02-28 11:25:05 CST", "2019-02-28 11:25:05+99:00", "20190228240000"),
    ],
)
def test_what_is_no_single_moment_is_refused(text: str) -> None:
    assert read(parse_timestamp, text) == [None]


def test_leap_days_are_dates_in_leap_years_only() -> None:
    found = read(parse_date, "2020-02-29", "2000年2月29日", "21000229", "2019/2/29")
    assert found == [date(2020, 2, 29), date(2000, 2, 29), None, None]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("上午12:05", 0), ("下午12:05", 12), ("下午3:05", 15), ("下午15:05", 15), ("3:05 pm", 15)],
)
def test_halves_of_the_day_are_understood(text: str, hour: int) -> None:
    assert read(parse_timestamp, f"2019/2/28 {text}") == [datetime(2019, 2, 28, hour, 5)]


def test_parts_of_a_second_are_kept_to_the_microsecond() -> None:
    found = read(parse_timestamp, "2019-02-28T11:25:05.123", "2019-02-28 11:25:05.123456789")
    assert [at.microsecond for at in found] == [123_000, 123_456]


def test_chinese_times_may_end_at_the_hour_or_the_minute() -> None:
    found = read(parse_timestamp, "2019年2月28日11时", "2019年2月28日11点25", "2019-2-28 11时25分")
    assert [(at.hour, at.minute) for at in found] == [(11, 0), (11, 25), (11, 25)]


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_is_converted_when_a_zone_is_given(at: datetime, offset: int) -> None:
    written = at.replace(tzinfo=timezone(timedelta(minutes=offset)))
    (there,) = read(parse_timestamp, written.isoformat(), zone="Asia/Shanghai")
    assert there == written.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    assert read(parse_timestamp, written.isoformat()) == [at]


def test_a_moment_without_offset_is_already_in_its_zone() -> None:
    found = read(parse_timestamp, "2019-02-28 11:25:05", "2019-2-28", zone="Asia/Shanghai")
    assert found == [datetime(2019, 2, 28, 11, 25, 5), datetime(2019, 2, 28)]


def test_names_of_universal_time_are_offsets_of_nothing() -> None:
    texts = [f"2019-10-06 00:05:55{name}" for name in (" UTC", "Z", " GMT", "+0000", " utc+0")]
    there = datetime(2019, 10, 6, 0, 5, 55, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    found = read(parse_timestamp, *texts, zone="Asia/Shanghai")
    assert found == [there.replace(tzinfo=None)] * 5


def test_a_conversion_past_the_year_9999_is_refused_not_overflowed() -> None:
    assert read(parse_timestamp, "9999-12-31 23:00:00-08:00", zone="Asia/Shanghai") == [None]


@given(st.lists(st.sampled_from(["2019-2-28", "2019年2月28日", "43524", "20190228", "x", None])))
def test_the_form_of_one_row_does_not_change_another(texts: list[str | None]) -> None:
    day = date(2019, 2, 28)
    assert read(parse_date, *texts) == [None if text in ("x", None) else day for text in texts]


def test_a_column_read_in_many_slices_keeps_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["2019-2-28", None, "2019年3月1日", "x", "43524", "20190302", "2019/3/3"]
    whole = read(parse_date, *texts)
    monkeypatch.setattr(moments_module, "_SLICE", 2)
    assert read(parse_date, *texts) == whole
    assert [day.day for day in whole if day] == [28, 1, 28, 2, 3]
