"""Objects with their place and prevention net, and which communities each net reaches, in Polars.

Belongs here: the second reading of ``fct_object`` and ``fct_net_coverage``. Does not belong here:
which source rows are in force, the register (``centre_places``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from analytics.reports.verification.centre_places import PATH, with_path
from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import number_of, place_of, value_of
from ingestion.contracts import Contract


def objects(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
) -> pl.LazyFrame:
    """``fct_object``: one row per (feed, number), as its latest row says; ``_source_rows``."""
    made = [
        _objects_of(contracts[feed], rows)
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "object"
    ]
    together = pl.concat([pl.LazyFrame(schema=_schema()), *made], how="vertical")
    return with_path(together.with_columns(has_net=pl.col("net").is_not_null()), current)


def net_coverage(objects_placed: pl.LazyFrame, current: pl.LazyFrame, seeds: Path) -> pl.LazyFrame:
    """``fct_net_coverage``: one row per net and community of the register in force.

    ``seeds``: the folder with ``prevention_nets.csv``, the same data that dbt is seeded with. The
    register's row is one source row, every resource another.
    """
    nets = pl.scan_csv(seeds / "prevention_nets.csv", infer_schema=False).select("net")
    communities = current.filter(pl.col("level") == "community").select(
        "place_code", "register_date", *PATH
    )
    resources = (
        objects_placed.filter("has_net", pl.col("community_code").is_not_null())
        .group_by("net", "community_code")
        .agg(resource_count=pl.len().cast(pl.Int64))
    )
    counted = pl.col("resource_count").fill_null(0)
    return (
        communities.join(nets, how="cross")
        .join(
            resources, left_on=["net", "place_code"], right_on=["net", "community_code"], how="left"
        )
        .with_columns(is_covered=counted > 0, resource_count=counted, _source_rows=counted + 1)
    )


def _objects_of(contract: Contract, rows: pl.LazyFrame) -> pl.LazyFrame:
    mapped = rows.select(
        *PRECEDENCE,
        as_of=pl.col("_as_of"),
        feed=pl.lit(contract.feed),
        object_no=number_of(contract),
        kind=value_of(contract, "kind"),
        state=value_of(contract, "state"),
        net=value_of(contract, "net"),
        place_code=place_of(contract),
    )
    counted = mapped.group_by("object_no").agg(_source_rows=pl.len().cast(pl.Int64))
    anchors = mapped.sort(PRECEDENCE).unique(subset="object_no", keep="last", maintain_order=True)
    return anchors.join(counted, on="object_no").select(*_schema())


def _schema() -> dict[str, pl.DataType]:
    text = pl.String()
    return {
        **dict.fromkeys(("feed", "object_no", "kind", "state", "net", "place_code"), text),
        "as_of": pl.Datetime("us"),
        "_source_rows": pl.Int64(),
    }
