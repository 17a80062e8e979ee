"""The nineteen modules: their order and their names. The list is data, ``modules.yml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


def module_title(module: str) -> str:
    """The module's name in Chinese and English; of one that is not in the list, its own name."""
    entry = _modules().get(module)
    return f"{entry['zh']} {entry['en']}" if entry else module


def module_place(module: str) -> int:
    """Its place among the modules, from 0; those that are not in the list come last."""
    names = list(_modules())
    return names.index(module) if module in names else len(names)


def module_titles() -> dict[str, tuple[str, str]]:
    """Every module's name in Chinese and English, in their order."""
    return {name: (entry["zh"], entry["en"]) for name, entry in _modules().items()}


@cache
def _modules() -> dict[str, dict[str, str]]:
    text = files(__package__ or "").joinpath("modules.yml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded
