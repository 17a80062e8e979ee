"""What is counted of residents, as declared in ``residents.yml``.

Belongs here: reading and checking the declaration. Does not belong here: counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analytics.declared import demand, label_of
from analytics.reports.metrics import Label
from civic.errors import CivicError
from ingestion.contracts import Contract

PATH = Path(__file__).parent / "residents.yml"
TOTAL, OTHER, UNKNOWN = "total", "other", "unknown"
"""The dimension without categories; a category of small ones together; one that is not stated."""

WORDS = {
    TOTAL: Label("人数", "Residents"),
    OTHER: Label("其他（合并）", "Other (together)"),
    UNKNOWN: Label("未填写", "Not stated"),
}
_KEYS = {"smallest_shown", "feed", "dimensions"}
_DIMENSION = {"name", "column", "title"}


@dataclass(frozen=True)
class Dimension:
    """What residents are told apart by; ``categories``: their words by value, in their order."""

    name: str
    column: str
    title: Label
    categories: Mapping[str, Label]


@dataclass(frozen=True)
class Counted:
    """``smallest_shown``: the smallest count of persons that is shown; none at all may be."""

    smallest_shown: int
    feed: str
    dimensions: tuple[Dimension, ...]


def load_counted(contracts: Mapping[str, Contract], path: Path = PATH) -> Counted:
    """The declaration. Raises CivicError naming the file and the fault."""
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        demand(isinstance(stated, dict) and set(stated) == _KEYS, f"needs just {sorted(_KEYS)}")
        smallest, feed = stated["smallest_shown"], stated["feed"]
        demand(isinstance(smallest, int) and smallest >= 2, "smallest_shown is 2 at least")
        demand(feed in contracts, f"there is no feed {feed}")
        dimensions = tuple(_dimension(entry, contracts[feed]) for entry in stated["dimensions"])
    except (OSError, yaml.YAMLError, ValueError, TypeError) as error:
        raise CivicError(f"{path}: {error}") from error
    return Counted(smallest, feed, dimensions)


def _dimension(entry: Any, contract: Contract) -> Dimension:
    stated = set(entry)
    demand(stated in (_DIMENSION | {"codes"}, _DIMENSION | {"categories"}), f"not so: {entry}")
    demand(entry["name"] != TOTAL, f"{TOTAL} is counted anyway")
    if "codes" in entry:
        fields = {field.name: field for field in contract.fields}
        demand(entry["codes"] in fields, f"{contract.feed} has no field {entry['codes']}")
        codes = fields[entry["codes"]].codes
        demand(bool(codes), f"{entry['codes']} has no code list")
        categories = {code.value: Label(code.label_zh, code.label_en) for code in codes}
    else:
        categories = {
            str(one["name"]): label_of({"zh": one["zh"], "en": one["en"]})
            for one in entry["categories"]
        }
    demand(not {OTHER, UNKNOWN} & set(categories), f"{entry['name']}: a name that has a meaning")
    return Dimension(entry["name"], entry["column"], label_of(entry["title"]), categories)
