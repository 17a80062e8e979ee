"""Schemes as they are declared: for a post or a kind of unit, the indicators and how they count.

Belongs here: reading and checking ``schemes/*.yml``. Does not belong here: computing scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from analytics.declared import demand, label_of
from analytics.reports.coordinates import LEVELS
from analytics.reports.metrics import Label
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError

FOLDER = Path(__file__).parent / "schemes"
Part = Literal["ability", "diligence", "results"]
Weights = Literal["given", "equal", "entropy", "critic"]
Aggregation = Literal["arithmetic", "geometric"]
SubjectKind = Literal["staff_of_grids", "staff_of_places", "unit_of_places", "unit"]
"""``staff_of_places``: staff of a post whose unit is in charge of a place of ``level``, each alone;
``unit_of_places``: such units; ``unit``: whoever handles matters."""
COMPUTED = ("month", "load", "peers")
"""Circumstances that are no dimension: the month of the year, how much there was to do (rows in the
same grid and month; of an amount, matters in a month), the place within which peers are."""

CIRCUMSTANCES = frozenset(
    {
        *COMPUTED,
        *("category", "event_level", "event_scale", "feed", "kind", "source"),
        *("city_code", "district_code", "street_code", "community_code"),
    }
)
"""What may be allowed for: the work and where it is. Nothing about a person is here (sex, age,
origin), neither of staff nor of residents, and no scheme can name it (docs/assessment.md)."""
FACTS = frozenset({"activity", "event", "event_stage", "sentiment", "work_item", "work_order_step"})
"""The facts whose metrics may be indicators: records of work, none of residents."""

_SCHEME = {"name", "version", "title", "subjects", "peers", "grain", "periods", "weights"}
_SCHEME |= {"aggregation", "indicators"}
_INDICATOR = {"name", "title", "part", "metric", "weight", "at_least", "floor", "cap"}


@dataclass(frozen=True)
class Indicator:
    """One indicator of a scheme.

    ``by``: the dimension whose values are the subjects, '' where a subject's grids are. ``mix``:
    the circumstances that are allowed for. ``floor`` and ``cap``: the effects that earn 0 and 100;
    an effect is positive where the work was better than expected, of a share in points, else as a
    part of what was expected. ``load``: of an amount the count, by grid, that says how much there
    was to do. ``at_least``: with fewer rows of work it is not judged.
    """

    name: str
    title: Label
    part: Part
    metric: str
    weight: float
    at_least: int
    floor: float
    cap: float
    by: str = ""
    load: str = ""
    mix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheme:
    """Who is assessed by what. ``peers``: the level within which subjects are compared, or 'all';
    with ``peers_by_kind`` town and village grids apart. ``post``: of staff; of units their kind.
    ``level``: of the places in charge.

    ``grain`` and ``periods``: how long a period is, and how many of the last are scored.
    """

    name: str
    version: int
    title: Label
    kind: SubjectKind
    post: str
    peers: str
    grain: str
    periods: int
    weights: Weights
    aggregation: Aggregation
    indicators: tuple[Indicator, ...]
    peers_by_kind: bool = False
    level: str = "grid"


def load_schemes(
    paths: Iterable[Path] | None = None, catalog: Catalog | None = None
) -> dict[str, Scheme]:
    """The declared schemes by name.

    Raises CivicError naming the file and the fault. ``catalog``: metrics and circumstances are
    looked up in it; a metric without a direction cannot be an indicator.
    """
    schemes: dict[str, Scheme] = {}
    for path in sorted(FOLDER.glob("*.yml")) if paths is None else paths:
        try:
            scheme = _scheme(yaml.safe_load(path.read_text(encoding="utf-8")))
            if catalog is not None:
                _demand_known(scheme, catalog)
        except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError) as error:
            raise CivicError(f"{path}: {error}") from error
        schemes[scheme.name] = scheme
    return schemes


def scheme_of(definition: str) -> Scheme:
    """A scheme from its fields as JSON (``dataclasses.asdict``), as publications keep it."""
    stated = json.loads(definition)
    label = stated.pop("title")
    indicators = tuple(
        Indicator(**{**one, "title": Label(**one["title"]), "mix": tuple(one["mix"])})
        for one in stated.pop("indicators")
    )
    return Scheme(title=Label(**label), indicators=indicators, **stated)


def _scheme(stated: Any) -> Scheme:
    demand(isinstance(stated, Mapping), "a mapping is needed")
    odd = _SCHEME ^ (set(stated) - {"peers_by_kind"})
    demand(not odd, f"needs {', '.join(sorted(odd))}")
    subjects = stated["subjects"]
    demand(subjects["kind"] in get_args(SubjectKind), f"no kind {subjects['kind']}")
    demand(stated["weights"] in get_args(Weights), f"no weights {stated['weights']}")
    demand(stated["aggregation"] in get_args(Aggregation), f"no {stated['aggregation']}")
    demand(stated["grain"] in ("month", "quarter", "half_year", "year"), "no such grain")
    indicators = tuple(_indicator(entry) for entry in stated["indicators"])
    names = [indicator.name for indicator in indicators]
    demand(len(set(names)) == len(names) > 0, "indicators have names of their own")
    total = sum(indicator.weight for indicator in indicators)
    demand(abs(total - 1) < 1e-9, f"the weights add up to {total:g}, not to 1")
    return Scheme(
        str(stated["name"]),
        int(stated["version"]),
        label_of(stated["title"]),
        subjects["kind"],
        str(subjects.get("post", "")),
        str(stated["peers"]),
        str(stated["grain"]),
        int(stated["periods"]),
        stated["weights"],
        stated["aggregation"],
        indicators,
        bool(stated.get("peers_by_kind", False)),
        _level(subjects),
    )


def _level(subjects: Mapping[str, Any]) -> str:
    of_places = str(subjects["kind"]).endswith("_of_places")
    level = str(subjects.get("level", "grid"))
    demand(("level" in subjects) == of_places, "subjects of places, and no others, have a level")
    demand(level in LEVELS, f"no level {level}")
    return level


def _indicator(entry: Any) -> Indicator:
    demand(isinstance(entry, Mapping), f"an indicator is a mapping, not {entry!r}")
    demand(set(entry) >= _INDICATOR, f"{', '.join(sorted(_INDICATOR - set(entry)))} is missing")
    unknown = set(entry) - _INDICATOR - {"by", "load", "mix"}
    demand(not unknown, f"there is no {', '.join(sorted(unknown))}")
    demand(entry["part"] in get_args(Part), f"no part {entry['part']}")
    demand(entry["floor"] < 0 < entry["cap"], "a floor is below 0 and a cap above")
    demand(entry["weight"] > 0, "a weight is above 0")
    forbidden = set(entry.get("mix", ())) - CIRCUMSTANCES
    demand(not forbidden, f"{', '.join(sorted(forbidden))} may not enter a score")
    demand(
        entry.get("by", "") in ("", "staff_no", "unit_name"), f"no subjects by {entry.get('by')}"
    )
    return Indicator(
        str(entry["name"]),
        label_of(entry["title"]),
        entry["part"],
        str(entry["metric"]),
        float(entry["weight"]),
        int(entry["at_least"]),
        float(entry["floor"]),
        float(entry["cap"]),
        str(entry.get("by", "")),
        str(entry.get("load", "")),
        tuple(entry.get("mix", ())),
    )


def _demand_known(scheme: Scheme, catalog: Catalog) -> None:
    for indicator in scheme.indicators:
        metric = catalog.metric(indicator.metric)
        demand(metric.direction != "neutral", f"{metric.name} has no direction")
        demand(metric.is_additive or metric.is_ratio, f"{metric.name} is neither a sum nor a ratio")
        demand(metric.adds_over_time, f"{metric.name} does not add up over time")
        demand(metric.fact.name in FACTS, f"{metric.name} is no record of work")
        for name in (*indicator.mix, *filter(None, (indicator.by,))):
            if name not in COMPUTED:
                metric.fact.dimension(name)
