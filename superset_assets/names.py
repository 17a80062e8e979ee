"""Identifiers that stay the same from one writing to the next."""

from __future__ import annotations

from uuid import UUID, uuid5

NAMESPACE = UUID("6f6b2e0e-6b0f-5d43-9a8e-0c1b1f7a2d10")
LANGUAGES = ("zh", "en")


def uuid_of(kind: str, name: str) -> str:
    """The UUID of an asset: the same for the same kind and name, for ever."""
    return str(uuid5(NAMESPACE, f"{kind}/{name}"))
