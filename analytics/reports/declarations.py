"""Reports as they are declared in ``declarations/*.yml``: arrangements of metrics, no code.

Belongs here: reading and checking declarations. Does not belong here: what a metric means
(dbt's semantic layer) or how cells are computed (``compilation``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from analytics.reports.coordinates import LEVELS
from analytics.reports.intervals import Interval
from analytics.reports.metrics import Label
from analytics.reports.periods import DEFAULT_GRAINS, GRAINS
from analytics.reports.semantic_manifest import Catalog
from civic.errors import CivicError

FOLDER = Path(__file__).parent / "declarations"
PLACES, PERIODS = "place", "period"

_REPORT_KEYS = {"name", "title", "notes", "levels", "grains", "signed", "tables"}
_TABLE_KEYS = {"title", "metrics", "slices", "rows", "interval"}
_SLICE_KEYS = {"by", "levels", "grains"}


@dataclass(frozen=True)
class Slice:
    """Dimensions that a table's cells are sliced by, and how far down and how fine."""

    by: tuple[str, ...]
    levels: tuple[str, ...]
    grains: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of a report.

    ``rows``: what stands in its rows unless the reader asks otherwise: 'place', 'period' or the
    dimensions of one of the slices. Its columns are the metrics. ``interval``: that of a weighted
    mean among them.
    """

    title: Label
    metrics: tuple[str, ...]
    slices: tuple[Slice, ...]
    rows: tuple[str, ...]
    interval: Interval | None = None


@dataclass(frozen=True)
class Report:
    """A declared report. ``signed``: the levels whose centres sign it, from the highest down."""

    name: str
    title: Label
    notes: Label
    tables: tuple[Table, ...]
    signed: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric of the report, once, in order."""
        return tuple(dict.fromkeys(m for t in self.tables for m in t.metrics))

    def slices_of(self, metric: str) -> tuple[Slice, ...]:
        """Every slice in which the report has the metric."""
        return tuple(dict.fromkeys(s for t in self.tables if metric in t.metrics for s in t.slices))


def load_declarations(
    folders: Iterable[Path] = (FOLDER,), catalog: Catalog | None = None
) -> dict[str, Report]:
    """All reports by name. With a catalog, their metrics and dimensions are checked too.

    Raises CivicError naming the file and the fault.
    """
    reports: dict[str, Report] = {}
    for path in sorted(p for folder in folders for p in folder.glob("*.yml")):
        report = load_declaration(path)
        if report.name in reports:
            raise CivicError(f"{path}: the report {report.name} is declared already.")
        if catalog is not None:
            _check(report, catalog, path)
        reports[report.name] = report
    return dict(sorted(reports.items()))


def load_declaration(path: Path) -> Report:
    """One report. Raises CivicError naming the file and the fault."""
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CivicError(f"{path} cannot be read: {error}") from error
    try:
        return _report(stated)
    except ValueError as error:
        raise CivicError(f"{path}: {error}") from error


def report_named(reports: Mapping[str, Report], name: str) -> Report:
    """The report of that name. Raises CivicError naming those there are."""
    if name not in reports:
        raise CivicError(
            f"There is no report {name}; there are {', '.join(reports)}.", "See: civic report list"
        )
    return reports[name]


def _report(stated: Any) -> Report:
    _keys(stated, "a report", _REPORT_KEYS, {"name", "title", "tables"})
    levels = _path(stated.get("levels", list(LEVELS)), LEVELS, "levels")
    grains = _among(stated.get("grains", list(DEFAULT_GRAINS)), GRAINS, "grains")
    tables = tuple(_table(t, levels, grains, stated["title"]) for t in _list(stated["tables"]))
    if not tables:
        raise ValueError("a report has at least one table")
    empty = {"zh": "", "en": ""}
    return Report(
        name=str(stated["name"]),
        title=_label(stated["title"], "title"),
        notes=_label(stated.get("notes", empty), "notes"),
        tables=tables,
        signed=_signed(stated.get("signed"), levels),
    )


def _signed(stated: Any, levels: tuple[str, ...]) -> tuple[str, ...]:
    """Levels that sign a report: some of its own, and no level is left out between two of them."""
    if stated is None:
        return ()
    made = _among(stated, levels[1:], "signed")
    first = levels.index(made[0])
    if made != levels[first : first + len(made)]:
        raise ValueError(f"signed leaves no level out between {made[0]} and {made[-1]}")
    return made


def _table(stated: Any, levels: tuple[str, ...], grains: tuple[str, ...], title: Any) -> Table:
    _keys(stated, "a table", _TABLE_KEYS, {"metrics", "rows"})
    slices = tuple(_slice(s, levels, grains) for s in _list(stated.get("slices", [[]])))
    dimensions = [s.by for s in slices]
    if len(set(dimensions)) < len(dimensions):
        raise ValueError("slices name the same dimensions twice")
    rows = stated["rows"]
    rows = (rows,) if isinstance(rows, str) else tuple(_list(rows))
    if rows not in ((PLACES,), (PERIODS,)) and tuple(sorted(rows)) not in dimensions:
        raise ValueError(f"rows {'+'.join(rows)} is neither place, period nor one of the slices")
    metrics = tuple(str(m) for m in _list(stated["metrics"]))
    return Table(
        title=_label(stated.get("title", title), "title"),
        metrics=metrics,
        slices=slices,
        rows=rows,
        interval=_interval(stated["interval"], metrics) if "interval" in stated else None,
    )


def _interval(stated: Any, metrics: tuple[str, ...]) -> Interval:
    parts = {field.name for field in fields(Interval)}
    _keys(stated, "an interval", parts, parts)
    if unknown := sorted(set(map(str, stated.values())) - set(metrics)):
        raise ValueError(f"an interval is made of the table's metrics, not of {', '.join(unknown)}")
    return Interval(**{part: str(name) for part, name in stated.items()})


def _slice(stated: Any, levels: tuple[str, ...], grains: tuple[str, ...]) -> Slice:
    """A slice is a list of dimensions, or a mapping with ``by`` and its own levels and grains."""
    entry = stated if isinstance(stated, dict) else {"by": stated}
    _keys(entry, "a slice", _SLICE_KEYS, {"by"})
    return Slice(
        by=tuple(sorted(str(d) for d in _list(entry["by"]))),
        levels=_path(entry.get("levels", list(levels)), levels, "levels"),
        grains=_among(entry.get("grains", list(grains)), grains, "grains"),
    )


def _path(stated: Any, allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
    """Levels have no gap: what has no place stands below the level just above."""
    made = _among(stated, allowed, what)
    if made != allowed[: len(made)]:
        raise ValueError(f"{what} start with {allowed[0]} and leave none out: {', '.join(allowed)}")
    return made


def _among(stated: Any, allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
    values = _list(stated)
    if not values or (unknown := [v for v in values if v not in allowed]):
        named = ", ".join(map(str, unknown)) if values else "nothing"
        raise ValueError(f"{what} are some of {', '.join(allowed)}, not {named}")
    return tuple(v for v in allowed if v in values)


def _keys(stated: Any, what: str, known: set[str], needed: set[str]) -> None:
    if not isinstance(stated, dict):
        raise ValueError(f"{what} is a mapping, not {stated!r}")
    if missing := sorted(needed - stated.keys()):
        raise ValueError(f"{what} needs {', '.join(missing)}")
    if unknown := sorted(set(map(str, stated)) - known):
        raise ValueError(f"{what} has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")


def _label(stated: Any, what: str) -> Label:
    if not isinstance(stated, dict) or set(stated) != {"zh", "en"}:
        raise ValueError(f"{what} is given as zh and en")
    return Label(str(stated["zh"]).strip(), str(stated["en"]).strip())


def _list(stated: Any) -> list[Any]:
    if not isinstance(stated, list):
        raise ValueError(f"{stated!r} is no list")
    return stated


def _check(report: Report, catalog: Catalog, path: Path) -> None:
    for name in report.metrics:
        try:
            metric = catalog.metric(name)
            for dimension in {d for s in report.slices_of(name) for d in s.by}:
                if metric.fact.dimension(dimension).kind != "categorical":
                    raise CivicError(f"{name}: {dimension} is a date; periods are grains.")
        except CivicError as error:
            raise CivicError(f"{path}: {error.message}", error.remedy) from error
