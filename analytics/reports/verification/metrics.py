"""Metrics of dbt's semantic manifest, read as Polars aggregations.

Belongs here: what a metric means over the rows of its fact. Does not belong here: which places,
periods and slices it is grouped by (``cells``). Form of the manifest: dbt-semantic-interfaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from civic.errors import CivicError

_CALL = re.compile(
    r"\{\{\s*(?:Dimension|TimeDimension|Entity)\(\s*['\"](?P<path>\w+)['\"]"
    r"\s*\)\s*\}\}"
)
SUMMED_DECIMALS = 6
"""Numbers are summed as exact decimals of so many places, that their order makes no difference."""

_IS_NOT_TRUE = re.compile(r"\(?(\w+)\)?\s+is\s+not\s+(true|false)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Snapshot:
    """A measure that is not added up over time: of each period one register date counts.

    ``choice``: 'min' or 'max'. ``groups``: columns within which the date is chosen on its own.
    """

    choice: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """One aggregation over one fact, narrowed by filters.

    ``fact``: the mart. ``expression``, ``time``: SQL over its columns. ``dimensions``: SQL of what
    it can be sliced by, by name.
    """

    fact: str
    aggregation: str
    expression: str
    time: str
    filters: tuple[str, ...] = ()
    percentile: float | None = None
    discrete: bool = False
    snapshot: Snapshot | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Metric:
    """A named measure; ``below`` is the denominator of a ratio, None for a simple metric."""

    name: str
    measure: Measure
    below: Measure | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The one measure, or numerator and denominator."""
        return (self.measure,) if self.below is None else (self.measure, self.below)

    @property
    def is_average(self) -> bool:
        """Whether the value is a total divided by the number of rows."""
        return self.measure.aggregation == "average"


def read_metrics(path: Path) -> dict[str, Metric]:
    """All metrics of ``semantic_manifest.json`` by name.

    Raises CivicError where the manifest is missing or says something that is not understood.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CivicError(
            f"{path} is missing.", "`civic run` compiles the models and writes it."
        ) from error
    return metrics_of(manifest)


def metrics_of(manifest: Mapping[str, Any]) -> dict[str, Metric]:
    """The simple metrics and ratios of a semantic manifest, by name; no other kind is published."""
    declared = {m["name"]: m for m in manifest["metrics"]}
    measures = {m["name"]: (o, m) for o in manifest["semantic_models"] for m in o["measures"]}

    def simple(entry: Mapping[str, Any], outer: tuple[str, ...]) -> Measure:
        used = entry["type_params"]["measure"]
        model, measure = measures[used["name"]]
        return _measure(model, measure, (*outer, *_templates(entry), *_templates(used)))

    def metric(entry: Mapping[str, Any]) -> Metric:
        if entry["type"] == "simple":
            return Metric(entry["name"], simple(entry, ()))
        parts = [entry["type_params"][part] for part in ("numerator", "denominator")]
        above, below = (
            simple(declared[p["name"]], (*_templates(entry), *_templates(p))) for p in parts
        )
        return Metric(entry["name"], above, below)

    return {n: metric(e) for n, e in declared.items() if e["type"] in ("simple", "ratio")}


def figure(measure: Measure) -> pl.Expr:
    """What one row of the fact puts into the measure; null where it does not count."""
    value = sql(measure.expression)
    counts = passes(measure)
    match measure.aggregation:
        case "count":
            return pl.when(counts & value.is_not_null()).then(pl.lit(1, pl.Int64))
        case "sum_boolean":
            return pl.when(counts & value).then(pl.lit(1, pl.Int64))
        case "sum" | "average":
            return pl.when(counts).then(value.cast(pl.Float64).round(SUMMED_DECIMALS))
        case _:
            return pl.when(counts).then(value)


def passes(measure: Measure) -> pl.Expr:
    """Whether a row passes the measure's filters; unknown does not."""
    return pl.all_horizontal(pl.lit(True), *map(sql, measure.filters)).fill_null(False)


def aggregate(measure: Measure, name: str) -> pl.Expr:
    """The measure over one group, from its rows' figures in the column ``name``.

    Counts and sums of nothing are 0; every other aggregate of nothing is null.
    """
    rows = pl.col(name)
    match measure.aggregation:
        case "count" | "sum_boolean" | "sum":
            made = rows.sum()
        case "count_distinct":
            made = rows.drop_nulls().n_unique()
        case "average":
            made = rows.mean()
        case "min":
            made = rows.min()
        case "max":
            made = rows.max()
        case "median":
            made = rows.median()
        case "percentile" if measure.percentile is not None:
            # "equiprobable" is SQL's percentile_disc: a value that occurs.
            way: Literal["equiprobable", "linear"] = (
                "equiprobable" if measure.discrete else "linear"
            )
            made = rows.quantile(measure.percentile, way)
        case other:
            raise CivicError(f"The aggregation {other} is not verified.")
    return made.cast(pl.Float64)


def sql(expression: str) -> pl.Expr:
    """A SQL expression over a fact's columns, as the manifest or a declaration writes it."""
    # Polars reads "x is not true" as "not x", which is null where x is; SQL says true.
    known = _IS_NOT_TRUE.sub(
        lambda m: (
            f"coalesce({m[1]}, {'false' if m[2].lower() == 'true' else 'true'})"
            f" = {'false' if m[2].lower() == 'true' else 'true'}"
        ),
        expression,
    )
    try:
        return pl.sql_expr(known)
    except pl.exceptions.PolarsError as error:
        raise CivicError(f"{expression!r} cannot be read as an expression: {error}") from error


def _measure(
    model: Mapping[str, Any], measure: Mapping[str, Any], templates: Iterable[str]
) -> Measure:
    columns = {d["name"]: d.get("expr") or d["name"] for d in model["dimensions"]}
    columns |= {e["name"]: e.get("expr") or e["name"] for e in model["entities"]}
    default = (model.get("defaults") or {}).get("agg_time_dimension")
    parameters = measure.get("agg_params") or {}
    once = measure.get("non_additive_dimension")
    return Measure(
        fact=model["node_relation"]["alias"],
        aggregation=measure["agg"],
        expression=str(measure.get("expr") or measure["name"]),
        time=columns[measure.get("agg_time_dimension") or default],
        filters=tuple(_resolved(t, columns) for t in templates),
        percentile=parameters.get("percentile"),
        discrete=bool(parameters.get("use_discrete_percentile")),
        snapshot=once
        and Snapshot(
            once.get("window_choice") or "min",
            tuple(columns[g] for g in once.get("window_groupings") or []),
        ),
        dimensions=columns,
    )


def _templates(entry: Mapping[str, Any]) -> tuple[str, ...]:
    filters = (entry.get("filter") or {}).get("where_filters") or []
    return tuple(f["where_sql_template"] for f in filters)


def _resolved(template: str, columns: Mapping[str, str]) -> str:
    def column(call: re.Match[str]) -> str:
        name = call["path"].rpartition("__")[2]
        return f"({columns.get(name, name)})"

    resolved = _CALL.sub(column, template)
    if "{{" in resolved:
        raise CivicError(f"The filter {template!r} cannot be read.")
    return resolved
