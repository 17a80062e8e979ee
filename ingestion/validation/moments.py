"""Dates and times in every form that clerks and systems write them.

Year first and in four digits, always: ``3/4/2019`` and ``19-2-28`` can be read in two ways and
are refused. Belongs here: text to Date and Datetime. Does not: whether a date is plausible.

A column is read by one pattern after another, each seeing only the rows that are still unread:
most columns are written in one plain form throughout, and the patterns for the others cost ten
times as much. This needs the rows themselves, hence ``map_batches``; it works row by row, so
that the streaming engine may cut the column as it likes.
"""

from collections.abc import Callable

import polars as pl

from ingestion.validation.text import clean, half_width

_YEAR, _MONTH, _DAY = r"[1-9][0-9]{3}", r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12][0-9]|0?[1-9])"
_HOUR, _SIXTIETH = r"(?:2[0-3]|[01]?[0-9])", r"[0-5]?[0-9]"
_CLOCK = (
    rf"(?P<hour>{_HOUR}):(?P<minute>{_SIXTIETH})"
    rf"(?::(?P<second>{_SIXTIETH})(?:\.(?P<fraction>[0-9]{{1,9}}))?)?"
)

_PLAIN = (
    rf"^(?P<year>{_YEAR})(?P<after_year>[-/.])(?P<month>{_MONTH})(?P<after_month>[-/.])"
    rf"(?P<day>{_DAY})(?:[ T]{_CLOCK})?$"
)
# The forms in which systems export; read by Polars' own parser, at a fifteenth of the cost.
_DAY_ISO = r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_ISO_DATE = rf"^{_DAY_ISO}$"
_ISO_MOMENT = rf"^{_DAY_ISO} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"

_COMPACT = (
    rf"^(?P<year>{_YEAR})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
    r"(?:[ T]?(?P<hour>[01][0-9]|2[0-3]):?(?P<minute>[0-5][0-9]):?(?P<second>[0-5][0-9]))?"
    r"(?:\.0+)?$"
)

_CLOCK_ZH = (
    rf"(?P<hour_zh>{_HOUR})\s*[时点]\s*"
    rf"(?:(?P<minute_zh>{_SIXTIETH})(?:\s*分\s*(?:(?P<second_zh>{_SIXTIETH})\s*秒)?)?)?"
)
_HALF = r"(?i:上午|下午|[ap]m)"
_ZONE = (
    r"(?i:(?:Z|UTC|GMT)?(?P<sign>[+-])(?P<offset_hours>[01]?[0-9])"
    r"(?::?(?P<offset_minutes>[0-5][0-9]))?|Z|UTC|GMT)"
)
# Between date and time stands a blank, a T, or the 日 that closes the date.
_GAP = r"(?:\s*[日号]\s*|\s*[Tt]\s*|\s+)"
_ELABORATE = (
    rf"^(?P<year>{_YEAR})\s*(?P<after_year>[-/.年])\s*(?P<month>{_MONTH})\s*"
    rf"(?P<after_month>[-/.月])\s*(?P<day>{_DAY})"
    rf"(?:{_GAP}(?P<half_before>{_HALF})?\s*(?:{_CLOCK}|{_CLOCK_ZH})\s*(?P<half_after>{_HALF})?"
    rf"\s*(?P<zone>{_ZONE})?|\s*[日号]?)$"
)

# Day numbers of spreadsheets (1900 system) between 1954 and 2119: five digits that are neither
# a year nor a code. Day 60, the 29 February 1900 that never was, lies far below.
_SERIAL = r"^[1-7][0-9]{4}(?:\.[0-9]+)?$"
_MILLISECONDS_A_DAY = 86_400_000

# Rows read at one time: a row in parts takes some three hundred bytes.
_SLICE = 200_000

_NUMBERS = (
    *("year", "month", "day", "hour", "minute", "second"),
    *("hour_zh", "minute_zh", "second_zh", "offset_hours", "offset_minutes"),
)
_WORDS = ("after_year", "after_month", "fraction", "half_before", "half_after", "sign", "zone")
_FIELDS = (*_NUMBERS, *_WORDS)


def parse_date(text: pl.Expr) -> pl.Expr:
    """Read dates as Date.

    ``2019-2-28``, ``2019/2/28``, ``2019.2.28``, ``20190228``, ``2019年2月28日``, and spreadsheet
    day numbers 10000 to 79999 (18 May 1927 to 2119; fewer digits may be a year). A time beside it
    is taken only when it is midnight: a moment of the day in a date column is a finding, not
    something to cut off. Years are 1000 to 9999.
    Null: days that no calendar has, years of two digits, day or month first.
    """
    return text.cast(pl.String).map_batches(
        lambda texts: _dates_of_midnights(_read_moments(texts, None)),
        return_dtype=pl.Date,
        is_elementwise=True,
    )


def parse_timestamp(text: pl.Expr, zone: str | None = None) -> pl.Expr:
    """Read moments as naive Datetime in microseconds; a bare date is its midnight.

    The forms of ``parse_date``, and with a time: ``2019/2/28 11:25:05``,
    ``2019-02-28T11:25:05.123``, ``2019年2月28日 11时25分5秒``, ``2019年2月28日 下午3:05``,
    ``20190228112505``, spreadsheet day numbers with a fraction (to the millisecond), and with
    ``Z``, ``UTC``, ``GMT`` or an offset such as ``+08:00`` behind.

    Without ``zone`` the wall clock is taken as written and an offset is ignored; with ``zone``
    (an IANA name) a moment that carries an offset is converted to that zone's wall clock, and
    one that carries none is taken as already being there.
    """
    return text.cast(pl.String).map_batches(
        lambda texts: _read_moments(texts, zone),
        return_dtype=pl.Datetime("us"),
        is_elementwise=True,
    )


def _dates_of_midnights(moments: pl.Series) -> pl.Series:
    dates = moments.dt.date()
    return dates.set(moments != dates.cast(pl.Datetime("us")), None)


def _read_moments(texts: pl.Series, zone: str | None) -> pl.Series:
    """Moments of a column of text, slice by slice, so that memory does not follow its length."""
    starts = range(0, max(len(texts), 1), _SLICE)
    return pl.concat([_read_slice(texts.slice(start, _SLICE), zone) for start in starts])


def _read_slice(texts: pl.Series, zone: str | None) -> pl.Series:
    dates, clocked = texts.str.contains(_ISO_DATE), texts.str.contains(_ISO_MOMENT)
    iso = dates | clocked
    moments = _read_iso(texts, dates, clocked)
    readers: tuple[Callable[[pl.Series], pl.Series], ...] = (
        lambda rest: _read_by(_PLAIN, rest, None),
        lambda rest: _read_by(_COMPACT, _narrowed(rest), None),
        lambda rest: _read_by(_ELABORATE, _narrowed(rest), zone),
        lambda rest: _read_serial(_narrowed(rest)),
    )
    for read in readers:
        # 30 February stays null whoever reads it: the other patterns are not even compiled.
        unread = (moments.is_null() & texts.is_not_null() & ~iso).arg_true()
        if not len(unread):
            break
        moments = moments.scatter(unread, read(texts.gather(unread)))
    return moments


def _narrowed(texts: pl.Series) -> pl.Series:
    return texts.to_frame("text").select(half_width(clean(pl.col("text")))).to_series()


def _read_iso(texts: pl.Series, dates: pl.Series, clocked: pl.Series) -> pl.Series:
    text = pl.col("text")
    date = pl.when(dates).then(text).str.to_date("%Y-%m-%d", strict=False)
    moment = (
        pl.when(clocked)
        .then(text)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    )
    return (
        texts.to_frame("text").select(pl.coalesce(date.cast(pl.Datetime("us")), moment)).to_series()
    )


def _read_by(pattern: str, texts: pl.Series, zone: str | None) -> pl.Series:
    """Moments of the texts that a pattern with named groups fits; null for all others."""
    parts = pl.select(texts.str.extract_groups(pattern)).to_series().struct.unnest()
    if parts["year"].null_count() == len(parts):
        return pl.select(pl.repeat(None, len(parts), dtype=pl.Datetime("us"))).to_series()
    absent = [pl.lit(None, pl.String).alias(name) for name in _FIELDS if name not in parts.columns]
    parts = parts.with_columns(absent).with_columns(pl.col(_NUMBERS).cast(pl.Int32))
    moment = _calendar_date().cast(pl.Datetime("us")) + _time_of_day()
    parts = parts.with_columns(moment=moment)
    if zone is not None:
        parts = parts.with_columns(moment=_in_zone(pl.col("moment"), zone))
    return parts["moment"]


def _calendar_date() -> pl.Expr:
    """Date of year, month, day; null for 30 February and for separators that do not match."""
    first = pl.date(pl.col("year"), pl.col("month"), 1)
    date = first + pl.duration(days=pl.col("day") - 1)
    before, after = pl.col("after_year"), pl.col("after_month")
    alike = before.eq_missing(after) & before.ne_missing("年")
    chinese = (before == "年") & (after == "月")
    # A day past the end of its month has moved the date into the next one.
    return pl.when((alike | chinese) & (date.dt.month() == pl.col("month"))).then(date)


def _time_of_day() -> pl.Expr:
    """Duration since midnight; zero without a time, null for 13 o'clock in the morning."""
    hour = pl.coalesce("hour", "hour_zh", 0)
    half = pl.coalesce("half_before", "half_after").str.to_lowercase()
    morning, afternoon = half.is_in(["上午", "am"]), half.is_in(["下午", "pm"])
    clock_hour = (
        pl.when(afternoon & (hour < 12))
        .then(hour + 12)
        .when(morning & (hour == 12))
        .then(0)
        .when(~(morning & (hour > 12)).fill_null(False))
        .then(hour)
    )
    microseconds = pl.col("fraction").str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64)
    return pl.duration(
        hours=clock_hour,
        minutes=pl.coalesce("minute", "minute_zh", 0),
        seconds=pl.coalesce("second", "second_zh", 0),
        microseconds=microseconds.fill_null(0),
    )


def _in_zone(written: pl.Expr, zone: str) -> pl.Expr:
    minutes = pl.col("offset_hours").fill_null(0) * 60 + pl.col("offset_minutes").fill_null(0)
    signed = pl.when(pl.col("sign") == "-").then(-minutes).otherwise(minutes)
    utc = (written - pl.duration(minutes=signed)).dt.replace_time_zone("UTC")
    there = utc.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    # The last hours of the year 9999 must not become a year that no calendar here can hold.
    in_range = there.dt.year().is_between(1, 9999)
    return pl.when(pl.col("zone").is_null()).then(written).when(in_range).then(there)


def _read_serial(texts: pl.Series) -> pl.Series:
    """Moments of spreadsheet day numbers; their fraction of a day is good to a millisecond."""
    number = pl.when(pl.col("text").str.contains(_SERIAL)).then("text").cast(pl.Float64)
    milliseconds = (number * _MILLISECONDS_A_DAY).round(0).cast(pl.Int64)
    zero = pl.datetime(1899, 12, 30, time_unit="us")
    moment = zero + pl.duration(milliseconds=milliseconds)
    return texts.to_frame("text").select(moment).to_series()
