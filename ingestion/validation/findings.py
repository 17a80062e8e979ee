"""What can be found in a drop, in the words that a unit's clerk reads.

The catalogue is data: ``finding_codes.yml``. Belongs here: looking a code up and filling in its
wording. Does not: finding anything (``parsing``, ``identifiers``, ``rules``) or writing it down.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class FindingCode:
    """One entry of the catalogue; its texts may hold {column}, {expected} and {other_line}.

    ``severity`` is the default that a contract may override: reject, warn, refuse or note.
    """

    code: str
    zh: str
    en: str
    severity: str
    expected_zh: str
    expected_en: str


def finding_code(code: str) -> FindingCode:
    """Look up one code; KeyError names the codes that look like it when there is none such."""
    catalogue = finding_codes()
    if code not in catalogue:
        stem = code.split("_", maxsplit=1)[0]
        alike = sorted(known for known in catalogue if known.startswith(stem)) or sorted(catalogue)
        raise KeyError(f"unknown finding code {code!r}; finding_codes.yml has: {', '.join(alike)}")
    return catalogue[code]


@cache
def finding_codes() -> Mapping[str, FindingCode]:
    """Give the whole catalogue by code, in its order."""
    entries = _catalogue()["codes"]
    return {code: FindingCode(code=code, **entry) for code, entry in entries.items()}


def describe(code: str, **values: object) -> tuple[str, str]:
    """Say in Chinese and in English what was found and what was expected, one sentence each.

    ``values`` fill the placeholders {column}, {expected} and {other_line}; where the two
    languages differ, ``expected_zh=…, expected_en=…`` and the like. A placeholder without a
    value gets a neutral word, so that a finding is never lost for want of a detail. Of an
    outcome for which nothing else was expected, only the first half is said.
    """
    wrong_zh, wrong_en = found(code, **values)
    right_zh, right_en = expected(code, **values)
    if not right_zh:
        return wrong_zh, wrong_en
    return f"{wrong_zh}；应为：{right_zh}", f"{wrong_en}; expected: {right_en}"


def found(code: str, **values: object) -> tuple[str, str]:
    """Say in Chinese and in English what is wrong; ``values`` as in ``describe``."""
    entry = finding_code(code)
    return _fill(entry.zh, "zh", values), _fill(entry.en, "en", values)


def expected(code: str, **values: object) -> tuple[str, str]:
    """Say in Chinese and in English what would have been right; ``values`` as in ``describe``."""
    entry = finding_code(code)
    return _fill(entry.expected_zh, "zh", values), _fill(entry.expected_en, "en", values)


def _fill(template: str, language: str, values: Mapping[str, object]) -> str:
    neutral = _catalogue()["neutral"]
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    words = {
        name: values.get(f"{name}_{language}", values.get(name, neutral[name][language]))
        for name in names
    }
    return template.format(**words)


@cache
def _catalogue() -> dict[str, Any]:
    text = files(__package__).joinpath("finding_codes.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
