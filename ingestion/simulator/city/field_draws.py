"""The values of one field: as declared, or as its contract lets one infer.

A declaration (feeds/*.yml) is one of: ``constant``; ``words`` (a list evenly, a mapping by weight);
``between`` [low, high]; ``text`` (with {columns} of the row or its setting); ``of`` (a column);
``after`` (a field) with ``days`` or ``hours`` (median); ``years_ago`` [low, high]; ``part_of`` (a
field that is not exceeded). With it or alone: ``empty`` (share left empty), ``only_where`` (a
mapping of field to the value or values for which it is filled in).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import numpy as np
import polars as pl

from ingestion.contracts import Contract
from ingestion.contracts.model import Field
from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground, drawn_by, hours_long

TYPES: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
}
OPTIONAL_EMPTY = 0.08
OPEN = 0.2
PAST = re.compile(r"founded|opened|installed|set_up|built|registered|established|since|leased_from")
FUTURE = re.compile(r"deadline|_by$|until$|next_")
PERSON = ("name", "citizen_id", "sex", "birth_date", "phone", "education")
PLACES = {
    "district": "district_code",
    "subdistrict": "subdistrict_code",
    "street": "subdistrict_code",
}


@dataclass
class Draw:
    """One drawing of rows. ``setting``: place, person, worker and moment of each row, and what a
    generator knows of it (``known``: names of those fields); ``declared``: by field; ``first``:
    number of the first row; ``done``: the fields drawn so far."""

    contract: Contract
    desk: Desk
    ground: Ground
    month: int
    setting: pl.DataFrame
    rng: np.random.Generator
    first: int
    declared: dict[str, Any]
    known: frozenset[str] = frozenset()
    done: dict[str, pl.Series] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows are drawn."""
        return len(self.setting)

    def column(self, name: str) -> pl.Series:
        """A field, drawn now if it has not been, else a column of the setting."""
        fields = [f for f in self.contract.fields if f.name == name and f.protection != "refused"]
        if fields and name not in self.done:
            return self.fill(fields[0])
        return self.done[name] if name in self.done else self.setting[name]

    def fill(self, field: Field) -> pl.Series:
        """Draw the field, unless it is known or drawn already."""
        if field.name not in self.done:
            if field.name in self.known:
                values = self.setting[field.name]
            else:
                values = draw_field(self, field, self.declared.get(field.name))
            cast = values.cast(TYPES[field.logical_type], strict=False)
            self.done[field.name] = cast.alias(field.name)
        return self.done[field.name]

    def somewhere(self, share: float) -> pl.Series:
        """True for about that share of the rows."""
        return pl.Series(self.rng.random(self.count) < share)


def draw_field(draw: Draw, field: Field, declared: Any = None) -> pl.Series:
    """Values of the field for all rows; text, number, date or moment as the contract says."""
    declared = declared or {}
    if declared.get("empty") == 1:
        return _nothing(draw)
    values = _declared(draw, field, declared)
    if values is None:
        values = _inferred(draw, field)
    for name, wanted in declared.get("only_where", {}).items():
        fits = draw.column(name).is_in(wanted if isinstance(wanted, list) else [wanted])
        values = _where(fits.fill_null(False), values)
    share = declared.get("empty")
    if share is None and not field.required and field.key_position is None and not declared:
        share = OPTIONAL_EMPTY if _may_be_empty(field) else 0
    return _where(~draw.somewhere(share), values) if share else values


def _may_be_empty(field: Field) -> bool:
    return field.logical_type != "boolean" and field.semantic is None


def _where(condition: pl.Series, values: pl.Series) -> pl.Series:
    return pl.select(pl.when(condition).then(values)).to_series()


def _nothing(draw: Draw) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, draw.count)


def _declared(draw: Draw, field: Field, declared: dict[str, Any]) -> pl.Series | None:
    rng = draw.rng
    if "constant" in declared:
        return pl.Series([declared["constant"]]).new_from_index(0, draw.count)
    if "words" in declared:
        return _words(draw, declared["words"])
    if "between" in declared:
        low, high = declared["between"]
        if field.logical_type == "integer":
            return pl.Series(rng.integers(low, high + 1, draw.count))
        return pl.Series(rng.uniform(low, high, draw.count).round(2))
    if "text" in declared:
        names = re.findall(r"{(\w+)}", declared["text"])
        form = re.sub(r"{\w+}", "{}", declared["text"])
        return pl.select(pl.format(form, *(draw.column(n) for n in names))).to_series()
    if "of" in declared:
        return draw.column(declared["of"])
    if "after" in declared:
        median = declared.get("days", 0) * 24 + declared.get("hours", 0)
        return _after(draw, field, draw.column(declared["after"]), median)
    if "years_ago" in declared:
        return _long_ago(draw, *declared["years_ago"])
    if "part_of" in declared:
        whole = draw.column(declared["part_of"]).fill_null(0).to_numpy()
        return pl.Series(np.floor(whole * rng.beta(4, 1.5, draw.count))).cast(pl.Int64)
    return None


def _words(draw: Draw, words: Any) -> pl.Series:
    weights = np.array(list(words.values()) if isinstance(words, dict) else [1] * len(words))
    chosen = drawn_by(weights.astype(float), draw.count, draw.rng)
    return pl.Series([w if isinstance(w, bool) else str(w) for w in words]).gather(chosen)


def _inferred(draw: Draw, field: Field) -> pl.Series:
    """By what the contract says: reference, codes, identifier, type; text last."""
    if field.codes:
        weights = 1 / np.arange(1, len(field.codes) + 1) ** 0.7
        return _words(draw, dict(zip((c.value for c in field.codes), weights, strict=True)))
    if field.reference:
        return _referred(draw, field, *field.reference)
    if field.semantic:
        return _identifier(draw, field)
    match field.logical_type:
        case "boolean":
            return draw.somewhere(0.8)
        case "integer" | "number":
            return _number(draw, field)
        case "date" | "timestamp":
            return _moment(draw, field)
    if field.key_position is not None:
        return _numbered(draw, field)
    return _text(draw, field)


def _referred(draw: Draw, field: Field, feed: str, name: str) -> pl.Series:
    if feed in ("staff", "unit", "building"):
        return draw.setting[name] if name in draw.setting.columns else _nothing(draw)
    if feed == "dwelling":
        return draw.setting["person_dwelling_code"]
    if feed == "new_organisation":
        known = draw.ground.organisations["credit_code"] if len(draw.ground.organisations) else None
    else:
        known = draw.ground.known(feed, name, draw.month)
    if known is None or feed == draw.contract.feed:
        return _numbered(draw, field) if field.required else _nothing(draw)
    return known.gather(draw.rng.integers(0, len(known), draw.count))


def _identifier(draw: Draw, field: Field) -> pl.Series:
    setting, rng = draw.setting, draw.rng
    others = len([f for f in draw.done if f.endswith(field.name.rpartition("_")[2])])
    match field.semantic:
        case "division_code":
            if field.pattern == r"\d{15}" or field.name == "grid_code":
                return setting["grid_code"]
            level = next((c for k, c in PLACES.items() if field.name.startswith(k)), None)
            if level:
                return setting[level]
            grid = draw.somewhere(0.5)
            return pl.select(
                pl.when(grid).then(setting["grid_code"]).otherwise(setting["community_code"])
            ).to_series()
        case "credit_code":
            known = draw.ground.organisations["credit_code"]
            if field.key_position is not None:
                return known.gather((np.arange(draw.count) + draw.first) % len(known))
            return known.gather(rng.integers(0, len(known), draw.count))
        case "citizen_id" | "phone" | "person_name":
            column = {"person_name": "person_name"}.get(field.semantic, f"person_{field.semantic}")
            values = setting[column]
            shift = others * 7 % max(1, draw.count)
            return pl.concat([values.tail(draw.count - shift), values.head(shift)])
        case "address":
            return setting["address"]
    return _nothing(draw)


def _number(draw: Draw, field: Field) -> pl.Series:
    if field.name in ("longitude", "latitude"):
        return draw.setting[field.name]
    rng, low = draw.rng, float(field.minimum or 0)
    high = float(field.maximum) if field.maximum is not None else None
    if high == 100 and low == 0:
        values = np.clip(rng.normal(82, 9, draw.count), 0, 100).round(1)
    elif "year" in field.name:
        return pl.Series(rng.integers(1980, 2026, draw.count))
    else:
        values = low + rng.lognormal(2.2, 0.7, draw.count)
        values = np.clip(values, low, high if high is not None else 1e9)
    if field.logical_type == "integer":
        return pl.Series(np.floor(values).astype(np.int64))
    return pl.Series(values.round(2))


def _moment(draw: Draw, field: Field) -> pl.Series:
    """The first one is the row's moment; later ones follow it, some not yet; some lie far back."""
    if field.name == "birth_date":
        return draw.setting["person_birth_date"]
    if PAST.search(field.name):
        return _long_ago(draw, 1, 20)
    earlier = [
        n
        for n in draw.done
        if draw.contract.field(n).logical_type in ("date", "timestamp")
        and not PAST.search(n)
        and not FUTURE.search(n)
        and n != "birth_date"
    ]
    if not earlier:
        return _as(field, draw.setting["at"])
    days = 30 if FUTURE.search(field.name) else 4
    values = _after(draw, field, draw.column(earlier[-1]), days * 24)
    if FUTURE.search(field.name) or field.required:
        return values
    end = datetime.combine(draw.desk.calendar.ends[draw.month], time(23, 59, 59))
    return _where((values.cast(pl.Datetime("us")) <= end) & ~draw.somewhere(OPEN), values)


def _after(draw: Draw, field: Field, before: pl.Series, median_hours: float) -> pl.Series:
    hours = draw.rng.lognormal(0, 0.8, draw.count) * max(median_hours, 0.05)
    if field.logical_type == "date":
        hours = np.maximum(hours, 24.0)
    return _as(field, before.cast(pl.Datetime("us")) + hours_long(hours))


def _long_ago(draw: Draw, low: float, high: float) -> pl.Series:
    """Days that many years before the beginning of the month, the same share for every year."""
    first: date = draw.desk.calendar.first_day(draw.month)
    days = draw.rng.integers(int(low * 365), int(high * 365) + 1, draw.count)
    return pl.Series(np.datetime64(first, "D") - days.astype("timedelta64[D]")).cast(pl.Date)


def _as(field: Field, moment: pl.Series) -> pl.Series:
    if field.logical_type == "date":
        return moment.cast(pl.Date)
    return moment.cast(pl.Datetime("us")).dt.truncate("1s")


def _numbered(draw: Draw, field: Field) -> pl.Series:
    """Numbers as the contract's example has them: its letters, the month, a running number."""
    number = pl.Series(np.arange(draw.count) + draw.first + 1)
    digits = re.fullmatch(r"\\d\{(\d+)\}", field.pattern or "")
    if digits:
        return (number + 9 * 10 ** (int(digits[1]) - 1)).cast(pl.String)
    example = field.examples[0] if field.examples else ""
    letters = re.match(r"[A-Z]*", example)
    stem = (letters[0] if letters else "") or draw.contract.feed[:2].upper()
    end = draw.desk.calendar.ends[draw.month]
    running = (number + 10**7).cast(pl.String).str.tail(7)
    return pl.select(pl.format("{}{}{}", pl.lit(stem), pl.lit(f"{end:%Y%m}"), running)).to_series()


def _text(draw: Draw, field: Field) -> pl.Series:
    if field.name in draw.setting.columns:
        return draw.setting[field.name]
    if field.name.endswith("_name") and field.name != "unit_name":
        number = pl.Series(draw.rng.integers(1, 200, draw.count))
        form = pl.format(
            "{}{}{}号", draw.setting["community_name"], pl.lit(draw.contract.title_zh[:6]), number
        )
        return pl.select(form).to_series()
    words = field.examples or (f"{field.label_zh}一般", f"{field.label_zh}正常")
    if field.pattern:
        fitting = [w for w in words if re.fullmatch(field.pattern, w)]
        return _words(draw, fitting) if fitting else _nothing(draw)
    said = _words(draw, list(words))
    if field.protection == "scrub":
        form = pl.format("{}：{}", draw.setting["community_name"], said)
        return pl.select(form).to_series()
    return said
