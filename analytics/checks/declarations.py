"""Checks as they are declared in ``checks.yml``.

Belongs here: reading and checking the declarations. Does not belong here: running them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from analytics.declared import demand, label_of
from analytics.reports.coordinates import LEVELS
from analytics.reports.metrics import Label
from analytics.reports.periods import GRAIN_NAMES
from civic.errors import CivicError

PATH = Path(__file__).parent / "checks.yml"
Operator = Literal["<=", "<", "==", ">=", ">"]
Method = Literal["counts", "robust", "standard"]

_RULE = {"name", "title", "left", "operator", "right"}
_OUTLIER = {"name", "title", "metrics", "method", "threshold", "grain", "levels", "periods"}


@dataclass(frozen=True)
class ValidationRule:
    """A relation that must hold between two measures wherever a report has both."""

    name: str
    title: Label
    left: str
    operator: Operator
    right: str


@dataclass(frozen=True)
class OutlierCheck:
    """Figures far from those of the other periods of the same place.

    ``method``: how far is far (``scores``); ``threshold``: the score above which a figure is shown;
    ``periods``: with fewer other periods than these nothing is said.
    """

    name: str
    title: Label
    metrics: tuple[str, ...]
    method: Method
    threshold: float
    grain: str
    levels: tuple[str, ...]
    periods: int


Check = ValidationRule | OutlierCheck


def load_checks(paths: Iterable[Path] = (PATH,)) -> dict[str, Check]:
    """The declared checks by name. Raises CivicError naming the file and the fault."""
    checks: dict[str, Check] = {}
    for path in paths:
        try:
            stated = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            _demand_keys(stated, {"validation_rules", "outliers"}, set())
            made = [_rule(entry) for entry in stated.get("validation_rules") or []]
            made += [_outlier(entry) for entry in stated.get("outliers") or []]
        except (OSError, yaml.YAMLError, ValueError, TypeError) as error:
            raise CivicError(f"{path}: {error}") from error
        for check in made:
            if check.name in checks:
                raise CivicError(f"{path}: the check {check.name} is declared already.")
            checks[check.name] = check
    return checks


def _rule(entry: Any) -> Check:
    _demand_keys(entry, _RULE, _RULE)
    demand(entry["operator"] in get_args(Operator), f"no operator {entry['operator']}")
    return ValidationRule(
        str(entry["name"]),
        label_of(entry["title"]),
        str(entry["left"]),
        entry["operator"],
        str(entry["right"]),
    )


def _outlier(entry: Any) -> Check:
    _demand_keys(entry, _OUTLIER, _OUTLIER)
    demand(entry["method"] in get_args(Method), f"no method {entry['method']}")
    demand(entry["grain"] in GRAIN_NAMES, f"no grain {entry['grain']}")
    demand(set(entry["levels"]) <= set(LEVELS), f"levels are some of {', '.join(LEVELS)}")
    demand(float(entry["threshold"]) > 0, "the threshold is above 0")
    demand(int(entry["periods"]) >= 3, "at least 3 other periods are needed")
    return OutlierCheck(
        str(entry["name"]),
        label_of(entry["title"]),
        tuple(map(str, entry["metrics"])),
        entry["method"],
        float(entry["threshold"]),
        entry["grain"],
        tuple(entry["levels"]),
        int(entry["periods"]),
    )


def _demand_keys(entry: Any, known: set[str], needed: set[str]) -> None:
    demand(isinstance(entry, Mapping), f"a mapping is needed, not {entry!r}")
    demand(needed <= set(entry), f"{', '.join(sorted(needed - set(entry)))} is missing")
    demand(set(entry) <= known, f"there is no {', '.join(sorted(set(entry) - known))}")
