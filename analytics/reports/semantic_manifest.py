"""Read dbt's ``semantic_manifest.json`` into metrics.

Belongs here: the form of the manifest (dbt-semantic-interfaces 0.9) and of its filters' templates.
Does not belong here: SQL that computes a metric (``compilation``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from analytics.reports.metrics import (
    ADDITIVE,
    Aggregate,
    Dimension,
    Fact,
    Filter,
    Label,
    Metric,
    Snapshot,
)
from civic.errors import CivicError
from civic.lake import LAKE

AGGREGATIONS = ADDITIVE | {"count_distinct", "average", "median", "percentile", "min", "max"}

_REFERENCE = re.compile(
    r"\{\{\s*(?P<kind>Dimension|TimeDimension|Entity)\(\s*['\"](?P<name>\w+)['\"]"
    r"(?:\s*,\s*['\"](?P<grain>\w+)['\"])?\s*\)\s*\}\}"
)


@dataclass(frozen=True)
class Catalog:
    """Everything that the semantic manifest declares; metrics are read when asked for.

    ``relations``: what is read in place of a fact's mart, by the name of its semantic model.
    """

    manifest: Mapping[str, Any] = field(repr=False)
    relations: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """The facts by the name of their semantic model."""
        made = {m["name"]: _fact(m) for m in self.manifest["semantic_models"]}
        instead = self.relations
        return {n: replace(f, relation=instead.get(n, f.relation)) for n, f in made.items()}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all metrics."""
        return tuple(sorted(self._declared))

    def metric(self, name: str) -> Metric:
        """One metric. Raises CivicError where it is unknown or of a kind not computed here."""
        if name not in self._made:
            if name not in self._declared:
                raise CivicError(
                    f"The metric {name} is not declared; there are {', '.join(self.names)}.",
                    "Declare it in dbt/models/semantic/ and run: civic run",
                )
            self._made[name] = self._metric(self._declared[name])
        return self._made[name]

    @cached_property
    def _declared(self) -> dict[str, Mapping[str, Any]]:
        return {m["name"]: m for m in self.manifest["metrics"]}

    @cached_property
    def _made(self) -> dict[str, Metric]:
        return {}

    @cached_property
    def _measures(self) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
        models = self.manifest["semantic_models"]
        return {m["name"]: (model, m) for model in models for m in model["measures"]}

    def _metric(self, entry: Mapping[str, Any]) -> Metric:
        name, meta = entry["name"], _meta(entry)
        aggregates = self._aggregates(entry, ())
        fact = aggregates[0].fact
        if any(a.fact != fact or a.time != aggregates[0].time for a in aggregates):
            raise CivicError(f"{name}: numerator and denominator must share fact and date.")
        if len(aggregates) > 1 and any(
            a.function not in ADDITIVE or a.snapshot for a in aggregates
        ):
            raise CivicError(f"{name}: the parts of a ratio must be counts or sums.")
        english = meta.get("label_en") or entry.get("label") or name.replace("_", " ")
        return Metric(
            name=name,
            label=Label(meta.get("label_zh") or english, english),
            unit=Label(meta.get("unit_zh") or "", meta.get("unit_en") or ""),
            description=(entry.get("description") or "").strip(),
            direction=str(meta.get("direction") or "neutral"),
            decimals=int(meta.get("decimals") or 0),
            aggregates=aggregates,
        )

    def _aggregates(
        self, entry: Mapping[str, Any], outer: tuple[str, ...]
    ) -> tuple[Aggregate, ...]:
        parameters = entry["type_params"]
        outer = (*outer, *_templates(entry))
        match entry["type"]:
            case "simple":
                used = parameters["measure"]
                return (self._aggregate(used["name"], (*outer, *_templates(used))),)
            case "ratio":
                return tuple(
                    aggregate
                    for part in (parameters["numerator"], parameters["denominator"])
                    for aggregate in self._aggregates(
                        self._declared[part["name"]], (*outer, *_templates(part))
                    )
                )
            case other:
                raise CivicError(
                    f"{entry['name']}: metrics of type {other} are not computed in reports.",
                    "Declare it as simple or ratio.",
                )

    def _aggregate(self, measure_name: str, templates: Iterable[str]) -> Aggregate:
        model, measure = self._measures[measure_name]
        fact = self.facts[model["name"]]
        function, expression = measure["agg"], str(measure.get("expr") or measure["name"])
        if function not in AGGREGATIONS:
            raise CivicError(f"The aggregation {function} of {measure_name} is not known.")
        if (function, expression) == ("sum", "1"):  # how a semantic model counts rows
            function = "count"
        time = measure.get("agg_time_dimension") or _part(model, "defaults").get(
            "agg_time_dimension"
        )
        if not time:
            raise CivicError(f"The measure {measure_name} has no agg_time_dimension.")
        parameters = _part(measure, "agg_params")
        return Aggregate(
            fact=fact,
            function=function,
            expression=expression,
            time=fact.dimension(time),
            filters=tuple(_filter(t, fact) for t in templates),
            percentile=parameters.get("percentile"),
            discrete=bool(parameters.get("use_discrete_percentile")),
            snapshot=_snapshot(model, measure),
        )


def load_catalog(path: Path) -> Catalog:
    """Read ``semantic_manifest.json``. Raises CivicError where it is missing or not readable."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CivicError(
            f"The semantic manifest {path} is missing.", "Run: civic run (dbt writes it)"
        ) from error
    except json.JSONDecodeError as error:
        raise CivicError(f"{path} is not JSON: {error}.", "Run: civic run") from error
    if not isinstance(manifest, dict) or not {"semantic_models", "metrics"} <= manifest.keys():
        raise CivicError(f"{path} is no semantic manifest.", "Run: civic run (dbt writes it)")
    return Catalog(manifest)


def render(template: str, fact: Fact) -> str:
    """A filter's template as SQL over the fact: ``{{ Dimension('event__is_due') }}``.

    Raises CivicError for a dimension of another fact and for anything else in braces.
    """

    def column(match: re.Match[str]) -> str:
        entity, _, name = match["name"].rpartition("__")
        if match["kind"] == "Entity":
            entity, name = match["name"], ""
        if entity != fact.entity:
            raise CivicError(
                f"The filter {template.strip()!r} reaches beyond {fact.name}.",
                f"Filters name dimensions of the metric's own fact: {fact.entity}__<dimension>.",
            )
        expression = fact.dimension(name).expression if name else fact.key
        grain = match["grain"]
        return f"date_trunc('{grain}', {expression})" if grain else f"({expression})"

    made = _REFERENCE.sub(column, template).strip()
    if "{{" in made or "{%" in made:
        raise CivicError(
            f"The filter {template.strip()!r} cannot be read.",
            "Only Dimension(...), TimeDimension(...) and Entity(...) are.",
        )
    return made


def _fact(model: Mapping[str, Any]) -> Fact:
    meta = _meta(model)
    missing = [k for k in ("fact_key", "lineage") if not meta.get(k)]
    if missing:
        raise CivicError(
            f"The semantic model {model['name']} does not state {' and '.join(missing)}.",
            "State them under config.meta in dbt/models/semantic/.",
        )
    node = model["node_relation"]
    primary = [e["name"] for e in model["entities"] if e["type"] == "primary"]
    schema = f"{LAKE}.{node['schema_name']}"
    return Fact(
        name=model["name"],
        mart=f"{schema}.{node['alias']}",
        relation=f"{schema}.{node['alias']}",
        key=meta["fact_key"],
        lineage=f"{schema}.{meta['lineage'].rpartition('.')[2]}",
        entity=model.get("primary_entity") or (primary[0] if primary else model["name"]),
        dimensions={d["name"]: _dimension(d, meta) for d in model["dimensions"]},
    )


def _dimension(entry: Mapping[str, Any], inherited: Mapping[str, Any]) -> Dimension:
    # dbt hands a model's meta down to its dimensions: only what differs is the dimension's own.
    meta = {k: v for k, v in _meta(entry).items() if inherited.get(k) != v}
    name = entry["name"]
    english = meta.get("label_en") or entry.get("label") or name.replace("_", " ")
    return Dimension(
        name=name,
        kind=entry["type"],
        expression=str(entry.get("expr") or name),
        label=Label(meta.get("label_zh") or english, english),
    )


def _snapshot(model: Mapping[str, Any], measure: Mapping[str, Any]) -> Snapshot | None:
    stated = _part(measure, "non_additive_dimension")
    if not stated:
        return None
    entities = {e["name"]: e.get("expr") or e["name"] for e in model["entities"]}
    groups = tuple(str(entities[g]) for g in stated.get("window_groupings") or [])
    return Snapshot(choice=stated.get("window_choice") or "min", groups=groups)


def _filter(template: str, fact: Fact) -> Filter:
    return Filter(sql=render(template, fact), template=template.strip())


def _templates(entry: Mapping[str, Any]) -> tuple[str, ...]:
    filters = _part(entry, "filter").get("where_filters") or []
    return tuple(f["where_sql_template"] for f in filters)


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return _part(_part(entry, "config"), "meta")


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return entry.get(name) or {}
