"""What the units are asked: which organisations wait for whose answer, and what contradicts.

Belongs here: reading that from a publication. Does not belong here: the workbooks made of it
(``base_lists``), nor which unit is to answer (``answerers``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from ingestion.contracts import Contract
from ingestion.contracts.centre_feedback import list_answered
from publishing.exchange.deadlines import due_on
from publishing.opening import OpenPublication

LEVELS = ("grid_code", "community_code", "street_code", "district_code", "city_code")
_COLUMNS = (
    "organisation_key",
    "organisation_no",
    "organisation_name",
    "place_code",
    *LEVELS,
    "answered_on",
    "is_answered",
    "contradiction_count",
    "answered_in",
)


@dataclass(frozen=True)
class Question:
    """A feed by which units answer about the organisations of a list.

    ``key`` and ``name``: fields of the feed that are filled in beforehand (``name`` may be
    missing from the feed). ``listed``: the contract of the list.
    """

    contract: Contract
    listed: Contract
    answered_by: str
    key: str
    name: str | None

    @property
    def feed(self) -> str:
        """The feed's name."""
        return self.contract.feed


def questions(contracts: Mapping[str, Contract]) -> list[Question]:
    """Every feed of answers among the contracts, in order of their names."""
    return [
        _question(contract, contracts[list_answered(contract)])
        for contract in contracts.values()
        if contract.centre.get("element") == "feedback"
    ]


def organisations_asked(opened: OpenPublication, question: Question) -> pl.DataFrame:
    """One row per organisation of the list, those that wait for an answer first.

    Columns: ``organisation_key, organisation_no, organisation_name, place_code``, a code for each
    of LEVELS, ``answered_on, is_answered, contradiction_count, answered_in`` (the unit whose file
    holds the last answer), ``waiting_since, due_on`` (dates; of those answered too).
    """
    rows = opened.connection.execute(
        f"""
        select {", ".join(_COLUMNS)}
        from (
          select asked.*, organisations.organisation_name, drops.unit as answered_in
          from marts.fct_organisation_feedback as asked
          join marts.dim_organisation as organisations using (organisation_key)
          left join marts.bridge_organisation_feedback as answers using (feedback_key)
          left join bronze.drops as drops on answers._drop_id = drops.drop_id
          where asked.feed = $listed and asked.answered_by = $answered_by
        )
        """,
        {"listed": question.listed.feed, "answered_by": question.answered_by},
    ).pl()
    since = first_listed(opened, question.listed)
    known = rows.join(since, on="organisation_no", how="left")
    days = known.get_column("waiting_since").unique().drop_nulls()
    due = {day: due_on(question.contract, day) for day in days}
    return known.with_columns(
        pl.col("waiting_since")
        .replace_strict(list(due), list(due.values()), default=None, return_dtype=pl.Date)
        .alias("due_on")
    ).sort(
        "is_answered",
        pl.col("contradiction_count") == 0,
        "due_on",
        "organisation_no",
        nulls_last=True,
    )


def first_listed(opened: OpenPublication, listed: Contract) -> pl.DataFrame:
    """Since when each organisation has been on the list: ``organisation_no, waiting_since``.

    The date of which the earliest drop that names it speaks.
    """
    number = listed.centre.get("number")
    column = listed.field(str(number)).bronze_name
    return opened.connection.execute(
        f"""
        select
          cast(rows_taken."{column}" as varchar) as organisation_no,
          min(cast(drops.as_of as date)) as waiting_since
        from bronze."{listed.feed}" as rows_taken
        join bronze.drops as drops on rows_taken._drop_id = drops.drop_id
        where drops.status = 'accepted'
        group by 1
        """
    ).pl()


def contradictions(opened: OpenPublication, question: Question) -> pl.DataFrame:
    """Every field in which this unit's answer differs from the list or from other answers.

    Columns: ``organisation_key, field_name, told_value, listed_value, others`` (a list of structs
    ``answered_by, told_value`` of the other units that told this field).
    """
    return opened.connection.execute(
        """
        select
          ours.organisation_key,
          ours.field_name,
          ours.told_value,
          ours.listed_value,
          list({'answered_by': others.answered_by, 'told_value': others.told_value}
            order by others.answered_by)
            filter (where others.answered_by is not null) as others
        from marts.bridge_organisation_feedback_value as ours
        join marts.fct_organisation_feedback as asked using (feedback_key)
        left join marts.bridge_organisation_feedback_value as others
          on ours.organisation_key = others.organisation_key
          and ours.field_name = others.field_name
          and ours.answered_by <> others.answered_by
        where ours.is_contradictory
          and asked.feed = $listed
          and ours.answered_by = $answered_by
        group by all
        order by ours.organisation_key, ours.field_name
        """,
        {"listed": question.listed.feed, "answered_by": question.answered_by},
    ).pl()


def first_due(waiting: pl.DataFrame) -> date | None:
    """The earliest day on which one of these answers is due."""
    earliest: Any = waiting.get_column("due_on").min()
    return earliest if isinstance(earliest, date) else None


def _question(contract: Contract, listed: Contract) -> Question:
    answered_by: Any = contract.centre["answered_by"]
    by = answered_by.get("constant") if isinstance(answered_by, dict) else answered_by
    name = listed.centre.get("name")
    known = {f.name for f in contract.fields if f.protection == "none"}
    return Question(
        contract=contract,
        listed=listed,
        answered_by=str(by),
        key=str(contract.centre["organisation"]),
        name=str(name) if name in known else None,
    )
