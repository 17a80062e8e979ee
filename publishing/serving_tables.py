"""What stands in the serving file beside the cells: places, drops, counts, and the definitions.

Belongs here: the SQL of those tables, and reading the definitions back. With them an old
publication can be read and traced by what its metrics meant then, whatever they mean today.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from analytics.reports.atoms import atoms_sql
from analytics.reports.coordinates import coordinates_of
from analytics.reports.declarations import Report
from analytics.reports.feeds import report_feeds_sql
from analytics.reports.first_atoms import first_atoms
from analytics.reports.semantic_manifest import Catalog
from publishing.completeness import OWED
from publishing.opening import OpenPublication
from publishing.pages import AtomsOf
from publishing.residence_chain import residence_chain_sql

HIDDEN_PLACES = (
    "select place_code from serving.main.residents where dimension = 'total' and is_hidden"
)
"""Places of which not even the number of residents is shown, in the publication being written."""

FROM_THE_LAKE = {
    "places": "select * from marts.dim_place",
    "drops": "select * from bronze.drops",
    "receipts": (
        "select feed, unit, count(*) as drops, sum(records)::bigint as records, "
        "sum(accepted)::bigint as accepted, sum(rejected)::bigint as rejected, "
        "sum(repeated)::bigint as repeated, sum(left_out)::bigint as left_out, "
        "sum(warned)::bigint as warned, max(as_of) as latest_as_of "
        "from bronze.drops group by feed, unit"
    ),
    "findings": (
        "select feed, code, severity, column_name, count(*) as findings, "
        "count(distinct drop_id) as drops from bronze.findings group by all"
    ),
    "outcomes": (
        "select feed, outcome, code, count(*) as records from bronze.outcomes group by all"
    ),
    "residence_chain": residence_chain_sql(hidden=HIDDEN_PLACES),
    "services": "select * from marts.fct_service",
    OWED: (
        "select unit, unit_label, feed, period_start, period_end, due_on, delivered_on, "
        "is_due, is_missing from marts.fct_delivery"
    ),
}

SERVED_DROPS = "serving.main.drops"
"""``bronze.drops`` as ``open_publication`` has it at hand, without a look into the lake."""


def serving_tables(reports: Iterable[Report], catalog: Catalog) -> dict[str, str]:
    """Serving table to SQL against the lake, as ``publish`` takes it."""
    reports = list(reports)
    return {
        **FROM_THE_LAKE,
        "report_feeds": report_feeds_sql(reports, catalog),
        "reports": values_sql(
            ("report", "title_zh", "title_en", "notes_zh", "notes_en"),
            [(r.name, r.title.zh, r.title.en, r.notes.zh, r.notes.en) for r in reports],
        ),
        "metrics": values_sql(
            ("metric", "label_zh", "label_en", "unit_zh", "unit_en", "direction", "decimals"),
            [_metric(catalog, name) for name in sorted({m for r in reports for m in r.metrics})],
        ),
        "definitions": values_sql(
            ("name", "definition"),
            [("semantic_manifest", json.dumps(_kept(catalog), sort_keys=True))],
        ),
    }


def catalog_of(publication: OpenPublication) -> Catalog:
    """What the metrics of a publication meant when it was made."""
    return Catalog(json.loads(publication.table("definitions").item(0, "definition")))


def cell_atoms(publication: OpenPublication, catalog: Catalog | None = None) -> AtomsOf:
    """A function from cells and a number of source rows to the first source rows behind each.

    ``catalog``: another than the publication's, for figures under other boundaries. It remembers
    what it found: each language of a workbook asks for the same.
    """
    catalog = catalog or catalog_of(publication)
    found: dict[tuple[str, int], pl.DataFrame] = {}

    def atoms(cells: Sequence[Mapping[str, Any]], at_most: int) -> Mapping[str, pl.DataFrame]:
        new = [cell for cell in cells if (cell["cell_id"], at_most) not in found]
        looked_up = first_atoms(publication.connection, catalog, new, at_most)
        at = {cell["cell_id"]: coordinates_of(cell).cell_id for cell in new}
        found.update({(name, at_most): looked_up[one] for name, one in at.items()})
        return {cell["cell_id"]: found[cell["cell_id"], at_most] for cell in cells}

    return atoms


def all_atoms(connection: duckdb.DuckDBPyConnection, cell: Mapping[str, Any]) -> pl.DataFrame:
    """Every source row behind a cell; ``connection`` as ``open_publication`` gives it."""
    stated = connection.execute("select definition from serving.main.definitions").fetchone()
    catalog = Catalog(json.loads(stated[0] if stated else "{}"))
    sql = atoms_sql(catalog.metric(cell["metric"]), coordinates_of(cell))
    return connection.execute(sql).pl()


def values_sql(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows stated in Python as SQL: texts, whole numbers and nulls."""
    named = ", ".join(columns)
    stated = ", ".join(f"({', '.join(_literal(v) for v in row)})" for row in rows)
    if not stated:
        return f"select {', '.join(f'null as {c}' for c in columns)} where false"
    return f"select * from (values {stated}) as stated ({named})"


def _metric(catalog: Catalog, name: str) -> tuple[Any, ...]:
    m = catalog.metric(name)
    return (name, m.label.zh, m.label.en, m.unit.zh, m.unit.en, m.direction, m.decimals)


def _kept(catalog: Catalog) -> dict[str, Any]:
    """Models and metrics by name: dbt lists them as the file system does, which differs."""
    return {
        key: sorted(catalog.manifest[key], key=lambda entry: str(entry["name"]))
        for key in ("semantic_models", "metrics")
    }


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
