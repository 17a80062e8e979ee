"""Identifiers that stay the same from one writing to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID, uuid5

NAMESPACE = UUID("6f6b2e0e-6b0f-5d43-9a8e-0c1b1f7a2d10")
LANGUAGES = ("zh", "en")
METADATA = "CIVIC_SUPERSET_DATABASE"
"""The setting that names Superset's metadata elsewhere than in a file of SQLite."""


def uuid_of(kind: str, name: str) -> str:
    """The UUID of an asset: the same for the same kind and name, for ever."""
    return str(uuid5(NAMESPACE, f"{kind}/{name}"))


def loaded_mark(digest: str, environment: Mapping[str, str]) -> str:
    """What is written down once a bundle is in Superset's metadata: which bundle, in which."""
    elsewhere = environment.get(METADATA, "")
    return " ".join(
        [digest, *([hashlib.sha256(elsewhere.encode()).hexdigest()] if elsewhere else [])]
    )
