"""Great Expectations' verdict: one audit of everything, shown as a check on each table audited.

The check on the verdict itself blocks: it stands between the cells and the publication, whichever
table is at fault. Those on the tables only show where; blocking there would have the models wait
for an audit that needs them.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl

from dagster_project import keys
from dagster_project.installation import Installation, load_installation
from dagster_project.manifest import load_manifest, mart_keys

if TYPE_CHECKING:
    from expectations import Verdict

TABLE_CHECK = "great_expectations"
VERDICT_CHECK = "nothing_blocks_publication"
SHOWN_AT_MOST = 50


@dg.asset(
    key=keys.VERDICT,
    ins={"cells": dg.AssetIn(keys.CELLS)},
    deps=[keys.REGISTER],
    group_name="quality",
    kinds={"greatexpectations", "duckdb"},
)
def verdict(
    installation: dg.ResourceParam[Installation], cells: pl.DataFrame
) -> dg.MaterializeResult[Any]:
    """审核结论 · What the audits say of bronze, marts and the cells to be published."""
    from publishing.whole_way import audit_all

    found = audit_all(installation.settings, cells)
    failed = sum(not result.success for result in found.results)
    return dg.MaterializeResult(
        value=found,
        metadata={"passed": found.passed, "expectations": len(found.results), "failed": failed},
    )


@dg.definitions
def audits() -> dg.Definitions:
    """The verdict and the checks that show it."""
    tables = audited_tables(load_installation().contracts, load_manifest())
    specs = [
        dg.AssetCheckSpec(VERDICT_CHECK, asset=keys.VERDICT, blocking=True),
        *(dg.AssetCheckSpec(TABLE_CHECK, asset=key) for key in tables.values()),
    ]

    @dg.multi_asset_check(
        name="audits", specs=specs, ins={"found": dg.AssetIn(keys.VERDICT)}, can_subset=True
    )
    def show_audits(found: Any) -> Iterator[dg.AssetCheckResult]:
        yield from check_results(found, tables)

    return dg.Definitions(assets=[verdict], asset_checks=[show_audits])


def audited_tables(
    contracts: Mapping[str, Any], manifest: Mapping[str, Any]
) -> dict[str, dg.AssetKey]:
    """Tables that audits may speak of, by the names they use (``lake.bronze.resident``)."""
    from expectations.cells import CELLS

    bronze = [keys.bronze(feed) for feed in contracts]
    tables = {
        f"lake.{'.'.join(key.path)}": key for key in [*bronze, keys.REGISTER, *mart_keys(manifest)]
    }
    return tables | {CELLS: keys.CELLS}


def check_results(
    found: "Verdict", tables: Mapping[str, dg.AssetKey]
) -> Iterator[dg.AssetCheckResult]:
    """One result for the verdict, and one for each table that an expectation spoke of."""
    yield dg.AssetCheckResult(
        check_name=VERDICT_CHECK,
        asset_key=keys.VERDICT,
        passed=found.passed,
        metadata=_failures(found.results),
    )
    for table, key in tables.items():
        results = [result for result in found.results if result.table == table]
        if not results:
            continue
        failed = [result for result in results if not result.success]
        blocking = any(result.severity == "blocking" for result in failed)
        yield dg.AssetCheckResult(
            check_name=TABLE_CHECK,
            asset_key=key,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
            metadata={"expectations": len(results)} | _failures(results),
        )


def _failures(results: Any) -> dict[str, Any]:
    failed = [result for result in results if not result.success]
    rows = [
        dg.TableRecord(
            {
                "table": result.table,
                "column": result.column or "",
                "expectation": result.expectation,
                "severity": result.severity,
                "observed": str(result.observed),
            }
        )
        for result in failed[:SHOWN_AT_MOST]
    ]
    return {"failed": len(failed)} | ({"failures": dg.MetadataValue.table(rows)} if rows else {})
