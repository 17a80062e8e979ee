"""Keep the lake small: small files are merged, old snapshots forgotten, dead files deleted.

Publications are read through their own copies of the catalog, which name data files that the live
lake has long replaced. DuckLake does not know of them; so files are deleted here, and only those
that neither the live catalog nor any kept publication names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from civic.dbt_state import noted_snapshot
from civic.errors import CivicError
from civic.lake import LAKE, connect, open_lake
from civic.settings import Settings
from publishing.shelf import list_publications, publishing_alone

KEEP_DAYS = 7
_METADATA = f"__ducklake_metadata_{LAKE}"

#: Every file that a catalog names, below the lake's data folder; ``{0}`` is the catalog.
_NAMED = """
with tables as (
    select distinct
        tables.table_id,
        case when schemas.path_is_relative then schemas.path else '' end as schema_path,
        tables.path as table_path
    from {0}.ducklake_table as tables
    join {0}.ducklake_schema as schemas using (schema_id)
),
files as (
    select table_id, path, path_is_relative from {0}.ducklake_data_file
    union all
    select table_id, path, path_is_relative from {0}.ducklake_delete_file
)
select distinct if(path_is_relative, schema_path || table_path || path, path)
from files join tables using (table_id)
"""


@dataclass(frozen=True)
class Upkeep:
    """What was done, or in a dry run would be. ``bytes_*``: of data files on disk.

    ``files_kept_for_publications``: files that only a publication still names. A dry run cannot
    know what merging would make, and counts what could go at once.
    """

    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    snapshots_expired: int
    files_deleted: int
    files_kept_for_publications: int
    dry_run: bool


def maintain(settings: Settings, keep_days: int = KEEP_DAYS, dry_run: bool = False) -> Upkeep:
    """Merge small files, forget snapshots older than ``keep_days``, delete files nobody names.

    No other process may hold the lake, nor publish meanwhile. Killed at any point, nothing that a
    reader needs is gone, and the next call goes on. Raises CivicError where the catalog or the
    data lie elsewhere than in this home: their own tools keep those.
    """
    data = Path(settings.data_path)
    if settings.catalog or not data.is_absolute():
        raise CivicError(
            "Only a lake whose catalog and data lie in this home is kept here.",
            "For another catalog or an object store use DuckLake's own maintenance functions.",
        )
    before = _on_disk(data)
    with publishing_alone(settings):
        published = _named_by_publications(settings, data)
        with open_lake(settings) as lake:
            old = _snapshots_to_forget(lake, settings, keep_days)
            if not dry_run:
                _merge(lake)
                _forget(lake, old)
            named = _named(lake, _METADATA, data)
            now = before if dry_run else _on_disk(data)
            dead = {path: size for path, size in now.items() if path not in named | published}
            if not dry_run:
                for path in dead:
                    path.unlink(missing_ok=True)
                _strike_from_list(lake)
    after = {path: size for path, size in now.items() if path not in dead}
    return Upkeep(
        files_before=len(before),
        files_after=len(after),
        bytes_before=sum(before.values()),
        bytes_after=sum(after.values()),
        snapshots_expired=len(old),
        files_deleted=len(dead),
        files_kept_for_publications=len(after.keys() & published - named),
        dry_run=dry_run,
    )


def _merge(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute(f"call ducklake_flush_inlined_data('{LAKE}')")
    lake.execute(f"call ducklake_rewrite_data_files('{LAKE}')")
    lake.execute(f"call ducklake_merge_adjacent_files('{LAKE}')")


def _snapshots_to_forget(
    lake: duckdb.DuckDBPyConnection, settings: Settings, keep_days: int
) -> list[int]:
    """Old snapshots, without the newest and the one that the next build is compared with."""
    since = datetime.now(UTC) - timedelta(days=keep_days)
    rows = lake.execute(
        f"select snapshot_id from ducklake_snapshots('{LAKE}') where snapshot_time < ? "
        f"and snapshot_id < (select max(snapshot_id) from ducklake_snapshots('{LAKE}')) "
        "and snapshot_id is distinct from ? order by 1",
        [since, noted_snapshot(settings)],
    ).fetchall()
    return [number for (number,) in rows]


def _forget(lake: duckdb.DuckDBPyConnection, snapshots: Iterable[int]) -> None:
    if numbers := ", ".join(str(number) for number in snapshots):
        lake.execute(f"call ducklake_expire_snapshots('{LAKE}', versions => [{numbers}])")


def _strike_from_list(lake: duckdb.DuckDBPyConnection) -> None:
    """DuckLake notes which files it has done with; they are deleted, or a publication's by now."""
    lake.execute(f"delete from {_METADATA}.ducklake_files_scheduled_for_deletion")


def _on_disk(data: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in data.rglob("*.parquet")}


def _named_by_publications(settings: Settings, data: Path) -> set[Path]:
    named: set[Path] = set()
    for publication in list_publications(settings):
        path = str(publication.catalog_file).replace("'", "''")
        with connect(settings) as connection:
            connection.execute(f"attach '{path}' as copy (read_only)")
            named |= _named(connection, "copy", data)
    return named


def _named(connection: duckdb.DuckDBPyConnection, catalog: str, data: Path) -> set[Path]:
    rows = connection.execute(_NAMED.format(catalog)).fetchall()
    return {data / path for (path,) in rows}
