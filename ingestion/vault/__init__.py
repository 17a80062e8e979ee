"""What may not reach the lake: keys, pseudonyms and the encrypted vault.

Belongs here: making and reading the key, keyed pseudonyms, storing direct identifiers encrypted,
and the steward's logged access to them. Does not belong here: deciding which field is an
identifier (the contract does).
"""

from ingestion.vault.keys import Keys, load_keys
from ingestion.vault.pseudonyms import pseudonyms
from ingestion.vault.store import OpenVault, Vault, hold_vault, open_vault

__all__ = [
    "Keys",
    "OpenVault",
    "Vault",
    "hold_vault",
    "load_keys",
    "open_vault",
    "pseudonyms",
]
