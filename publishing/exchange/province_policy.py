"""What may leave the city for the province, feed by feed and field by field.

The decisions are data (``province.yml``) and the contracts' personal-data classes. In doubt nothing
leaves: a feed that is not listed stays, and so does a pseudonym that is not named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ingestion.contracts import Contract, Field


@dataclass(frozen=True)
class Leaving:
    """A feed that leaves: its fields in the order of the contract, and those that stay with why."""

    contract: Contract
    fields: tuple[Field, ...]
    withheld: tuple[tuple[Field, str], ...]


@dataclass(frozen=True)
class Policy:
    """``province.yml``, as it is asked."""

    stated: Mapping[str, Any]

    def reason(self, key: str) -> dict[str, str]:
        """A reason in Chinese and English; KeyError for one that is not worded."""
        words: Mapping[str, str] = self.stated["reasons"][key]
        return {"code": key, "zh": words["zh"], "en": words["en"]}

    def decide(self, contract: Contract) -> Leaving | str:
        """How a feed leaves, or the reason why it does not."""
        if reason := self._barred(contract):
            return reason
        if contract.feed not in self.stated["feeds"].get(contract.module, ()):
            return "not_listed"
        judged = [(field, self._stays(contract, field)) for field in contract.fields]
        return Leaving(
            contract,
            tuple(field for field, reason in judged if not reason),
            tuple((field, reason) for field, reason in judged if reason),
        )

    def _barred(self, contract: Contract) -> str:
        barred = self.stated["barred"]
        element = str(contract.centre.get("element", ""))
        return str(
            barred["modules"].get(contract.module)
            or (barred["personal"] if contract.personal else "")
            or barred["elements"].get(element)
            or barred["feeds"].get(contract.feed, "")
        )

    def _stays(self, contract: Contract, field: Field) -> str:
        """Why a field stays; empty for one that leaves."""
        match field.protection:
            case "vault":
                return "identifier"
            case "refused":
                return "refused"
            case "scrub":
                return "free_text"
            case "pseudonym":
                named = self.stated["pseudonyms"].get(contract.feed, ())
                return "" if field.name in named else "pseudonym"
        return "personal" if field.classification == "personal" else ""


@cache
def load_policy() -> Policy:
    """The decisions that stand in ``province.yml``."""
    text = files(__package__ or "").joinpath("province.yml").read_text("utf-8")
    return Policy(yaml.safe_load(text))


def heading_of(field: Field) -> str:
    """The first Chinese spelling of a field; a pseudonym is said to be one."""
    chinese = (s for s in field.synonyms if any("\u4e00" <= c <= "\u9fff" for c in s))
    heading = next(chinese, field.label_zh)
    return f"{heading}（假名）" if field.protection == "pseudonym" else heading
