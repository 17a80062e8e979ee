"""Every module here is one line of docs/targets.md and defines ``LINE``; a new one is found."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from benchmarks.model import Line


def all_lines() -> dict[str, Line]:
    """Every line by its name, in the order in which they run."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    lines = sorted((module.LINE for module in modules), key=lambda line: line.turn)
    return {line.name: line for line in lines}
