"""What two publications say differently, and which drops made it so.

The figures are compared set-wise, all at once. Why a figure changed is found from its atoms: the
source rows behind it in the one publication and not in the other, counted by drop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from civic.lake import connect
from civic.settings import Settings
from publishing.opening import OpenPublication, open_publication
from publishing.shelf import Publication, find_publication

AtomsOf = Callable[[duckdb.DuckDBPyConnection, Mapping[str, Any]], pl.DataFrame]

IDENTITY = ("cell_id", "report", "metric", "level", "place_code", "grain", "period", "slices")
FIGURES = ("value", "numerator", "denominator", "fact_rows", "source_rows")
ROW = ("drop_id", "record")


@dataclass(frozen=True)
class Diff:
    """Publication ``b`` against publication ``a``.

    ``added``, ``removed``: cells that only ``b`` or only ``a`` has. ``changed``: cells of both
    whose figures differ, as ``old_<figure>`` and ``new_<figure>``, the largest change of value
    first. ``drops_added``, ``drops_removed``: the drops that only ``b`` or only ``a`` has.
    ``causes``: for the first cells of ``changed``, one row per cell and drop: ``cell_id, drop_id,
    unit, feed, file_name, rows_gained, rows_lost, drop_is``, the last one of ``added``,
    ``removed`` and ``in both`` (its rows were superseded or restated).
    """

    a: int
    b: int
    added: pl.DataFrame
    removed: pl.DataFrame
    changed: pl.DataFrame
    drops_added: pl.DataFrame
    drops_removed: pl.DataFrame
    causes: pl.DataFrame

    def by_metric(self) -> pl.DataFrame:
        """How many cells were added, removed and changed: ``report, metric, added, ...``."""
        parts = {"added": self.added, "removed": self.removed, "changed": self.changed}
        counted = [
            frame.select("report", "metric", pl.lit(name).alias("how"))
            for name, frame in parts.items()
        ]
        totals = [(pl.col("how") == name).sum().alias(name) for name in parts]
        return pl.concat(counted).group_by("report", "metric").agg(totals).sort("report", "metric")


def diff(
    settings: Settings, a: int, b: int, top: int = 20, atoms_of: AtomsOf | None = None
) -> Diff:
    """Compare two publications; explain the ``top`` largest changes from their atoms.

    ``atoms_of``: rows behind a cell, at least ``drop_id`` and ``record`` (default: the report
    room's atoms, by the definitions that each publication carries).
    Raises CivicError for a number that is not kept.
    """
    old, new = find_publication(settings, a), find_publication(settings, b)
    with connect(settings) as connection:
        for name, publication in (("a", old), ("b", new)):
            path = str(publication.serving_file).replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        added, removed = _only_in(connection, "b", "a"), _only_in(connection, "a", "b")
        changed = _changed(connection)
    drops = _all_drops(old, new)
    explained = changed.head(top)["cell_id"].to_list()
    return Diff(
        a=a,
        b=b,
        added=added,
        removed=removed,
        changed=changed,
        drops_added=drops.filter(pl.col("drop_is") == "added").drop("drop_is"),
        drops_removed=drops.filter(pl.col("drop_is") == "removed").drop("drop_is"),
        causes=causes_of(settings, a, b, explained, atoms_of),
    )


def causes_of(
    settings: Settings,
    a: int,
    b: int,
    cell_ids: Sequence[str],
    atoms_of: AtomsOf | None = None,
) -> pl.DataFrame:
    """Which drops made these figures of publication ``a`` others in ``b``: as ``Diff.causes``.

    A figure that only one of them has is explained as well.
    """
    old, new = find_publication(settings, a), find_publication(settings, b)
    found = _causes(settings, old, new, cell_ids, atoms_of or _tracing()) if cell_ids else None
    return _named(found, _all_drops(old, new))


def _only_in(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> pl.DataFrame:
    columns = ", ".join((*IDENTITY, *FIGURES))
    return connection.execute(
        f"select {columns} from {one}.cells anti join {other}.cells using (cell_id) "
        "order by report, metric, level, place_code, period, cell_id"
    ).pl()


def _changed(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    identity = ", ".join(f"new.{name}" for name in IDENTITY)
    figures = ", ".join(f"old.{n} as old_{n}, new.{n} as new_{n}" for n in FIGURES)
    differs = " or ".join(f"old.{name} is distinct from new.{name}" for name in FIGURES)
    return connection.execute(
        f"select {identity}, {figures} from a.cells as old join b.cells as new using (cell_id) "
        f"where {differs} "
        "order by abs(coalesce(new.value, 0) - coalesce(old.value, 0)) desc, cell_id"
    ).pl()


def _all_drops(old: Publication, new: Publication) -> pl.DataFrame:
    before = {d["drop_id"]: d for d in old.manifest["drops"]}
    after = {d["drop_id"]: d for d in new.manifest["drops"]}
    rows = [
        {
            **{key: drop.get(key) for key in ("drop_id", "unit", "feed", "file_name", "sha256")},
            "drop_is": _drop_is(drop_id in before, drop_id in after),
        }
        for drop_id, drop in sorted((before | after).items())
    ]
    names = ("drop_id", "unit", "feed", "file_name", "sha256", "drop_is")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _drop_is(before: bool, after: bool) -> str:
    if before and after:
        return "in both"
    return "added" if after else "removed"


def _causes(
    settings: Settings,
    old: Publication,
    new: Publication,
    cell_ids: Sequence[str],
    atoms_of: AtomsOf,
) -> pl.DataFrame:
    with (
        open_publication(settings, old.number) as before,
        open_publication(settings, new.number) as after,
    ):
        parts = [_rows_moved(before, after, cell_id, atoms_of) for cell_id in cell_ids]
    return pl.concat(parts)


def _rows_moved(
    before: OpenPublication, after: OpenPublication, cell_id: str, atoms_of: AtomsOf
) -> pl.DataFrame:
    """Of one cell, by drop: rows that count now and did not before, and the other way round."""
    was, now = _rows(before, cell_id, atoms_of), _rows(after, cell_id, atoms_of)
    gained = now.join(was, on=ROW, how="anti").with_columns(gained=True)
    lost = was.join(now, on=ROW, how="anti").with_columns(gained=False)
    return (
        pl.concat([gained, lost])
        .group_by("drop_id")
        .agg(
            pl.col("gained").sum().cast(pl.Int64).alias("rows_gained"),
            (~pl.col("gained")).sum().cast(pl.Int64).alias("rows_lost"),
        )
        .sort("drop_id")
        .select(pl.lit(cell_id).alias("cell_id"), "drop_id", "rows_gained", "rows_lost")
    )


def _rows(publication: OpenPublication, cell_id: str, atoms_of: AtomsOf) -> pl.DataFrame:
    found = publication.cells.filter(cell_id=cell_id)
    if found.is_empty():
        return pl.DataFrame(schema={"drop_id": pl.String, "record": pl.Int64})
    cell = found.row(0, named=True)
    atoms = atoms_of(publication.connection, cell)
    return atoms.select(pl.col("drop_id").cast(pl.String), pl.col("record").cast(pl.Int64)).unique()


def _named(causes: pl.DataFrame | None, drops: pl.DataFrame) -> pl.DataFrame:
    if causes is None:
        numbers = dict.fromkeys(("rows_gained", "rows_lost"), pl.Int64)
        causes = pl.DataFrame(schema={"cell_id": pl.String, "drop_id": pl.String, **numbers})
    joined = causes.join(drops, on="drop_id", how="left", maintain_order="left")
    names = ("cell_id", "drop_id", "unit", "feed", "file_name", "rows_gained", "rows_lost")
    return joined.select(*names, "drop_is")


def _tracing() -> AtomsOf:
    from publishing.serving_tables import all_atoms

    return all_atoms
