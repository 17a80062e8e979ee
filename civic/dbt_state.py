"""What dbt has to build: the models behind whose sources something changed since they were built.

Belongs here: remembering at which state of the lake the models stand, and choosing what a run of
dbt builds. Does not belong here: running it (``civic.dbt_runner``).

The note lies beside the lake, for it says nothing without it. It holds only while the project, its
variables and the lake are the same ones; whatever it cannot vouch for is built anew. It is written
when everything is built, and taken away before everything is built anew: a run killed half way
finds the same models to build again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from civic.dbt_runner import SOURCES, project_folder
from civic.lake import LAKE, newest_snapshot, open_lake
from civic.settings import Settings

NOTE = "models_built.json"
DROPS = "drops"
_CODE = (".sql", ".yml", ".csv", ".md")


@dataclass(frozen=True)
class Selection:
    """What to build. ``models``: their names, or None for everything.

    ``rewritten``: rows of a source went away or were put in another's place, which a model that
    looks only at what came since it was built would not see.
    """

    models: tuple[str, ...] | None
    rewritten: bool = False

    @property
    def nothing(self) -> bool:
        """No source changed since the models were built."""
        return self.models == ()

    def arguments(self) -> tuple[str, ...]:
        """For dbt's command line."""
        chosen = () if self.models is None else ("--select", *self.models)
        return (*chosen, "--full-refresh") if self.models is None or self.rewritten else chosen


@dataclass(frozen=True)
class BuiltFrom:
    """What the models were built from. ``drops``: feed to a digest of its rows in ``drops``."""

    project: str
    snapshot: int
    snapshot_time: str
    drops: Mapping[str, str]


def choose(settings: Settings, variables: Mapping[str, Any]) -> tuple[Selection, BuiltFrom]:
    """What a run of dbt must build now, and what it will then have been built from."""
    noted = _noted(settings)
    project = project_digest(settings, variables)
    with open_lake(settings) as connection:
        now = BuiltFrom(project, *newest_snapshot(connection), _drops(connection))
        if noted is None or noted.project != project or not _is_kept(connection, noted):
            return Selection(None), now
        changed = _changed_tables(connection, noted.snapshot)
    graph = _graph(settings)
    if graph is None:
        return Selection(None), now
    feeds = now.drops.keys() | noted.drops.keys()
    touched = {f for f in feeds if now.drops.get(f) != noted.drops.get(f)} | changed.keys()
    return Selection(_behind(graph, touched), any(changed.values())), now


def begin(settings: Settings, selection: Selection) -> None:
    """About to build: where that is everything, the note no longer holds."""
    if selection.models is None:
        (settings.lake / NOTE).unlink(missing_ok=True)


def finish(settings: Settings, built_from: BuiltFrom) -> None:
    """All models are built from this."""
    path = settings.lake / NOTE
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(built_from), indent=1, sort_keys=True), "utf-8")
    unfinished.replace(path)


def noted_snapshot(settings: Settings) -> int | None:
    """The snapshot that the next choice is compared with; maintenance has to keep it."""
    noted = _noted(settings)
    return noted.snapshot if noted else None


def project_digest(settings: Settings, variables: Mapping[str, Any]) -> str:
    """SHA-256 of all that decides what is built besides the lake: dbt's files and variables."""
    digest = hashlib.sha256(json.dumps(dict(variables), sort_keys=True).encode())
    for folder in (SOURCES, project_folder(settings) / "models_extra"):
        for path in _files(folder):
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    found = (Path(root) / name for root, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found if path.suffix in _CODE)


def _noted(settings: Settings) -> BuiltFrom | None:
    try:
        return BuiltFrom(**json.loads((settings.lake / NOTE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_kept(connection: duckdb.DuckDBPyConnection, noted: BuiltFrom) -> bool:
    """Whether this is the lake that the note speaks of and still knows that snapshot."""
    return bool(
        connection.execute(
            f"from ducklake_snapshots('{LAKE}') "
            "where snapshot_id = ? and snapshot_time::varchar = ?",
            [noted.snapshot, noted.snapshot_time],
        ).fetchone()
    )


def _drops(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Feed to a digest of what its drops say of themselves: which of them count, and from when."""
    return dict(
        connection.execute(
            "select coalesce(feed, ''), md5(string_agg(drops::varchar, chr(10) order by drop_id)) "
            "from bronze.drops as drops group by 1"
        ).fetchall()
    )


def _changed_tables(connection: duckdb.DuckDBPyConnection, since: int) -> dict[str, bool]:
    """Tables of bronze that changed after a snapshot, and whether rows went away from them."""
    metadata = f"__ducklake_metadata_{LAKE}"
    rows = connection.execute(
        "with changes as ("
        "  select unnest(map_entries(changes)) as change"
        f"  from ducklake_snapshots('{LAKE}') where snapshot_id > ?"
        ") "
        "select tables.table_name, bool_or(change.key like '%delete%') "
        f"from changes, {metadata}.ducklake_table as tables "
        f"join {metadata}.ducklake_schema as schemas using (schema_id) "
        "where schemas.schema_name = 'bronze' and tables.end_snapshot is null "
        # Merging small files puts the same rows elsewhere; flushing writes inlined ones to a file.
        "and change.key not like '%compact%' and change.key not like '%merge%' "
        "and change.key not like '%flush%' "
        "and list_contains(change.value, tables.table_id::varchar) group by all",
        [since],
    ).fetchall()
    return dict(rows)


def _graph(settings: Settings) -> dict[str, Any] | None:
    """Model to the names of its sources and of its parents, from dbt's last manifest.

    None where dbt's files are not there: those who read the metrics need them as well.
    """
    try:
        manifest = json.loads((settings.dbt_target / "manifest.json").read_text("utf-8"))
        (settings.dbt_target / "semantic_manifest.json").stat()
    except (OSError, ValueError):
        return None
    parents = manifest["parent_map"]
    return {
        node["name"]: (
            {manifest["sources"][p]["name"] for p in parents[key] if p.startswith("source.")},
            {p.split(".")[2] for p in parents[key] if p.startswith("model.")},
        )
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }


def _behind(graph: Mapping[str, Any], touched: set[str]) -> tuple[str, ...]:
    """Models that read a touched source, and all that are built on them.

    A model of a feed's rows reads the register of drops too, but of that only its feed's lines.
    """
    behind: set[str] = set()
    for name, (sources, _) in graph.items():
        if touched & (sources - {DROPS} if sources - {DROPS} else sources):
            behind.add(name)
    while grown := {n for n, (_, parents) in graph.items() if n not in behind and parents & behind}:
        behind |= grown
    return tuple(sorted(behind))
