"""``python -m dagster_project.graph`` writes the asset graph down, so that a change of it is seen.

Only the shipped contracts are meant to stand in it: run it without ``CIVIC_CONTRACTS``.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import yaml

from civic.settings import PROJECT_ROOT

SNAPSHOT = PROJECT_ROOT / "tests" / "dagster_project" / "asset_graph.yml"

_NOTE = "# What is made of what. Written by `python -m dagster_project.graph`: change that.\n"


def asset_graph(definitions: dg.Definitions) -> dict[str, list[str]]:
    """Each asset and what it is made of, both as ``<layer>/<name>`` and in order."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): sorted(up.to_user_string() for up in graph.get(key).parent_keys)
        for key in sorted(graph.get_all_asset_keys())
    }


def write_snapshot(path: Path = SNAPSHOT) -> None:
    """Write the graph of this installation's definitions."""
    from dagster_project.definitions import defs

    graph = asset_graph(defs())
    text = yaml.safe_dump(graph, default_flow_style=None, sort_keys=False, width=99)
    path.write_text(_NOTE + text, "utf-8")


if __name__ == "__main__":
    write_snapshot()
