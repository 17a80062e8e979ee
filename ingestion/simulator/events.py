"""What happens in the made-up town: requests, messages and dispatches, month after month.

Numbers follow the season, the weekday and the hour; agencies differ in speed; some matters are
still open. Belongs here: matters and their stages. Does not: how they are exported.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.identifiers import phones

SECONDS_A_DAY = 86_400


def make_requests(
    town: dict[str, Any],
    dwellings: pl.DataFrame,
    grids: pl.DataFrame,
    days: tuple[date, date],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Service requests created from the first day to the last, as the contract has them.

    ``dwellings``: where people live, from which places are drawn. ``closed_at`` is null for
    those that stay open; ``status`` is told by the day of the export, not here.
    """
    habits = town["requests"]
    monthly = habits["per_resident_and_month"] * dwellings["members"].sum()
    frame = _happen(habits["kinds"], habits, monthly, days, rng)
    count = len(frame)
    frame = _placed(frame, dwellings, grids, rng)
    speed = frame["kind"].replace_strict(
        _by_kind(habits["kinds"], "hours"), return_dtype=pl.Float64
    )
    hours = speed.to_numpy() * rng.lognormal(0, 0.9, count)
    closed = frame["at"].to_numpy() + _span(hours * 3600)
    closed[rng.random(count) < habits["open"]] = np.datetime64("NaT")
    types = _pick_by_kind(frame["kind"], habits["kinds"], "types", rng)
    agency = frame["kind"].replace_strict(_by_kind(habits["kinds"], "agency"))
    category = frame["kind"].replace_strict(_by_kind(habits["kinds"], "category"))
    sources = habits["sources"]
    frame = frame.with_columns(
        request_no=pl.format(
            "HT{}{}", pl.col("at").dt.year(), _padded(pl.int_range(1, pl.len() + 1), 7)
        ),
        created_at="at",
        closed_at=pl.Series(closed),
        category=category,
        complaint_type=types,
        agency_name=_filled_in(agency),
        source=_chosen(sources, count, rng),
        incident_address="address",
        reported_area="community_name",
        place_code="grid_code",
        status_notes=_notes(count, rng),
    )
    return frame.with_columns(
        descriptor=_described(frame, rng), updated_at=pl.coalesce("closed_at", "created_at")
    ).drop("kind", "at", "address", "grid_code")


def make_messages(
    town: dict[str, Any],
    dwellings: pl.DataFrame,
    grids: pl.DataFrame,
    days: tuple[date, date],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Messages on the city's board, as the contract ``citizen_message`` has them."""
    habits = town["messages"]
    monthly = habits["per_resident_and_month"] * dwellings["members"].sum()
    kinds = [{"category": c, "share": s} for c, s in habits["kinds"].items()]
    frame = _placed(_happen(kinds, town["requests"], monthly, days, rng), dwellings, grids, rng)
    count = len(frame)
    subject = _chosen(dict.fromkeys(habits["subjects"], 1), count, rng)
    named = pl.Series(rng.random(count) < 0.6)
    return frame.select(
        message_no=pl.format("{}", pl.int_range(1, pl.len() + 1) + 188_000),
        author=pl.format("A{}", _padded(pl.Series(rng.integers(1, 4000, count)), 8)),
        subject=subject,
        sent_at="at",
        body=pl.format(
            "\n\t\t\n尊敬的领导：{}{}，已经{}天了，希望尽快解决。\n\t",
            "community_name",
            subject,
            pl.Series(rng.integers(2, 40, count)),
        ),
        category=pl.col("kind").replace_strict(_by_kind(kinds, "category")),
        against_count=pl.Series(rng.poisson(0.1, count)),
        support_count=pl.Series(rng.poisson(1.2, count)),
        place_code=pl.when(named).then("grid_code"),
    )


def make_dispatches(
    town: dict[str, Any],
    dwellings: pl.DataFrame,
    grids: pl.DataFrame,
    days: tuple[date, date],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Dispatch records, one row per team sent, as the contract ``dispatch_record`` has them."""
    habits = town["dispatches"]
    monthly = habits["per_resident_and_month"] * dwellings["members"].sum()
    calls = _placed(
        _happen(habits["kinds"], town["requests"], monthly, days, rng), dwellings, grids, rng
    )
    calls = calls.with_columns(
        incident_no=pl.format("{}{}", pl.col("at").dt.year(), _padded(pl.int_range(pl.len()), 6)),
        teams=_pick_by_kind(calls["kind"], habits["kinds"], "responders", rng).cast(pl.Int64),
        station=_station(habits["stations"], calls),
    )
    sent = calls[np.repeat(np.arange(len(calls)), calls["teams"].to_numpy())]
    sent = sent.with_columns(nth=pl.int_range(1, pl.len() + 1).over("incident_no"))
    letter = sent["kind"].replace_strict(_by_kind(habits["kinds"], "letter"))
    responder = pl.format("{}{}", letter, _padded(pl.col("nth"), 2))
    return sent.select(
        pl.format("{}-{}", "incident_no", responder).alias("dispatch_no"),
        "incident_no",
        responder.alias("responder"),
        letter.replace_strict({"A": "救护车", "E": "消防车", "P": "警车", "G": "抢修车"}).alias(
            "responder_kind"
        ),
        pl.col("kind").replace_strict(_by_kind(habits["kinds"], "category")).alias("category"),
        *_stages(sent, habits, rng),
        priority=_chosen({"2": 0.35, "3": 0.65}, len(sent), rng),
        station="station",
        block_address="address",
        longitude="longitude",
        latitude="latitude",
        place_code="grid_code",
    )


def _happen(
    kinds: list[dict[str, Any]],
    habits: dict[str, Any],
    monthly: float,
    days: tuple[date, date],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """``kind`` (its number) and ``at`` of everything that happens, in order of time."""
    calendar = pl.date_range(days[0], days[1], "1d", eager=True)
    weekday = np.array(habits["weekday_weights"])[calendar.dt.weekday().to_numpy() - 1]
    seasons = np.array([k.get("months", [1] * 12) for k in kinds], dtype=float)
    seasons /= seasons.mean(axis=1, keepdims=True)
    shares = np.array([k["share"] for k in kinds], dtype=float)
    daily = monthly * 12 / 365.25 * shares[:, None] / shares.sum() * weekday
    numbers = rng.poisson(daily * seasons[:, calendar.dt.month().to_numpy() - 1])
    kind = np.repeat(np.repeat(np.arange(len(kinds)), len(calendar)), numbers.ravel())
    day = np.repeat(np.tile(np.arange(len(calendar)), len(kinds)), numbers.ravel())
    hours = np.array(habits["hour_weights"], dtype=float)
    hour = rng.choice(24, len(kind), p=hours / hours.sum())
    second = day * SECONDS_A_DAY + hour * 3600 + rng.integers(0, 3600, len(kind))
    at = pl.Series(np.datetime64(days[0], "us") + _span(second))
    return pl.DataFrame({"kind": kind, "at": at}).sort("at", "kind", maintain_order=True)


def _placed(
    frame: pl.DataFrame, dwellings: pl.DataFrame, grids: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """Each matter stands at a dwelling, drawn by ``weight`` or by how many people live there."""
    weights = dwellings["weight" if "weight" in dwellings.columns else "members"].to_numpy()
    where = dwellings[rng.choice(len(dwellings), len(frame), p=weights / weights.sum())]
    places = where.select("grid_code", "address", "longitude", "latitude").join(
        grids.select(
            "grid_code", "community_name", "subdistrict_name", "district_name", "district_code"
        ),
        on="grid_code",
        maintain_order="left",
    )
    return frame.hstack(places)


def _filled_in(agency: pl.Series) -> pl.Expr:
    """The agency's name with the place's names put in."""
    return (
        pl.lit(agency)
        .str.replace("{street}", pl.col("subdistrict_name"), literal=True)
        .str.replace("{district}", pl.col("district_name"), literal=True)
    )


def _described(frame: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    """What the caller said; some leave a number, which must not get past the door."""
    leaves_number = pl.Series(rng.random(len(frame)) < 0.05)
    number = phones(len(frame), rng)
    said = pl.format("{}附近{}，请尽快处理。", "community_name", "complaint_type")
    return pl.when(leaves_number).then(pl.format("{}请回电{}。", said, number)).otherwise(said)


def _notes(count: int, rng: np.random.Generator) -> pl.Expr:
    """Some agencies write several lines into one field."""
    notes = pl.Series(["已处理。", "已派员到场，当场整改。\n回访：满意。", None])
    return pl.lit(notes.gather(rng.choice(3, count, p=[0.4, 0.1, 0.5])))


def _stages(
    sent: pl.DataFrame, habits: dict[str, Any], rng: np.random.Generator
) -> list[pl.Series]:
    """The six times of each team; one that is called off never arrives."""
    count = len(sent)
    minutes = sent["kind"].replace_strict(
        _by_kind(habits["kinds"], "minutes"), return_dtype=pl.Float64
    )
    waits = [
        ("entry_at", rng.lognormal(4.0, 0.6, count)),
        ("dispatch_at", rng.lognormal(4.2, 0.7, count) + sent["nth"].to_numpy() * 20),
        ("response_at", rng.lognormal(4.3, 0.5, count)),
        ("on_scene_at", rng.lognormal(6.0, 0.5, count)),
        ("available_at", minutes.to_numpy() * 60 * rng.lognormal(0, 0.4, count)),
    ]
    at = sent["at"].to_numpy()
    stages, called_off = [pl.Series("received_at", at)], rng.random(count) < habits["cancelled"]
    for name, seconds in waits:
        at = at + _span(seconds)
        shown = np.where(called_off, np.datetime64("NaT"), at) if name == "on_scene_at" else at
        stages.append(pl.Series(name, shown))
    return stages


def _station(stations: dict[str, list[str]], calls: pl.DataFrame) -> pl.Expr:
    by_grid = {
        grid: names[int(grid[6:12]) % len(names)]
        for district, grid in calls.select("district_code", "grid_code").unique().iter_rows()
        for names in [stations[district]]
    }
    return pl.col("grid_code").replace_strict(by_grid)


def _pick_by_kind(
    kind: pl.Series, kinds: list[dict[str, Any]], key: str, rng: np.random.Generator
) -> pl.Series:
    """For each matter one of its kind's words: a list evenly, a mapping by its weights."""
    picked = np.zeros(len(kind), dtype=np.int64)
    spelled: list[str] = []
    for number, declared in enumerate(kinds):
        own = kind.to_numpy() == number
        words = declared[key]
        weights = list(words.values()) if isinstance(words, dict) else None
        picked[own] = len(spelled) + rng.choice(len(words), int(own.sum()), p=weights)
        spelled += [str(w) for w in words]
    return pl.Series(spelled, dtype=pl.String).gather(picked)


def _chosen(words: dict[str, float], count: int, rng: np.random.Generator) -> pl.Series:
    weights = np.array(list(words.values()), dtype=float)
    return pl.Series(list(words)).gather(rng.choice(len(words), count, p=weights / weights.sum()))


def _by_kind(kinds: list[dict[str, Any]], key: str) -> dict[int, Any]:
    return {number: declared[key] for number, declared in enumerate(kinds)}


def _span(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("timedelta64[s]").astype("timedelta64[us]")


def _padded(number: pl.Expr | pl.Series, width: int) -> pl.Expr:
    expression = pl.lit(number) if isinstance(number, pl.Series) else number
    return expression.cast(pl.String).str.zfill(width)


def month_ends(until: date, months: int) -> list[date]:
    """Last days of that many months, the last of them the month of ``until``."""
    first_of_next = (until.replace(day=28) + timedelta(days=4)).replace(day=1)
    firsts = pl.datetime_range(
        pl.lit(first_of_next).dt.offset_by(f"-{months - 1}mo"),
        pl.lit(datetime(first_of_next.year, first_of_next.month, 1)),
        "1mo",
        eager=True,
    )
    return [d.date() - timedelta(days=1) for d in firsts]
