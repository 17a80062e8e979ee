"""How contracts map into the six elements: the vars that dbt's intermediate models read.

Belongs here: reading ``centre`` of a contract, and saying clearly what is wrong with it. Does
not belong here: SQL (``dbt/macros``) or files (``dbt_sources``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.contracts.centre_entries import check_entries
from ingestion.contracts.centre_feedback import feedback_feeds
from ingestion.contracts.centre_fields import (
    column_of,
    fault,
    field_of,
    number_columns,
    number_field,
    place_columns,
    pseudonym_of,
    value_of,
)
from ingestion.contracts.centre_roles import STAGES, event_feed, feeds_by_role, stage_feed_closes
from ingestion.contracts.model import Contract


def dbt_vars(contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What dbt is told about the feeds: ``--vars`` of every run.

    A list of mappings for each of ``event_feeds``, ``organisation_feeds``, ``unit_feeds``,
    ``place_feeds``, ``person_feeds``, ``dwelling_feeds``, ``building_feeds``, ``staff_feeds``,
    ``record_feeds`` (every feed that is not about residents), for each element of ``ROLES``, for
    answers (``centre_feedback``), and ``service_levels`` (every feed that is sent by a period).
    Plain data in an order that does not depend on the order of the contracts. Raises CivicError
    where a ``centre`` names what the contract has not.
    """
    ordered = [contracts[feed] for feed in sorted(contracts)]
    for contract in ordered:
        check_entries(contract)
    organisations = [_organisation(c) for c in ordered if _element(c) == "organisation"]
    return {
        "event_feeds": [_event(c, ordered) for c in ordered if _element(c) == "event"],
        "organisation_feeds": organisations,
        "unit_feeds": [
            _plain(c)
            for c in ordered
            if _element(c) == "unit" or c.centre.get("kind") == {"constant": "governance_unit"}
        ],
        "place_feeds": [_plain(c) for c in ordered if _element(c) == "place"],
        "person_feeds": [_person(c) for c in ordered if _element(c) == "person"],
        "dwelling_feeds": [_plain(c) for c in ordered if _element(c) == "dwelling"],
        "building_feeds": [_plain(c) for c in ordered if _element(c) == "building"],
        "staff_feeds": [_plain(c) for c in ordered if _element(c) == "staff"],
        "record_feeds": [_record(c) for c in ordered if not c.personal],
        "service_levels": [_service_level(c) for c in ordered if c.service_level.cadence],
        **feeds_by_role(ordered),
        **feedback_feeds(ordered),
    }


def staging_model(contract: Contract) -> str:
    """The name of the contract's staging model."""
    return f"stg_{contract.module}__{contract.feed}"


def versions_model(contract: Contract) -> str | None:
    """The name of the staging model of all that was ever told; None where rows in force say it.

    Of a person everything that was told is history. An upsert keeps the latest row of a key in
    force, so its history needs a model of its own; of a snapshot what is no longer listed is gone.
    """
    if _element(contract) == "person" and contract.relation.mode == "upsert":
        return f"{staging_model(contract)}_versions"
    return None


def _element(contract: Contract) -> str | None:
    return contract.centre.get("element")


def _plain(contract: Contract) -> dict[str, Any]:
    columns = [f.bronze_name for f in contract.bronze_fields]
    return {"feed": contract.feed, "model": staging_model(contract), "columns": columns}


def _person(contract: Contract) -> dict[str, Any]:
    """As ``_plain``; ``model`` is that of all that was told, where there is one."""
    plain = _plain(contract)
    return {**plain, "model": versions_model(contract) or plain["model"]}


def _event(contract: Contract, ordered: Sequence[Contract]) -> dict[str, Any]:
    centre = contract.centre
    number = number_columns(contract)
    stage_feeds = [
        c for c in ordered if _element(c) == "event_stage" and event_feed(c) == contract.feed
    ]
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "has_closing_stage": "closed" in _stages(contract)
        or any(stage_feed_closes(c) for c in stage_feeds),
        "number": number,
        "category": value_of(contract, "category"),
        "source": value_of(contract, "source"),
        "unit": value_of(contract, "unit"),
        "area": value_of(contract, "area"),
        "place": place_columns(contract),
        "longitude": number_field(contract, "longitude"),
        "latitude": number_field(contract, "latitude"),
        "stages": _stages(contract),
        "time_limit": centre.get("time_limit"),
        **{role: value_of(contract, role) for role in ("limit_class", "level", "scale", "outcome")},
        "organisation": value_of(contract, "organisation"),
        "due": _due(contract),
    }


def _due(contract: Contract) -> dict[str, Any]:
    """The column of a deadline of the matter's own; a mere date means the end of that day."""
    due = value_of(contract, "due")
    if not due:
        return {}
    kind = field_of(contract, contract.centre["due"], "due").logical_type
    if kind not in ("date", "timestamp"):
        raise fault(contract, f"due: {contract.centre['due']} is neither a date nor a timestamp")
    return {**due, "is_date": kind == "date"}


def _organisation(contract: Contract) -> dict[str, Any]:
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "number": number_columns(contract),
        "name": value_of(contract, "name"),
        "kind": value_of(contract, "kind"),
        "category": value_of(contract, "category"),
        "place": place_columns(contract),
        "place_name": value_of(contract, "place_name"),
        "persons": _persons(contract),
    }


def _persons(contract: Contract) -> list[dict[str, str]]:
    """Who stands in which relation to an organisation: its column of keyed pseudonyms."""
    named = contract.centre.get("persons") or {}
    if not isinstance(named, Mapping):
        raise fault(contract, "persons does not name a field for each relation")
    return [
        {"relation": str(relation), **pseudonym_of(contract, name, f"persons.{relation}")}
        for relation, name in sorted(named.items())
    ]


def _record(contract: Contract) -> dict[str, Any]:
    reported = _stages(contract).get("reported") if _element(contract) == "event" else None
    return {
        "feed": contract.feed,
        "model": staging_model(contract),
        "place": place_columns(contract),
        "occurred": reported,
    }


def _service_level(contract: Contract) -> dict[str, Any]:
    level = contract.service_level
    return {
        "feed": contract.feed,
        "module": contract.module,
        "cadence": level.cadence,
        "due_days": level.due_days or 0,
    }


def _stages(contract: Contract) -> dict[str, str]:
    columns = {}
    for stage, name in (contract.centre.get("stages") or {}).items():
        if stage not in STAGES:
            raise fault(contract, f"stage {stage!r} is none of {', '.join(STAGES)}")
        if field_of(contract, name, f"stages.{stage}").logical_type not in ("date", "timestamp"):
            raise fault(contract, f"stages.{stage}: {name} is neither a date nor a timestamp")
        column = column_of(contract, name, f"stages.{stage}")
        if column:
            columns[stage] = column
    return columns
