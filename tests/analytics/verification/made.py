"""Contracts made for these tests, without a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.contracts import Contract, Field, Reading, Relation, ServiceLevel


def contract_of(
    fields: Mapping[str, Any],
    key: Sequence[str],
    mode: Any = "upsert",
    scope: Sequence[str] = (),
    history: bool = False,
    feed: str = "made",
    centre: dict[str, Any] | None = None,
    personal: bool = False,
) -> Contract:
    """A contract of the fields (name to logical type), keyed and related as said."""
    return Contract(
        feed=feed,
        module="made",
        version="1.0.0",
        title_zh=feed,
        title_en=feed,
        description="",
        fields=tuple(
            Field(
                name,
                kind,
                name,
                name,
                "",
                (name,),
                key_position=key.index(name) + 1 if name in key else None,
            )
            for name, kind in fields.items()
        ),
        rules=(),
        reading=Reading(),
        relation=Relation(mode, tuple(scope), history),
        as_of=(),
        service_level=ServiceLevel(),
        reject_limit=0.3,
        centre=centre or {},
        personal=personal,
    )
