"""From a column of a model to the columns that it is made of, by the SQL that dbt compiled.

Belongs here: following columns through models (with SQLGlot, which parses and resolves the SQL).
Does not belong here: what a metric reads (``fields``), lineage of rows (``analytics.reports``).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sqlglot import exp, parse_one
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from civic.errors import CivicError
from ingestion.contracts import Contract

DIALECT = "duckdb"
OF_THE_RECORD = ("_drop_id", "_record", "_line", "_sheet")
"""Columns of bronze that say where a row stands; contracts do not name them."""

# SQLGlot warns of every subquery that it names itself; its answer is right all the same.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class Column(NamedTuple):
    """A column of a relation, ``schema.name``."""

    relation: str
    name: str


@dataclass
class ColumnLineage:
    """Columns and what they are made of. ``models``: relation to its node in dbt's manifest;
    ``known``: relation to its columns, of models, seeds and bronze tables; none where no contract
    says which a table has."""

    target: Path
    models: Mapping[str, Mapping[str, Any]]
    known: Mapping[str, tuple[str, ...]]
    _parsed: dict[str, tuple[exp.Expr, Scope]] = field(default_factory=dict)
    _made_of: dict[Column, frozenset[Column]] = field(default_factory=dict)

    @classmethod
    def read(cls, target: Path, contracts: Mapping[str, Contract]) -> ColumnLineage:
        """That of the models as dbt built them last; ``target`` is where it leaves its files.

        Raises CivicError where it has built none.
        """
        path = target / "manifest.json"
        if not path.is_file():
            raise CivicError(
                "No models have been built yet.", "Run: civic run", zh="尚未构建数据模型。"
            )
        manifest = json.loads(path.read_text("utf-8"))
        nodes = [n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")]
        known = {_relation(n): tuple(n["columns"]) for n in nodes}
        for source in manifest["sources"].values():
            contract = contracts.get(source["name"])
            fields = [f.bronze_name for f in contract.bronze_fields] if contract else ()
            known[_relation(source)] = (*fields, *OF_THE_RECORD) if contract else ()
        models = {_relation(n): n for n in nodes if n["resource_type"] == "model"}
        return cls(target, models, known)

    def made_of(self, column: Column) -> frozenset[Column]:
        """The columns that this one is computed from, in the models' own SQL; none of a source."""
        if column not in self._made_of:
            found = frozenset(self._leaves(column)) if column.relation in self.models else ()
            self._made_of[column] = frozenset(found)
        return self._made_of[column]

    def origins(self, column: Column) -> frozenset[Column]:
        """The columns of sources and seeds that this one is computed from, however far away."""
        met, look, found = {column}, [column], set()
        while look:
            one = look.pop()
            above = self.made_of(one)
            if one.relation not in self.models:
                found.add(one)
            look += above - met
            met |= above
        return frozenset(found)

    def _leaves(self, column: Column) -> Iterator[Column]:
        query, scope = self._query(column.relation)
        node = lineage(column.name, query, schema=self._schema, dialect=DIALECT, scope=scope)
        for one in node.walk():
            if isinstance(one.expression, exp.Table):
                name = one.name.rpartition(".")[2].strip('"')
                yield Column(f"{one.expression.db}.{one.expression.name}", name)

    def _query(self, relation: str) -> tuple[exp.Expr, Scope]:
        if relation not in self._parsed:
            parsed = qualify(
                _with_conditions(parse_one(self._compiled(relation), dialect=DIALECT)),
                schema=self._schema,
                dialect=DIALECT,
                validate_qualify_columns=False,
                identify=False,
            )
            scope = build_scope(parsed)
            if scope is None:
                raise CivicError(f"The SQL of {relation} is no query.")
            self._parsed[relation] = parsed, scope
        return self._parsed[relation]

    def _compiled(self, relation: str) -> str:
        """The model's SQL: in the manifest of a run that built it, else where dbt left it then."""
        node = self.models[relation]
        if node.get("compiled_code"):
            return str(node["compiled_code"])
        path = self.target / "compiled" / node["package_name"] / node["original_file_path"]
        if not path.is_file():
            raise CivicError(
                f"The model {node['name']} has not been built here yet.",
                "Run: civic run",
                zh=f"模型 {node['name']} 尚未构建。",
            )
        return path.read_text("utf-8")

    @cached_property
    def _schema(self) -> MappingSchema:
        schema = MappingSchema(dialect=DIALECT)
        for relation, columns in self.known.items():
            if not columns:
                continue
            table = exp.table_(relation.partition(".")[2], db=relation.partition(".")[0])
            table.set("catalog", exp.to_identifier("lake"))
            schema.add_table(table, dict.fromkeys(columns, "varchar"), dialect=DIALECT)
        return schema


def _with_conditions(query: exp.Expr) -> exp.Expr:
    """The query with ``count(*)`` as a count of what its condition says, which is the same number:
    a count of rows that are chosen is made of what they are chosen by."""
    for select in query.find_all(exp.Select):
        where = select.args.get("where")
        stars = [star for one in select.expressions for star in one.find_all(exp.Star)]
        for count in (star.parent for star in stars):
            if where is not None and isinstance(count, exp.Count):
                count.set("this", exp.case().when(where.this.copy(), "1"))
    return query


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node['identifier']}"
