"""Run suites with Great Expectations on DuckDB itself, and write its Data Docs.

Rows never travel into Python: every check is a query, and what it brings back is counts. Most of
the time is Great Expectations' own, so that a second process takes half of the tables.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from civic.lake import LAKE, open_lake
from civic.settings import Settings
from expectations.checks import Check, Suite
from expectations.verdicts import AuditResult, Verdict

os.environ["GX_ANALYTICS_ENABLED"] = "false"
SHOWN = 3
DATASOURCE = "civic"
#: Counts only: a list of unexpected values would carry rows into the Data Docs.
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 0}

Stated = tuple[Suite, Check]
"""A check, and the suite that states it."""


@dataclass(frozen=True)
class Beside:
    """Another process, and the lake that it opens for itself."""

    pool: Executor
    settings: Settings

    @classmethod
    def started(cls, pool: Executor, settings: Settings) -> Beside:
        """The same; what takes it seconds before its first check begins at once."""
        pool.submit(get_ready)
        return cls(pool, settings)


def run_suites(
    connection: duckdb.DuckDBPyConnection,
    suites: Sequence[Suite],
    docs: Path,
    beside: Beside | None = None,
) -> Verdict:
    """Run every check; results in the order of the checks. ``docs``: folder of the Data Docs.

    ``beside``: where tables of the lake may be audited by another process; without it all are
    audited here. A check that cannot be run (its table is missing) has failed, and ``observed``
    says why; the verdict is then not ``complete``.
    """
    import great_expectations as gx

    by_table = _by_table(suites)
    # A checkpoint would compare every suite with its store five times over.
    run = gx.RunIdentifier(run_time=datetime.now(UTC))
    share = _share(by_table) if beside else {}
    given = beside.pool.submit(_audit_beside, beside.settings, share, run) if beside else None
    context = _context()
    here = {t: stated for t, stated in by_table.items() if t not in share}
    outcomes = _validate(context, connection, here, run)
    stated_of = {_name(table): stated for table, stated in share.items()}
    for key, outcome in given.result() if given else ():
        context.suites.add(_suite(outcome.suite_name, stated_of[outcome.suite_name]))
        context.validation_results_store.set(key, outcome)
        outcomes.append(outcome)
    _write_docs(context, docs)
    return _results(connection, suites, outcomes)


def get_ready() -> None:
    """Import Great Expectations, which takes seconds: an audit will begin at once."""
    importlib.import_module("great_expectations")


def _audit_beside(
    settings: Settings, by_table: Mapping[str, list[Stated]], run: Any
) -> list[tuple[Any, Any]]:
    """What another process does: the outcomes of its tables under the keys of its store."""
    with open_lake(settings, read_only=True) as connection:
        context = _context()
        _validate(context, connection, by_table, run)
    store = context.validation_results_store
    return [(key, store.get(key)) for key in store.list_keys()]


def _share(by_table: Mapping[str, list[Stated]]) -> dict[str, list[Stated]]:
    """Every second table of the lake, those with the most checks first."""
    in_lake = [table for table in by_table if table.startswith(f"{LAKE}.")]
    longest = sorted(in_lake, key=lambda table: (-len(by_table[table]), table))
    return {table: by_table[table] for table in longest[1::2]}


def _context() -> Any:
    """Great Expectations without a project folder, a progress bar or a word to its makers."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _validate(
    context: Any,
    connection: duckdb.DuckDBPyConnection,
    by_table: Mapping[str, list[Stated]],
    run: Any,
) -> list[Any]:
    """Each table's outcome; they stay in the context's store too."""
    from expectations.engine import datasource

    queries = {_name(table): f"select * from {table}" for table in by_table}
    outcomes = []
    with datasource(context, DATASOURCE, connection, queries) as source:
        for table, stated in by_table.items():
            definition = _definition(context, source, table, stated)
            outcomes.append(definition.run(result_format=RESULT_FORMAT, run_id=run))
    return outcomes


def _write_docs(context: Any, docs: Path) -> None:
    """The pages of all that the context has in store, in place of those of the last audit."""
    unfinished = docs.with_name(f".{docs.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    context.add_data_docs_site(
        "civic",
        {
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(unfinished),
            },
        },
    )
    context.build_data_docs(site_names=["civic"])
    shutil.rmtree(docs, ignore_errors=True)
    unfinished.replace(docs)


def _by_table(suites: Sequence[Suite]) -> dict[str, list[Stated]]:
    """Every suite's checks of a table together: what Great Expectations does for each table that
    it is shown takes longer than most checks.
    """
    by_table: dict[str, list[Stated]] = {}
    for suite in suites:
        for check in suite.checks:
            by_table.setdefault(check.table, []).append((suite, check))
    return dict(sorted(by_table.items()))


def _definition(context: Any, source: Any, table: str, stated: list[Stated]) -> Any:
    """The checks of one table, to be run."""
    import great_expectations as gx

    from expectations.engine import WHOLE_TABLE

    name = _name(table)
    suite = _suite(name, stated)
    context.suites.add(suite)
    batch = source.get_asset(name).get_batch_definition(WHOLE_TABLE)
    return gx.ValidationDefinition(name=name, data=batch, suite=suite)


def _suite(name: str, stated: list[Stated]) -> Any:
    """The checks of one table as a suite of Great Expectations."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=[_expectation(s, c) for s, c in stated])


def _name(table: str) -> str:
    """What a table is called in the Data Docs."""
    return table.removeprefix("lake.").replace('"', "")


def _expectation(suite: Suite, check: Check) -> Any:
    import great_expectations.expectations as gxe

    return getattr(gxe, check.expectation)(
        **check.arguments,
        description=f"{check.zh} · {check.en}",
        severity="critical" if check.severity == "blocking" else "warning",
        meta={"check": suite.checks.index(check), "suite": suite.name},
    )


def _results(
    connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite], outcomes: Iterable[Any]
) -> Verdict:
    found = {
        (r.expectation_config.meta["suite"], r.expectation_config.meta["check"]): r
        for outcome in outcomes
        for r in outcome.results
    }
    results = tuple(
        AuditResult(
            suite=suite.name,
            expectation=check.expectation,
            table=check.table,
            column=check.column,
            severity=check.severity,
            success=bool(found[suite.name, position].success),
            observed=_observed(connection, check, found[suite.name, position]),
            zh=check.zh,
            en=check.en,
        )
        for suite in suites
        for position, check in enumerate(suite.checks)
    )
    return Verdict(results, complete=not any(_error(r.exception_info) for r in found.values()))


def _observed(connection: duckdb.DuckDBPyConnection, check: Check, result: Any) -> str:
    """What was found, in a few words: an error, the first rows of a query, or a share."""
    if error := _error(result.exception_info):
        return error
    found: Mapping[str, Any] = result.result
    if "unexpected_count" in found:
        return f"{found['unexpected_count'] or 0:,} of {found['element_count'] or 0:,}"
    observed = found["observed_value"]
    return f"{observed:,} rows: {_first_rows(connection, check)}" if observed else "0 rows"


def _first_rows(connection: duckdb.DuckDBPyConnection, check: Check) -> str:
    """Great Expectations counts the rows of a query; which ones they are is asked again."""
    query = check.arguments["unexpected_rows_query"].format(batch="")
    frame = connection.execute(f"select * from ({query}) order by all limit {SHOWN}").pl()
    return "; ".join(
        ", ".join(f"{name}={value}" for name, value in row.items())
        for row in frame.iter_rows(named=True)
    )


def _error(info: Mapping[str, Any] | None) -> str:
    for entry in (info or {}).values():
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry["exception_message"]).splitlines()[0]
    if info and info.get("raised_exception"):
        return str(info["exception_message"]).splitlines()[0]
    return ""
