"""One more day in a made-up city: new and corrected rows, as its units would send them.

Rows are drawn from the drops that are there, as they were written, faults included; what changes in
them stands in ``changes.yml``. Each unit sends one file for each feed, in the drop folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl
import yaml

from benchmarks.cities import City
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.headings import match_headings, score_headings
from ingestion.intake.checking import texts_of
from ingestion.reading import ReadingRules, UnreadableDropError, open_drop

CHANGES = Path(__file__).with_name("changes.yml")
LAST_DAY = date(2026, 11, 6)
"""After everything that the simulator writes."""

NAME = "change-day"


def add_a_day(city: City, day: int, share: float) -> dict[str, int]:
    """Add the files of a day: rows sent by feed.

    ``day``: from 1; each draws other rows. ``share``: rows over all records of the city. Raises
    RuntimeError where no row was drawn.
    """
    contracts = load_contracts(city.settings.contract_paths)
    changes = yaml.safe_load(CHANGES.read_text(encoding="utf-8"))
    records = dict(city.counts.group_by("feed").agg(pl.col("records").sum()).iter_rows())
    changing = sum(records.get(feed, 0) for feed in changes)
    fraction = min(1.0, share * city.records / max(changing, 1))
    sent: dict[str, int] = {}
    for feed, change in changes.items():
        contract = contracts[feed]
        for folder in sorted(city.settings.drops.glob(f"*/{feed}")):
            rows = _drawn(folder, contract, fraction, day)
            if rows.is_empty():
                continue
            _write(_changed(rows, contract, change, day), contract, folder, day)
            sent[feed] = sent.get(feed, 0) + rows.height
    if not sent:
        raise RuntimeError(f"{share:.1%} of {city.records:,} records is no row.")
    return sent


def _drawn(folder: Path, contract: Contract, fraction: float, day: int) -> pl.DataFrame:
    """A share of the records of a unit's files, as text, one row for each key."""
    random = np.random.default_rng([day, crc32("/".join(folder.parts[-2:]).encode())])
    frames = []
    for path in sorted(folder.iterdir()):
        if NAME not in path.name:
            frames += [
                texts.filter(pl.Series(random.random(texts.height) < fraction))
                for texts in _texts(path, contract)
            ]
    if not frames:
        return pl.DataFrame()
    keys = [f.name for f in contract.key]
    return pl.concat(frames).unique(keys, keep="first", maintain_order=True)


def _texts(path: Path, contract: Contract) -> Iterator[pl.DataFrame]:
    """The records as they were written; nothing of a file that cannot be read."""
    reading = contract.reading
    rules = ReadingRules(
        score_headings=lambda cells: score_headings(contract, cells),
        sheet=reading.sheet,
        heading_row=reading.heading_row,
        json_path=reading.json_path,
        delimiter=reading.delimiter,
        encoding=reading.encoding,
    )
    fields = [f.name for f in contract.fields if f.protection != "refused"]
    try:
        with open_drop(path, path.name, rules) as opened:
            for batch in opened.batches:
                match = match_headings(contract, batch.part.headings)
                if match.fits:
                    yield texts_of(contract, match, batch).select(fields)
    except UnreadableDropError:
        return


def _changed(
    rows: pl.DataFrame, contract: Contract, change: Mapping[str, Any], day: int
) -> pl.DataFrame:
    every_other = pl.int_range(pl.len()) % 2 == 0
    made = rows
    if name := change.get("corrected"):
        codes = contract.field(name).codes
        following = {
            spelling: codes[(position + 1) % len(codes)].label_zh
            for position, code in enumerate(codes)
            for spelling in code.spellings
        }
        first = codes[0].label_zh
        made = made.with_columns(pl.col(name).replace_strict(following, default=first))
    if name := change.get("numbered"):
        new = pl.col(name) + f"-D{day}"
        made = made.with_columns(pl.when(every_other).then(new).otherwise(pl.col(name)))
    return made


def _write(rows: pl.DataFrame, contract: Contract, folder: Path, day: int) -> None:
    headings = {f.name: f.label_zh for f in contract.fields if f.name in rows.columns}
    when = LAST_DAY + timedelta(days=day)
    rows.rename(headings).write_csv(folder / f"{contract.title_zh}_{when:%Y%m%d}_{NAME}-{day}.csv")
