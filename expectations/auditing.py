"""The audit before a publication: every suite, on the lake as it stands and the cells to come."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from civic.lake import open_lake
from civic.processes import processes
from civic.settings import Settings
from expectations.activity import activity, reading
from expectations.bronze import bronze
from expectations.cells import cells as cells_suite
from expectations.checks import Suite
from expectations.delivery import delivery
from expectations.event import event
from expectations.event_stage import event_stage
from expectations.feedback import feedback
from expectations.object import object_
from expectations.organisation import organisation
from expectations.person import person
from expectations.place import place
from expectations.remembering import DATA_DOCS, digest_of, forget, recall, remember
from expectations.residence import residence
from expectations.running import Beside, run_suites
from expectations.sentiment import sentiment
from expectations.service import service
from expectations.verdicts import Verdict
from expectations.work import work_item, work_order
from ingestion.contracts import Contract

CHECKS_WORTH_IT = 200
"""With fewer checks another process is not worth starting: it imports Great Expectations first."""


def audit(
    settings: Settings, contracts: Mapping[str, Contract], cells: pl.DataFrame | None = None
) -> Verdict:
    """Audit bronze, marts and, where given, the cells that are to be published.

    Data Docs go to ``quality/data_docs``, the verdict to ``quality/verdict.json``. What was
    audited already, and nothing of it has changed since, gets the same verdict without being
    audited again. No other process may write to the live lake. A verdict that has not passed is an
    answer, not an error.
    """
    settings.quality.mkdir(parents=True, exist_ok=True)
    with open_lake(settings, read_only=True) as connection:
        chosen = suites(contracts, connection, with_cells=cells is not None)
        digest = digest_of(settings, connection, contracts, chosen, cells)
        if recalled := recall(settings, digest):
            return recalled
        forget(settings)
        with processes(sum(len(s.checks) for s in chosen) >= CHECKS_WORTH_IT) as pool:
            beside = Beside.started(pool, settings) if pool else None
            if cells is not None:
                connection.register("cells_to_come", cells)
                connection.execute("create table memory.main.cells as from cells_to_come")
            verdict = run_suites(connection, chosen, settings.quality / DATA_DOCS, beside)
    remember(settings, digest, verdict)
    return verdict


def suites(
    contracts: Mapping[str, Contract], connection: duckdb.DuckDBPyConnection, with_cells: bool
) -> list[Suite]:
    """One suite for each element, and one for the cells."""
    texts = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = 'lake' and schema_name in ('bronze', 'marts') "
        "and data_type = 'VARCHAR' order by all"
    ).fetchall()
    chosen = [bronze(contracts), place(), event(), organisation(), person(contracts, texts)]
    chosen += [event_stage(), object_(), sentiment(), activity(), reading(), feedback()]
    chosen += [work_item(), work_order(), delivery(), residence(), service()]
    return [*chosen, cells_suite()] if with_cells else chosen
