"""Several methods together: what each says of a period, and which of them must agree.

Belongs here: the rules and the one in use. Does not belong here: the methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from analytics.trends.surveillance.ears import ears
from analytics.trends.surveillance.farrington import Settings, farrington
from analytics.trends.surveillance.glr import generalised_likelihood_ratio
from analytics.trends.surveillance.judged import Bools, Floats, Judged

Votes = Mapping[str, Judged]


def votes(counts: Floats, weeks: Sequence[date], at: Sequence[int]) -> dict[str, Judged]:
    """What each method says of the weeks at the positions ``at``, which follow on one another.

    Farrington's looks back as many years as the series has, at most three.
    """
    return {"glr": generalised_likelihood_ratio(counts, at), **_others(counts, weeks, at)}


def votes_where_needed(
    counts: Floats, weeks: Sequence[date], at: Sequence[int]
) -> tuple[Judged, dict[str, Judged]]:
    """What the likelihood ratio says of all weeks, and what all say of those in which it alarms.

    For rules that need it: the others are slow, and nearly all weeks of a city are quiet.
    """
    glr = generalised_likelihood_ratio(counts, at)
    found = glr.only(glr.alarms)
    others = _others(counts, weeks, found.at.tolist()) if len(found.at) else {}
    return glr, {"glr": found, **others}


def _others(counts: Floats, weeks: Sequence[date], at: Sequence[int]) -> dict[str, Judged]:
    years = min(3, max(1, int((at[0] - Settings.half_width) / 52.2)))
    return {
        "farrington": farrington(counts, weeks, at, Settings(years_back=years)),
        "c1": ears(counts, at, "C1"),
        "c2": ears(counts, at, "C2"),
        "c3": ears(counts, at, "C3", alpha=0.025),
    }


def _at_least(number: int, *names: str) -> Callable[[Votes], Bools]:
    def decide(said: Votes) -> Bools:
        return np.sum([said[n].alarms for n in names], axis=0) >= number

    return decide


def _with_one_of(name: str, *others: str) -> Callable[[Votes], Bools]:
    def decide(said: Votes) -> Bools:
        return said[name].alarms & np.any([said[n].alarms for n in others], axis=0)

    return decide


RULES: dict[str, Callable[[Votes], Bools]] = {
    "farrington": _at_least(1, "farrington"),
    "c1": _at_least(1, "c1"),
    "c2": _at_least(1, "c2"),
    "c3": _at_least(1, "c3"),
    "glr": _at_least(1, "glr"),
    "any of farrington, glr": _at_least(1, "farrington", "glr"),
    "two of farrington, c2, glr": _at_least(2, "farrington", "c2", "glr"),
    "two of farrington, c1, c2, c3, glr": _at_least(2, "farrington", "c1", "c2", "c3", "glr"),
    "three of farrington, c1, c2, c3, glr": _at_least(3, "farrington", "c1", "c2", "c3", "glr"),
    "farrington and glr": _at_least(2, "farrington", "glr"),
    "glr with farrington or c2": _with_one_of("glr", "farrington", "c2"),
    "farrington with glr or c2": _with_one_of("farrington", "glr", "c2"),
}
