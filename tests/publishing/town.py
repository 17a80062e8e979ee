"""A small town's lake, made for each test: drops, messages, places, and the cells counted on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from civic.lake import open_lake
from civic.settings import Settings

TABLES = {
    "places": "select * from marts.dim_place",
    "drops": "select * from bronze.drops",
}
PASSED = {"passed": True, "results": []}
CELLS = """
    select
        'c' || left(sha256('messages' || grid_code || month), 12) as cell_id,
        'messages' as report, 'messages_received' as metric, 'grid' as level,
        grid_code as place_code, 'month' as grain, month as period, '{}' as slices,
        count(*)::double as value, count(*)::double as numerator, null::double as denominator,
        count(*) as fact_rows, count(*) as source_rows
    from bronze.citizen_message
    group by grid_code, month
"""


@dataclass(frozen=True)
class Town:
    """A lake to publish from; ``drop`` adds messages as one drop would."""

    settings: Settings

    def drop(self, drop_id: str, rows: Iterable[tuple[str, str]]) -> None:
        """Add a drop of messages, each (grid code, month)."""
        with open_lake(self.settings) as lake:
            lake.execute(
                "insert into bronze.drops values "
                "(?, 'u01', 'citizen_message', ?, sha256(?), '2026-03-01', 'accepted')",
                [drop_id, f"{drop_id}.csv", drop_id],
            )
            lake.executemany(
                "insert into bronze.citizen_message values (?, ?, ?, ?)",
                [(drop_id, n, grid, month) for n, (grid, month) in enumerate(rows, start=1)],
            )

    def cells(self) -> pl.DataFrame:
        """The cells of the lake as it stands."""
        with open_lake(self.settings) as lake:
            return lake.execute(CELLS).pl()

    def drops(self) -> pl.DataFrame:
        """The drops of the lake as it stands."""
        with open_lake(self.settings) as lake:
            return lake.execute("select * from bronze.drops").pl()


def made_town(home: Path) -> Town:
    made = Town(settings_of(home))
    with open_lake(made.settings) as lake:
        lake.execute("create schema if not exists lake.marts")
        lake.execute(
            "create table bronze.drops (drop_id varchar, unit varchar, feed varchar, "
            "file_name varchar, sha256 varchar, as_of timestamp, status varchar)"
        )
        lake.execute(
            "create table bronze.citizen_message "
            "(_drop_id varchar, _record bigint, grid_code varchar, month varchar)"
        )
        lake.execute(
            "create table marts.dim_place as select * from (values "
            "('990102001001001', 'grid', '望湖一网格'), ('990102001001002', 'grid', '望湖二网格')) "
            "as places (place_code, level, place_name)"
        )
    made.drop("d1", [("990102001001001", "2026-01")] * 3 + [("990102001001002", "2026-01")])
    return made


def settings_of(home: Path) -> Settings:
    return Settings(
        home=home,
        contract_paths=(),
        catalog="",
        data_path=str(home / "lake" / "data"),
        settle_seconds=0.0,
        memory_limit="1GiB",
        threads=2,
    )
