"""New organisations, and what six units answer about them: late, not at all, or otherwise.

Belongs here: the truth about an organisation, and where an answer departs from it. Does not: the
other fields of an answer (feeds/new_organisations.yml).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from ingestion.simulator.city.calendar import Desk
from ingestion.simulator.city.ground import Ground
from ingestion.simulator.identifiers import phones
from ingestion.simulator.organisations import credit_code

FULL_CITY = 5768
FEWEST = 24
SOCIAL_FORMS = ("association", "service_institution", "foundation")
PRIVATE_FORMS = ("private_company", "sole_trader", "overseas_funded")
NEVER_ANSWERS = 0.06
CONTRADICTS = 0.04
HAS = {
    "party_building_feedback": ("has_branch", 0.35),
    "union_feedback": ("has_union", 0.45),
    "women_feedback": ("has_women_organisation", 0.3),
    "youth_league_feedback": ("has_league_branch", 0.25),
}


def make_organisations(desk: Desk, ground: Ground, rng: np.random.Generator) -> pl.DataFrame:
    """The organisations as they truly are, as the contract ``new_organisation`` has them.

    ``listed_month``: month of the drop that tells of it first. One row each, about 5,768 in the
    whole city.
    """
    share = ground.residents / desk.city["full"]["residents"]
    count = max(FEWEST, round(FULL_CITY * share))
    setting = ground.setting(count, desk.calendar, 0, desk.town["requests"], rng)
    social = rng.random(count) < 0.22
    form = np.where(
        social,
        rng.choice(SOCIAL_FORMS, count, p=[0.45, 0.5, 0.05]),
        rng.choice(PRIVATE_FORMS, count, p=[0.7, 0.27, 0.03]),
    )
    region = [g[:6] for g in setting["grid_code"]]
    bodies = (np.arange(count) * 7919 + rng.integers(90_000_000)) % 90_000_000
    codes = [
        credit_code(region[i], int(n), "52" if social[i] else "91") for i, n in enumerate(bodies)
    ]
    months = len(desk.calendar.ends)
    listed = np.where(rng.random(count) < 0.85, 0, rng.integers(0, months, count))
    ends = np.array(desk.calendar.ends, dtype="datetime64[D]")
    founded = ends[0] - rng.integers(400, 9000, count).astype("timedelta64[D]")
    words = np.array(["海晟", "安达", "青禾", "同心", "友邻", "宏图", "锦程", "明德"])
    numbers = pl.Series(np.arange(count) + 1)
    return setting.select("grid_code", "address", "longitude", "latitude").with_columns(
        credit_code=pl.Series(codes),
        organisation_name=pl.format(
            "{}{}{}",
            pl.Series(words[rng.integers(0, len(words), count)]),
            numbers,
            pl.Series(np.where(social, "社会服务中心", "科技有限公司")),
        ),
        kind=pl.Series(np.where(social, "social_organisation", "non_public_enterprise")),
        form=pl.Series(form),
        industry=pl.Series(rng.choice(list("CEFGHIKLMOPQR"), count)),
        staff_count=pl.Series(np.ceil(rng.lognormal(2.3, 1.0, count)).astype(np.int64)),
        legal_representative=setting["person_name"],
        legal_representative_id=setting["person_citizen_id"],
        phone=phones(count, rng),
        status=pl.Series(rng.choice(["operating", "suspended"], count, p=[0.95, 0.05])),
        founded_on=pl.Series(founded),
        listed_on=pl.Series(ends[listed] - rng.integers(0, 25, count).astype("timedelta64[D]")),
        listed_month=pl.Series(listed),
    )


def listed_in(organisations: pl.DataFrame, month: int) -> pl.DataFrame:
    """What the base list of that month brings: those listed in it."""
    return organisations.filter(pl.col("listed_month") == month)


def answers(
    desk: Desk, ground: Ground, feed: str, seed_rng: np.random.Generator, month: int
) -> pl.DataFrame:
    """What one unit answers at the end of a quarter, and ``contradicts`` (a field or null).

    ``seed_rng`` must draw the same in every quarter: it decides when, if ever, the unit answers
    about each organisation, and where it contradicts the base list.
    """
    own = ground.organisations
    plan = _plan(desk, own, feed, seed_rng)
    due = own.with_columns(plan.get_columns()).filter(pl.col("answered_month") == month)
    return _as_told(desk, due, feed, month)


def _plan(
    desk: Desk, organisations: pl.DataFrame, feed: str, rng: np.random.Generator
) -> pl.DataFrame:
    count, quarters = len(organisations), np.array(desk.calendar.quarters)
    listed = organisations["listed_month"].to_numpy()
    first = np.minimum(np.searchsorted(quarters, listed), len(quarters) - 1)
    delay = rng.geometric(0.7, count) - 1
    when = np.minimum(first + delay, len(quarters) - 1)
    answered = np.where(rng.random(count) < NEVER_ANSWERS, -1, quarters[when])
    return pl.DataFrame(
        {
            "answered_month": answered,
            "other": rng.random(count) < CONTRADICTS,
            "has": rng.random(count) < HAS.get(feed, ("", 0.0))[1],
            "days_before": rng.integers(0, 20, count),
        }
    )


def _as_told(desk: Desk, due: pl.DataFrame, feed: str, month: int) -> pl.DataFrame:
    end = pl.lit(desk.calendar.ends[month])
    other = pl.col("other")
    told: dict[str, Any] = {
        "answered_on": end - pl.duration(days=pl.col("days_before")),
        "contradicts": pl.when(other).then(pl.lit(_contradicted(feed))),
    }
    match feed:
        case "registration_feedback":
            told["registration_status"] = (
                pl.when(other).then(pl.lit("abnormal")).otherwise(pl.lit("registered"))
            )
            # Of no organisation of the list: every such answer contradicts it.
            told["industry"] = pl.when(other).then(pl.lit("S")).otherwise(pl.col("industry"))
            told["kind"] = pl.col("kind")
            told["staff_count"] = pl.col("staff_count")
        case "labour_feedback" | "union_feedback" | "women_feedback":
            told["staff_count"] = pl.col("staff_count") * pl.when(other).then(3).otherwise(1)
        case "party_building_feedback" | "youth_league_feedback":
            name = pl.col("organisation_name")
            told["organisation_name"] = pl.when(other).then("原" + name).otherwise(name)
    if feed in HAS:
        told[HAS[feed][0]] = pl.col("has")
    if feed == "union_feedback":
        return _with_members(due, told)
    return due.select("credit_code", *_unless(told, "organisation_name"), *_named(told))


def _contradicted(feed: str) -> str:
    return {
        "registration_feedback": "industry",
        "party_building_feedback": "organisation_name",
        "youth_league_feedback": "organisation_name",
    }.get(feed, "staff_count")


def _with_members(due: pl.DataFrame, told: dict[str, Any]) -> pl.DataFrame:
    """Where there is no union it has no members."""
    members = pl.when("has").then((pl.col("staff_count") * 0.7).floor().cast(pl.Int64)).otherwise(0)
    told["union_member_count"] = members
    return due.select("credit_code", "organisation_name", *_named(told))


def _unless(told: dict[str, Any], name: str) -> list[str]:
    return [] if name in told else [name]


def _named(told: dict[str, Any]) -> list[pl.Expr]:
    return [expression.alias(name) for name, expression in told.items()]
