"""The master key: made at first use, kept outside the lake, given by environment or file.

``CIVIC_KEY`` holds it as 64 hex digits; ``CIVIC_KEY_FILE`` names a file that does; otherwise it is
``vault/master.key`` (mode 0600). Whoever has it can tell whose pseudonym is whose: keep it and its
copy in two places that no lake backup reaches (docs/runbooks/keys.md).
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from civic.errors import CivicError
from civic.first_written import write_first
from civic.settings import Settings

KEY_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """The two working keys, 32 bytes each, derived from the master key for their one purpose."""

    pseudonym: bytes
    vault: bytes


def load_keys(settings: Settings) -> Keys:
    """Read the master key, or make it at first use. Raises CivicError where it is not sound."""
    master = _master(settings)
    return Keys(
        pseudonym=hmac.digest(master, b"civic/pseudonym/1", "sha256"),
        vault=hmac.digest(master, b"civic/vault/1", "sha256"),
    )


def _master(settings: Settings) -> bytes:
    if given := os.environ.get("CIVIC_KEY"):
        return _decoded(given, "CIVIC_KEY")
    if named := os.environ.get("CIVIC_KEY_FILE"):
        path = Path(named)
        if not path.is_file():
            raise CivicError(f"CIVIC_KEY_FILE names {path}, which is not there.")
        return _decoded(path.read_text(encoding="ascii"), str(path))
    return _own_key(settings.vault / "master.key")


def _own_key(path: Path) -> bytes:
    if not path.exists():
        if any(path.parent.glob("*.duckdb")):
            raise CivicError(
                f"The vault is there, but its key {path} is missing.",
                "Put the key back, or give it by CIVIC_KEY or CIVIC_KEY_FILE.",
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_first(path, secrets.token_hex(KEY_BYTES))
    return _decoded(path.read_text(encoding="ascii"), str(path))


def _decoded(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise CivicError(f"The key in {where} is not hexadecimal.") from error
    if len(key) != KEY_BYTES:
        raise CivicError(f"The key in {where} has {len(key)} bytes, not {KEY_BYTES}.")
    return key
