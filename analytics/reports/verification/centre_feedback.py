"""What units answered about the organisations of a list, and what they did not, in Polars.

Belongs here: the second reading of ``fct_organisation_feedback``: which answers were asked for,
which came, which contradict the list or each other. Does not belong here: the organisations
themselves (``centre_organisations``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.reports.verification.in_force import PRECEDENCE
from analytics.reports.verification.mapping import number_of, value_of
from ingestion.contracts import Contract, Field

_COMPARED_TYPES = ("string", "integer", "boolean")
_ANSWER = ("feed", "organisation_no", "answered_by")


def organisation_feedback(
    in_force: Mapping[str, pl.LazyFrame],
    contracts: Mapping[str, Contract],
    organisations: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per organisation of a list and unit that is asked about it; ``feed`` is the list's.

    ``organisations``: ``fct_organisation``. The row of the list is one source row, every row of the
    unit's answers another. A list is asked about also where no answer ever came.
    """
    asked = [c for c in contracts.values() if c.centre.get("element") == "feedback"]
    pairs = {(_list_of(c), _who(c)) for c in asked}
    units = pl.LazyFrame(
        sorted(pairs), schema={"feed": pl.String(), "answered_by": pl.String()}, orient="row"
    )
    came = [c for c in asked if c.feed in in_force]
    answers = _together([_answers(c, in_force[c.feed]) for c in came], _answer_schema())
    told = _together(
        [_told(c, in_force[c.feed], contracts[_list_of(c)]) for c in came], _told_schema()
    )
    names = sorted({name for name, _ in pairs} & in_force.keys())
    listed = _together([_listed(contracts[n], in_force[n]) for n in names], _listed_schema())
    found = organisations.drop("_source_rows").join(units, on="feed")
    return (
        found.join(answers, on=_ANSWER, how="left")
        .join(_contradictions(told, listed), on=_ANSWER, how="left")
        .with_columns(
            is_answered=pl.col("_answers").is_not_null(),
            is_missing=pl.col("_answers").is_null(),
            is_contradictory=pl.col("_contradictions").fill_null(0) > 0,
            _source_rows=pl.col("_answers").fill_null(0) + 1,
        )
    )


def _answers(contract: Contract, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Which organisations a unit answered about, with the number of its rows."""
    return (
        rows.select(organisation_no=value_of(contract, "organisation"), **_of(contract))
        .group_by(_ANSWER)
        .agg(_answers=pl.len().cast(pl.Int64))
        .select(*_answer_schema())
    )


def _told(contract: Contract, rows: pl.LazyFrame, listed: Contract) -> pl.LazyFrame:
    """What the latest answers tell in the fields that the list has too."""
    shared = {f.name for f in _plain(listed)} - {f.name for f in listed.key}
    roles = {_name(contract.centre[role]) for role in ("organisation", "answered_on")}
    fields = [f.name for f in _plain(contract) if f.name in shared - roles]
    latest = (
        rows.with_columns(organisation_no=value_of(contract, "organisation"))
        .sort(PRECEDENCE)
        .unique("organisation_no", keep="last", maintain_order=True)
    )
    return _long(latest, fields, "told").with_columns(**_of(contract)).select(*_told_schema())


def _listed(contract: Contract, rows: pl.LazyFrame) -> pl.LazyFrame:
    """What a list says of its organisations, in every field that could be compared."""
    latest = (
        rows.with_columns(organisation_no=number_of(contract))
        .sort(PRECEDENCE)
        .unique("organisation_no", keep="last", maintain_order=True)
    )
    long = _long(latest, [f.name for f in _plain(contract)], "listed")
    return long.with_columns(feed=pl.lit(contract.feed)).select(*_listed_schema())


def _contradictions(told: pl.LazyFrame, listed: pl.LazyFrame) -> pl.LazyFrame:
    """Fields in which an answer differs from the list; where that is silent, from another."""
    same = ["feed", "organisation_no", "field"]
    differing = pl.col("told").n_unique().over(same) > 1
    against = (
        pl.when(pl.col("listed").is_not_null())
        .then(pl.col("told") != pl.col("listed"))
        .otherwise(differing)
    )
    return (
        told.join(listed, on=same, how="left")
        .filter(against)
        .group_by(_ANSWER)
        .agg(_contradictions=pl.len().cast(pl.Int64))
    )


def _long(rows: pl.LazyFrame, fields: list[str], name: str) -> pl.LazyFrame:
    if not fields:
        nothing = {"organisation_no": pl.String(), "field": pl.String(), name: pl.String()}
        return pl.LazyFrame(schema=nothing)
    return (
        rows.select("organisation_no", *(pl.col(f).cast(pl.String) for f in fields))
        .unpivot(index="organisation_no", variable_name="field", value_name=name)
        .drop_nulls(name)
    )


def _plain(contract: Contract) -> list[Field]:
    return [
        f
        for f in contract.bronze_fields
        if f.protection == "none" and f.logical_type in _COMPARED_TYPES
    ]


def _of(contract: Contract) -> dict[str, pl.Expr]:
    return {"feed": pl.lit(_list_of(contract)), "answered_by": pl.lit(_who(contract))}


def _list_of(contract: Contract) -> str:
    reference = contract.field(_name(contract.centre["organisation"])).reference
    assert reference is not None, contract.feed
    return reference[0]


def _who(contract: Contract) -> str:
    entry = contract.centre["answered_by"]
    return str(entry["constant"] if isinstance(entry, Mapping) else entry)


def _name(entry: object) -> str:
    return str(entry["field"] if isinstance(entry, Mapping) else entry)


def _together(frames: list[pl.LazyFrame], schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    return pl.concat([pl.LazyFrame(schema=schema), *frames], how="vertical")


def _answer_schema() -> dict[str, pl.DataType]:
    return {**dict.fromkeys(_ANSWER, pl.String()), "_answers": pl.Int64()}


def _told_schema() -> dict[str, pl.DataType]:
    return dict.fromkeys((*_ANSWER, "field", "told"), pl.String())


def _listed_schema() -> dict[str, pl.DataType]:
    return dict.fromkeys(("feed", "organisation_no", "field", "listed"), pl.String())
