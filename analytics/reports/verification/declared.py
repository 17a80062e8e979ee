"""Which cells the reports ask for: report, metric, level, grain and slicing.

Belongs here: reading ``analytics/reports/declarations/*.yml`` down to single wishes, on its own, so
that a table which the reports forget to compute is missed here. Does not belong here: labels,
layout and checking the declarations (``analytics.reports.declarations``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from analytics.reports.verification.centre_places import LEVELS

DECLARATIONS = Path(__file__).resolve().parent.parent / "declarations"
ALL_LEVELS = ("all", *(level.name for level in LEVELS))
ALL_GRAINS = ("all", "year", "month")


@dataclass(frozen=True)
class Wish:
    """Cells of one metric at one level and grain, sliced by these dimensions (or by none)."""

    report: str
    metric: str
    level: str
    grain: str
    slicing: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it asks for one cell: everything there is."""
        return (self.level, self.grain, self.slicing) == ("all", "all", ())


def read_wishes(folder: Path = DECLARATIONS) -> list[Wish]:
    """Every wish of every declared report, each once."""
    declared = (yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.yml")))
    return list(dict.fromkeys(wish for report in declared for wish in wishes_of(report)))


def wishes_of(report: Mapping[str, Any]) -> Iterator[Wish]:
    """The wishes of one declaration; a slice may narrow the report's levels and grains."""
    for table in report["tables"]:
        for stated in table.get("slices", [[]]):
            slice_ = stated if isinstance(stated, Mapping) else {"by": stated}
            levels = slice_.get("levels") or report.get("levels") or ALL_LEVELS
            grains = slice_.get("grains") or report.get("grains") or ALL_GRAINS
            slicing = tuple(sorted(slice_["by"]))
            for metric, level, grain in product(table["metrics"], levels, grains):
                yield Wish(report["name"], metric, level, grain, slicing)
