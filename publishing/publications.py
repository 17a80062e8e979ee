"""Publications: numbered, immutable, written beside, switched in one step.

``publish`` is the only way to make one; ``open_publication`` the only way to read one. Here
stands what a publication contains and when a new one is due. The folder's mechanics are in
``shelf``, reading in ``opening``, comparing in ``differences``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from analytics.reports.signing import as_signed
from civic.errors import CivicError, DataAtFaultError
from civic.lake import connect, open_catalog_copy
from civic.settings import Settings
from ingestion.contracts.loading import load_contracts
from publishing.differences import Diff, diff
from publishing.manifests import content_of, file_digest, manifest_of, verdict_summary
from publishing.opening import SIGNED, OpenPublication, open_publication
from publishing.shelf import (
    Publication,
    current_number,
    find_publication,
    history,
    list_publications,
    publishing_alone,
    put_in_place,
    roll_back,
    staging,
    switch,
)

if TYPE_CHECKING:
    from publishing.insights import Insights
    from publishing.residents import Residents
    from publishing.screens import Screens
    from publishing.sign_offs import SignOffs

__all__ = [
    "Diff",
    "OpenPublication",
    "Publication",
    "audit_failed",
    "current_number",
    "diff",
    "find_publication",
    "history",
    "list_publications",
    "open_publication",
    "publish",
    "roll_back",
]

ATTEMPTS = "attempts.jsonl"
RESERVED = ("cells", "manifest")


def publish(
    settings: Settings,
    cells: pl.DataFrame,
    tables: Mapping[str, str],
    verdict: Mapping[str, Any],
    drops: pl.DataFrame,
    insights: Insights | None = None,
    screens: Screens | None = None,
    residents: Residents | None = None,
    sign_offs: SignOffs | None = None,
) -> Publication:
    """Publish the lake as it stands, with these cells, and let readers see it.

    ``tables``: serving table -> SQL against the lake; ``insights``: further ones, made from the
    cells where there is something new to publish; ``residents``: counts of them, by what earlier
    publications showed; ``sign_offs``: figures as they were signed, and revisions of them;
    ``screens``: what screens read, with all of these only. ``verdict``: what the audits said
    (``passed``, ``results``). ``drops``: the rows of ``bronze.drops``. No process
    may have the live lake open. Where cells, drops and serving tables are those of the current or
    the newest publication, no new number is made: that one is current afterwards and comes back
    with ``unchanged``. Killed at any point, readers see the old or the new one, and the next call
    clears up.

    Raises DataAtFaultError where the verdict has not passed: the last publication stands.
    """
    if not verdict["passed"]:
        path = audit_failed(settings, verdict, drops)
        raise DataAtFaultError(
            "A blocking audit failed; the last publication stands.",
            f"The attempt is recorded in {path}.",
        )
    if unknown := set(tables) & set(RESERVED):
        raise CivicError(f"Serving tables may not be called {', '.join(sorted(unknown))}.")
    with publishing_alone(settings):
        content = content_of(cells, tables, drops)
        made_of = {
            "insights": insights,
            "residents": residents,
            "sign_offs": sign_offs,
            "screens": screens,
        }
        content |= {name: one.origin for name, one in made_of.items() if one is not None}
        kept = list_publications(settings)
        same = _same_as(content, kept)
        if same is not None:
            if not same.is_current:
                switch(settings, same.number, "published")
            return replace(same, is_current=True, unchanged=True)
        number = kept[-1].number + 1 if kept else 1
        with staging(settings) as folder:
            _write(
                settings,
                folder,
                number,
                cells=cells,
                tables=tables,
                verdict=verdict,
                content=content,
                derived=lambda lake: {
                    **(insights.make(lake, cells, drops) if insights else {}),
                    **(residents.make(lake, kept) if residents else {}),
                    **(sign_offs.make(lake, kept, number, cells) if sign_offs else {}),
                },
                screens=screens,
            )
            made = put_in_place(folder, settings, number)
        switch(settings, number, "published")
        return replace(made, is_current=True)


def audit_failed(settings: Settings, verdict: Mapping[str, Any], drops: pl.DataFrame) -> Path:
    """Record an attempt whose audits did not pass; the last publication stands.

    Returns the record: one JSON line per attempt, with what failed and the drops that the failed
    attempt had and the standing publication has not.
    """
    current = current_number(settings)
    known = set()
    if current is not None:
        known = {d["drop_id"] for d in find_publication(settings, current).manifest["drops"]}
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "standing_publication": current,
        "audit": verdict_summary(verdict),
        "new_drops": sorted(set(drops["drop_id"]) - known),
    }
    settings.quality.mkdir(parents=True, exist_ok=True)
    path = settings.quality / ATTEMPTS
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _same_as(content: Mapping[str, Any], kept: list[Publication]) -> Publication | None:
    """The current or newest publication where it has this content.

    The newest counts too: a run killed between writing and switching is completed, not doubled.
    """
    candidates = [p for p in kept if p.is_current] + kept[-1:]
    return next((p for p in candidates if content.items() <= p.manifest.items()), None)


def _write(
    settings: Settings,
    folder: Path,
    number: int,
    *,
    cells: pl.DataFrame,
    tables: Mapping[str, str],
    verdict: Mapping[str, Any],
    content: Mapping[str, Any],
    derived: Callable[[duckdb.DuckDBPyConnection], Mapping[str, pl.DataFrame]],
    screens: Screens | None,
) -> None:
    catalog, serving = folder / f"v_{number}.ducklake", folder / f"v_{number}.duckdb"
    _copy_catalog(settings, catalog)
    versions = {c.feed: c.version for c in load_contracts(settings.contract_paths).values()}
    # Serving tables are read from the copy, not from the live lake: both files of a publication
    # then say the same whatever else happens to the lake meanwhile.
    with open_catalog_copy(settings, catalog) as connection:
        snapshot = _snapshot(connection)
        manifest = manifest_of(number, content, snapshot, verdict, versions)
        frames = {**derived(connection), "cells": cells.sort("cell_id")}
        _write_serving(connection, serving, frames, tables, manifest)
        if screens is not None:
            figures = folder / f"v_{number}.figures"
            shown = as_signed(frames["cells"], frames.get(SIGNED, pl.DataFrame()))
            columns = frames["cells"].columns
            screens.write(connection, shown.select(columns), verdict, serving, figures)
    manifest["serving_sha256"] = file_digest(serving)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / f"v_{number}.json").write_text(text + "\n", encoding="utf-8")


def _copy_catalog(settings: Settings, target: Path) -> None:
    """Copy the catalog while holding its lock, so that no writer can get between."""
    if settings.catalog or not settings.catalog_file.is_file():
        raise CivicError(
            "There is no lake whose catalog is a DuckDB file, so there is nothing to publish.",
            "Run: civic run",
        )
    with connect(settings) as connection:
        path = str(settings.catalog_file).replace("'", "''")
        try:
            connection.execute(f"attach '{path}' as catalog")
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            raise CivicError(
                "Another process is writing to the lake.",
                "Wait until it has finished, then run this again.",
            ) from error
        # Not `checkpoint` on the lake itself: that would merge and clean up data files which
        # earlier publications name. Only the catalog's own log is folded into its file.
        connection.execute("checkpoint catalog")
        shutil.copyfile(settings.catalog_file, target)


def _snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select id from ducklake_current_snapshot('lake')").fetchone()
    return int(row[0]) if row else 0


def _write_serving(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    frames: Mapping[str, pl.DataFrame],
    tables: Mapping[str, str],
    manifest: Mapping[str, Any],
) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as serving")
    for name, frame in frames.items():
        connection.register("published", frame)
        connection.execute(f'create table serving.main."{name}" as from published')
        connection.unregister("published")
    for name, sql in tables.items():
        quoted_name = name.replace('"', '""')
        connection.execute(f'create table serving.main."{quoted_name}" as {sql}')
    rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in manifest.items()]
    connection.execute("create table serving.main.manifest (entry varchar, value json)")
    connection.executemany("insert into serving.main.manifest values (?, ?)", rows)
    # Detaching folds the write-ahead log into the file, which is then complete by itself.
    connection.execute("detach serving")
