"""What is declared: datasets, audiences, databases and dashboards, each text in both languages.

Belongs here: reading and checking the YAML of this room. Does not belong here: what Superset makes
of it (``charts``, ``dashboards``, ``bundle``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from civic.errors import CivicError

ROOM = Path(__file__).parent
CARDS_BESIDE, CARD_HEIGHT = 6, 208


@dataclass(frozen=True)
class Dataset:
    """A view of a publication, once for each language.

    ``scope``: whether its rows are of a place (all five codes are columns) and of a unit.
    """

    name: str
    title: Mapping[str, str]
    database: str
    scope: Mapping[str, bool]
    columns: tuple[Mapping[str, Any], ...]
    metrics: tuple[Mapping[str, Any], ...]

    @property
    def column_names(self) -> frozenset[str]:
        """The names of its columns."""
        return frozenset(column["name"] for column in self.columns)

    @property
    def metric_names(self) -> frozenset[str]:
        """The names of its metrics."""
        return frozenset(metric["name"] for metric in self.metrics)


@dataclass(frozen=True)
class Dashboard:
    """A dashboard: rows of charts. ``filters``: what the reader chooses: 'place', 'period', 'unit',
    'building'."""

    name: str
    title: Mapping[str, str]
    says: Mapping[str, str]
    filters: tuple[str, ...]
    rows: tuple[tuple[Mapping[str, Any], ...], ...]

    @property
    def charts(self) -> tuple[Mapping[str, Any], ...]:
        """Every chart, row by row."""
        return tuple(chart for row in self.rows for chart in row)


def load_datasets() -> dict[str, Dataset]:
    """Every dataset by name. Raises CivicError naming the file and the fault."""
    made = {}
    for path in sorted((ROOM / "datasets").glob("*.yml")):
        stated = read(path)
        try:
            one = Dataset(
                stated["name"],
                stated["title"],
                stated["database"],
                stated.get("scope", {}),
                tuple(stated["columns"]),
                tuple(stated["metrics"]),
            )
        except KeyError as error:
            raise CivicError(f"{path}: a dataset needs {error}.") from error
        made[one.name] = one
    return made


def load_audiences() -> dict[str, Any]:
    """Roles, and which of them sees which dataset.

    Raises CivicError where a dataset has no audience or an audience no dataset, or where a role is
    given its part by a column that the dataset has not.
    """
    stated = read(ROOM / "audiences.yml")
    datasets = load_datasets()
    if stated["datasets"].keys() != datasets.keys():
        lacking = sorted(stated["datasets"].keys() ^ datasets.keys())
        raise CivicError(f"audiences.yml and datasets/ differ in {', '.join(lacking)}.")
    for name, roles in stated["datasets"].items():
        for role in roles:
            if role not in stated["roles"]:
                raise CivicError(f"audiences.yml: {name} is for {role}, which is no role.")
            column = stated["roles"][role].get("by")
            if column and column not in datasets[name].column_names:
                raise CivicError(f"audiences.yml: {role} sees {name} by {column}, which it lacks.")
    return dict(stated)


def load_databases() -> dict[str, Any]:
    """The databases by name."""
    return read(ROOM / "databases" / "databases.yml")


def load_dashboards() -> list[Dashboard]:
    """The dashboards that are written by hand, in order of their files' names."""
    return [_dashboard(path) for path in sorted((ROOM / "dashboards").glob("*.yml"))]


def expanded(row: tuple[Mapping[str, Any], ...]) -> list[tuple[Mapping[str, Any], ...]]:
    """A row as it stands, or, where it is cards of many measures, rows of as many as fit beside."""
    if len(row) != 1 or row[0]["kind"] != "cards":
        return [row]
    [chart] = row
    measures = list(chart["measures"])
    lines = -(-len(measures) // CARDS_BESIDE)
    each = -(-len(measures) // lines)
    return [
        (
            {
                **chart,
                "key": chart["key"] + (str(number + 1) if number else ""),
                "measures": measures[number * each : (number + 1) * each],
                "height": CARD_HEIGHT,
            },
        )
        for number in range(lines)
    ]


def read(path: Path) -> dict[str, Any]:
    """A YAML file of this room. Raises CivicError where it cannot be read."""
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CivicError(f"{path} cannot be read: {error}") from error
    if not isinstance(stated, dict):
        raise CivicError(f"{path} is no mapping.")
    return stated


def _dashboard(path: Path) -> Dashboard:
    stated = read(path)
    for text in (stated["title"], stated["says"], *_titles(stated["rows"])):
        if set(text) != {"zh", "en"} or not all(isinstance(t, str) for t in text.values()):
            raise CivicError(f"{path}: {text} is not one text in each language (quote commas).")
    try:
        return Dashboard(
            stated["name"],
            stated["title"],
            stated["says"],
            tuple(stated.get("filters", ())),
            tuple(row for stated_row in stated["rows"] for row in expanded(tuple(stated_row))),
        )
    except KeyError as error:
        raise CivicError(f"{path}: a dashboard needs {error}.") from error


def _titles(rows: Iterable[Iterable[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    return (chart["title"] for row in rows for chart in row)
