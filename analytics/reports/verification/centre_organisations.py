"""Organisations with their place, from every organisation feed, in Polars.

Belongs here: the second reading of ``fct_organisation``. Does not belong here: which source rows
are in force, the register (``centre_places``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.centre_places import PATH, with_path
from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import number_of, place_of, value_of
from ingestion.contracts import Contract

_NAMED_LEVELS = ("city", "district")


def organisations(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    current: pl.LazyFrame,
) -> pl.LazyFrame:
    """``fct_organisation``: one row per (feed, number), as its latest row says; ``_source_rows``.

    A place is known by its code or, where that is of no known place, by a name that exactly one
    current place of level city or district bears.
    """
    made = [
        _organisations_of(contracts[feed], rows)
        for feed, rows in in_force.items()
        if contracts[feed].centre.get("element") == "organisation"
    ]
    if not made:
        made = [pl.LazyFrame(schema=_schema())]
    placed = with_path(pl.concat(made, how="vertical"), current)
    unplaced = pl.col("city_code").is_null()
    by_name = placed.filter(unplaced).drop(PATH).join(_by_name(current), "place_name", how="left")
    return pl.concat([placed.filter(~unplaced), by_name], how="diagonal")


def _organisations_of(contract: Contract, rows: pl.LazyFrame) -> pl.LazyFrame:
    mapped = rows.select(
        *PRECEDENCE,
        as_of=pl.col("_as_of"),
        feed=pl.lit(contract.feed),
        organisation_no=number_of(contract),
        organisation_name=value_of(contract, "name"),
        kind=value_of(contract, "kind"),
        category=value_of(contract, "category"),
        place_code=place_of(contract),
        place_name=value_of(contract, "place_name"),
    )
    counted = mapped.group_by("organisation_no").agg(_source_rows=pl.len().cast(pl.Int64))
    anchors = mapped.sort(PRECEDENCE).unique(
        subset="organisation_no", keep="last", maintain_order=True
    )
    joined = anchors.join(counted, on="organisation_no", nulls_equal=True)
    return joined.select(*_schema())


def _by_name(current: pl.LazyFrame) -> pl.LazyFrame:
    """The paths of the names that say one place and no other."""
    named = current.filter(pl.col("level").is_in(_NAMED_LEVELS), pl.col("place_name").is_not_null())
    return named.unique("place_name", keep="none").select("place_name", *PATH)


def _schema() -> dict[str, pl.DataType]:
    text = pl.String()
    return {
        "feed": text,
        "organisation_no": text,
        "organisation_name": text,
        "kind": text,
        "category": text,
        "place_code": text,
        "place_name": text,
        "as_of": pl.Datetime("us"),
        "_source_rows": pl.Int64(),
    }
