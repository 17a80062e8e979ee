"""Files that are no good drops: one that comes twice, one in a wrong folder, one that corrects.

Belongs here: such files and what is expected of them. Does not: defects of rows.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl

from ingestion.simulator.city.calendar import Desk, morning
from ingestion.simulator.city.exports import LAYOUTS
from ingestion.simulator.city.files import FileTruth, GrowingFile, counted, set_time
from ingestion.simulator.exporting import PLACED_SCHEMA
from ingestion.simulator.writing import Table, write_file

GUESTS = {"seat": ["1", "2", "3"], "guest": ["甲", "乙", "丙"]}


def correction(desk: Desk, first: GrowingFile, export: dict[str, object]) -> FileTruth | None:
    """What was rejected of a file comes again some days after the last month, right this time."""
    if not first.rejected:
        return None
    last = desk.calendar.ends[-1]
    told = last + timedelta(days=5)
    drop = replace(
        first.drop,
        file=f"{first.drop.file.split('_')[0]}_{told:%Y%m%d}_更正.csv",
        delivered=morning(told, 1),
        due=told + timedelta(days=5),
        state="corrected",
    )
    file = GrowingFile(desk.out, drop, export, first.contract, desk.seed, clean=True)
    file.append(pl.concat(first.rejected))
    return file.close()


def repeated(desk: Desk, files: list[FileTruth], unit: str, feed: str) -> FileTruth | None:
    """The unit's first file of the feed once more, under another name."""
    own = [f for f in files if (f.counts["unit"], f.counts["feed"]) == (unit, feed)]
    if not own:
        return None
    first = min(own, key=lambda f: str(f.counts["file"]))
    name = str(first.counts["file"])
    stem, _, suffix = name.partition(".")
    drop = replace(
        desk.drop(unit, feed, 0, f"{stem} (1).{suffix}"), state="repeated", status="repeated"
    )
    folder = desk.out / unit / feed
    shutil.copyfile(folder / name, folder / drop.file)
    drop = replace(drop, delivered=morning(desk.calendar.ends[0], 9))
    set_time(folder / drop.file, drop.delivered)
    records = first.counts["records"]
    return FileTruth(counted(drop, records, 0, records, 0, 0), drop.told, _nothing())


def in_wrong_folder(desk: Desk, unit: str, feed: str) -> FileTruth:
    """A list of who came to a meeting, in the folder of another feed: no headings fit."""
    drop = replace(
        desk.drop(unit, feed, len(desk.calendar.ends) - 1, "签到_{day}.xlsx"),
        status="refused",
        refusal="headings_not_found",
    )
    headings = {"seat": "座位", "guest": "到会人"}
    table = Table("签到", headings, pl.DataFrame(GUESTS), titles=("网格议事会签到表",))
    path = desk.out / unit / feed / drop.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_file([table], LAYOUTS["xlsx"]))
    set_time(path, drop.delivered)
    return FileTruth(counted(drop, 0, 0, 0, 0, 0), drop.told, _nothing())


def _nothing() -> pl.DataFrame:
    names = dict.fromkeys(("unit", "feed", "file"), pl.String)
    return pl.DataFrame(schema={**names, **PLACED_SCHEMA})
