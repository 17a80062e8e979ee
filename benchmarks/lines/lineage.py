"""Building the cells with lineage and without it, from the same bronze, in the same lake.

What lineage is here: the bridges from facts to source rows (`bridge_*_source`), the file and
record that facts carry (`_drop_id`, `_record`), and the number of source rows of each cell. What
it is not: `_drop_id` and `_record` in bronze and in the models between, where they decide which
row holds.

Both sides run the SQL that dbt compiled, for the facts of published cells and all that they need,
into a lake of their own, and then the passes over the facts. dbt itself, tests and audits are on
neither side, so that nothing hides the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from analytics.reports.cells import all_passes
from analytics.reports.compilation import cells_sql
from analytics.reports.declarations import load_declarations
from analytics.reports.semantic_manifest import Catalog, load_catalog
from benchmarks.measuring import measure
from benchmarks.model import Asked, Figure, Line, Result
from benchmarks.units import RESIDENTS, mebibytes, seconds_of, times
from civic.lake import open_catalog_copy
from civic.settings import Settings
from publishing.shelf import find_publication

MOST_MORE = 0.20
BESIDE = "beside"
CARRIED = (("_drop_id", "varchar"), ("_record", "bigint"))


def run(asked: Asked) -> Result:
    """Both sides in turn, ``runs`` times. Raises RuntimeError where their values differ."""
    city = asked.cities.published(asked.size, asked.tell)
    sides: dict[bool, list[Any]] = {True: [], False: []}
    for number in range(1, asked.runs + 1):
        for with_lineage, side in sides.items():
            folder = asked.folder / f"{number}-{with_lineage}"
            side.append(measure(build, city.settings, folder, with_lineage))
        took = [side[-1].seconds for side in sides.values()]
        asked.tell(f"run {number} of {asked.runs}: with {took[0]:.2f} s, without {took[1]:.2f} s")
    digests = {m.value["digest"] for side in sides.values() for m in side}
    if len(digests) != 1:
        raise RuntimeError("Cells with and without lineage have other values.")
    kept, left = (median(m.seconds for m in side) for side in sides.values())
    more = kept / left - 1
    first = sides[True][-1].value
    figures = (
        Figure(
            "more time with lineage", f"{more:+.1%}", f"at most {MOST_MORE:.0%}", more <= MOST_MORE
        ),
        Figure(
            "with lineage over without, processor time",
            times(*(median(m.cpu_seconds for m in side) for side in sides.values())),
        ),
        Figure("with, seconds of every run", seconds_of(m.seconds for m in sides[True])),
        Figure("without, seconds of every run", seconds_of(m.seconds for m in sides[False])),
        Figure(
            "bridges / models in all",
            f"{first['bridges']} / {first['models']}",
        ),
        Figure(
            "bytes written with / without",
            " / ".join(mebibytes(side[-1].value["bytes"]) for side in sides.values()),
        ),
        Figure("cells", f"{first['cells']:,}"),
    )
    return Result(asked.size, figures)


def build(settings: Settings, folder: Path, with_lineage: bool) -> dict[str, Any]:
    """Models, then cells; what was built, and a digest of the cells' values."""
    (folder / "data").mkdir(parents=True)
    manifest = json.loads((settings.dbt_target / "manifest.json").read_text("utf-8"))
    catalog = load_catalog(settings.dbt_target / "semantic_manifest.json")
    passes = all_passes(catalog, load_declarations(catalog=catalog))
    wanted = models_of(manifest, {p.metrics[0].fact for p in passes}, with_lineage)
    publication = find_publication(settings)
    with open_catalog_copy(settings, publication.catalog_file) as connection:
        connection.execute(f"set temp_directory = '{folder / 'spilled'}'")
        connection.execute(
            f"attach 'ducklake:{folder / 'catalog.ducklake'}' as {BESIDE} "
            f"(data_path '{folder / 'data'}')"
        )
        for schema in sorted({node["schema"] for node in wanted}):
            connection.execute(f"create schema if not exists {BESIDE}.{schema}")
        for node in wanted:
            connection.execute(statement_of(node, wanted, with_lineage))
        frames = [
            connection.execute(_beside(cells_sql(one), wanted, catalog, with_lineage)).pl()
            for one in passes
        ]
    # Exact sums of floats depend on no order here: only whole counts, medians and their quotients.
    values = pl.concat(frames).select("cell_id", "value").sort("cell_id")
    return {
        "digest": values.hash_rows(seed=1).sum(),
        "cells": values.height,
        "models": len(wanted),
        "bridges": sum(_is_bridge(node) for node in wanted),
        "bytes": sum(p.stat().st_size for p in (folder / "data").rglob("*.parquet")),
    }


def models_of(manifest: dict[str, Any], facts: set[Any], with_lineage: bool) -> list[Any]:
    """dbt's models that the facts need, each after those that it reads; seeds stay in the lake."""
    models = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    ordered: dict[str, Any] = {}

    def add(node: dict[str, Any]) -> None:
        for upper in node["depends_on"]["nodes"]:
            if upper.startswith("model.") and manifest["nodes"][upper]["name"] not in ordered:
                add(manifest["nodes"][upper])
        ordered.setdefault(node["name"], node)

    for fact in sorted(facts, key=lambda fact: fact.name):
        relations = (fact.relation, fact.lineage) if with_lineage else (fact.relation,)
        for relation in relations:
            add(models[relation.rpartition(".")[2]])
    return list(ordered.values())


def statement_of(node: dict[str, Any], wanted: list[Any], with_lineage: bool) -> str:
    """The statement that makes a model beside the lake; it reads bronze and seeds in the lake."""
    sql = _renamed(node["compiled_code"], wanted)
    if not with_lineage and node["name"].startswith("fct_"):
        # Left empty, not out: other facts copy these columns.
        empty = [f"null::{kind} as {name}" for name, kind in CARRIED if name in node["columns"]]
        if empty:
            sql = f"select * replace ({', '.join(empty)}) from ({sql})"
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    return f"create {kind} {BESIDE}.{node['schema']}.{node['name']} as {sql}"


def _renamed(sql: str, wanted: list[Any]) -> str:
    for node in wanted:
        sql = sql.replace(node["relation_name"], f"{BESIDE}.{node['schema']}.{node['name']}")
    return sql


def _beside(sql: str, wanted: list[Any], catalog: Catalog, with_lineage: bool) -> str:
    """A pass over facts and bridges beside the lake, or over the facts alone."""
    for fact in catalog.facts.values():
        if not with_lineage:
            nothing = f"(select cast(null as varchar) as {fact.key} where false)"
            sql = sql.replace(f"from {fact.lineage} ", f"from {nothing} ")
    for node in wanted:
        name = f"{node['schema']}.{node['name']}"
        sql = sql.replace(f"lake.{name}\n", f"{BESIDE}.{name}\n")
        sql = sql.replace(f"lake.{name} ", f"{BESIDE}.{name} ")
    return sql


def _is_bridge(node: dict[str, Any]) -> bool:
    return node["name"].startswith("bridge_") and node["name"].endswith("_source")


LINE = Line(
    name="lineage",
    title=(
        "Building the facts of published cells and the cells with lineage (bridges to source rows, "
        "file and record on facts, source rows of each cell), against the same SQL without it"
    ),
    unit="residents",
    sizes=RESIDENTS,
    turn=3,
    run=run,
)
