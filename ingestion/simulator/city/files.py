"""Files that grow part by part, so that no feed of the city is ever in memory as a whole.

Belongs here: rendering, spoiling and appending a part, and counting what stands in the file. Does
not: what the rows say, when a file is left.
"""

from __future__ import annotations

import calendar
import os
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.contracts import Contract
from ingestion.simulator.dirt import DEFECT_SCHEMA, Dirty, plant
from ingestion.simulator.exporting import PLACED_SCHEMA, placed, rng_of
from ingestion.simulator.rendering import render
from ingestion.simulator.writing import Table, append_text, text_of, write_file, zip_member

HOURS_EAST_OF_GREENWICH = 8
ROWS_AT_ONCE = 25_000
OUTCOMES = ("rejected", "repeated", "left_out", "accepted")


@dataclass(frozen=True)
class Drop:
    """Which file, left when. ``period_end``: the day up to which it speaks; ``due``: promised.

    ``state``: corrected or repeated where it is no first answer; else on_time or late follows.
    """

    unit: str
    feed: str
    file: str
    period_end: date
    delivered: datetime
    due: date
    state: str = ""
    status: str = "accepted"
    refusal: str | None = None

    @property
    def untold(self) -> dict[str, Any]:
        """The same where nothing was left because there was nothing to tell."""
        return self.told | {"file": None, "delivered": None, "state": "nothing"}

    @property
    def told(self) -> dict[str, Any]:
        """The drop as a row of ``truth/deliveries.csv``."""
        late = self.delivered.date() > self.due
        return {
            **{"unit": self.unit, "feed": self.feed, "file": self.file},
            **{"period_end": self.period_end, "due": self.due, "delivered": self.delivered},
            "state": self.state or ("late" if late else "on_time"),
        }


@dataclass(frozen=True)
class FileTruth:
    """What one file holds: a row for counts.csv, one for deliveries.csv, rows for defects.csv."""

    counts: dict[str, Any]
    delivery: dict[str, Any]
    defects: pl.DataFrame


@dataclass
class GrowingFile:
    """One drop under construction. ``export``: as in exports.yml. ``clean``: nothing is planted.

    A CSV, TSV or JSON-lines file is appended to, a zip gets one member per name; a workbook is
    small and made at the end.
    """

    out: Path
    drop: Drop
    export: dict[str, Any]
    contract: Contract
    seed: int
    clean: bool = False
    keep_rejected: bool = False
    rejected: list[pl.DataFrame] = field(default_factory=list)
    _waiting: list[pl.DataFrame] = field(default_factory=list)
    _waiting_rows: int = 0
    _tables: list[Table] = field(default_factory=list)
    _found: list[pl.DataFrame] = field(default_factory=list)
    _next_line: int = 0
    _parts: int = 0
    _counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("records", *OUTCOMES), 0)
    )

    @property
    def path(self) -> Path:
        """Where the file stands."""
        return self.out / self.drop.unit / self.drop.feed / self.drop.file

    def append(self, truth: pl.DataFrame, name: str | None = None) -> None:
        """Add true values; they are written when there are enough of them, or at the end."""
        if name is not None:
            self._write(truth, name)
            return
        self._waiting.append(truth)
        self._waiting_rows += len(truth)
        if self._waiting_rows >= ROWS_AT_ONCE:
            self._flush()

    def close(self) -> FileTruth | None:
        """Finish the file; None (and no file) where it would have no rows at all."""
        self._flush()
        if self._tables:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(write_file(self._tables, self.export["layout"]))
            self._tables.clear()
        if not self._parts:
            return None
        set_time(self.path, self.drop.delivered)
        return self._truth()

    def _flush(self) -> None:
        if self._waiting_rows:
            rows = pl.concat(self._waiting)
            self._waiting, self._waiting_rows = [], 0
            self._write(rows, None)

    def _write(self, truth: pl.DataFrame, name: str | None) -> None:
        rng = rng_of(
            self.seed, self.drop.unit, self.drop.feed, self.drop.file, name or str(self._parts)
        )
        absent = [n for n in self.export["headings"] if n not in truth.columns]
        truth = truth.with_columns(pl.lit(None, dtype=pl.String).alias(n) for n in absent)
        rows = render(truth, self.contract, self.export, rng)
        if self.clean:
            dirty = Dirty(rows, pl.DataFrame(schema=DEFECT_SCHEMA), [])
        else:
            dirty = plant(rows, truth, self.export, rng)
        if self.keep_rejected and dirty.rejected:
            self.rejected.append(truth[dirty.rejected])
        self._put(dirty, name)
        self._parts += 1

    def _put(self, dirty: Dirty, name: str | None) -> None:
        layout = self.export["layout"]
        whole = layout["format"] == "xlsx"
        first = not self._parts or name is not None
        table = Table(
            name=name or (self.export.get("sheet") if whole else None),
            headings=self.export["headings"],
            rows=dirty.rows,
            titles=tuple(self.export.get("titles", ())) if first else (),
            cells=tuple(self.export.get("cells", ())),
        )
        start = 0 if first else self._next_line
        found, self._next_line = placed(dirty, table, self.export, start, with_headings=first)
        self._found.append(found)
        self._count(dirty, found)
        if whole:
            self._tables.append(table)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if layout.get("container") == "zip":
            with zipfile.ZipFile(self.path, "a") as archive:
                archive.writestr(zip_member(str(name)), text_of(table, layout))
        else:
            append_text(self.path, text_of(table, layout, with_headings=first), layout, first)

    def _count(self, dirty: Dirty, found: pl.DataFrame) -> None:
        for outcome in OUTCOMES:
            of_rows = found.filter(pl.col("outcome") == outcome, pl.col("line") > 0)
            self._counts[outcome] += len(of_rows)
        blank = dirty.defects.filter(pl.col("outcome") == "left_out").height
        self._counts["records"] += len(dirty.rows) - blank

    def _truth(self) -> FileTruth:
        drop, n = self.drop, self._counts
        names = {"unit": drop.unit, "feed": drop.feed, "file": drop.file}
        defects = pl.concat(self._found) if self._found else pl.DataFrame(schema=PLACED_SCHEMA)
        counts = counted(
            drop, n["records"], n["rejected"], n["repeated"], n["left_out"], n["accepted"]
        )
        named = [pl.lit(v).alias(k) for k, v in names.items()]
        return FileTruth(counts, drop.told, defects.select(*named, pl.all()))


def counted(
    drop: Drop, records: int, rejected: int, repeated: int, left_out: int, warned: int
) -> dict[str, Any]:
    """A row of counts.csv: what intake is expected to count."""
    return {
        **{"unit": drop.unit, "feed": drop.feed, "file": drop.file},
        **{"status": drop.status, "refusal": drop.refusal, "records": records},
        **{"accepted": records - rejected - repeated, "rejected": rejected},
        **{"repeated": repeated, "left_out": left_out, "warned": warned},
    }


def set_time(path: Path, delivered: datetime) -> None:
    """The file's time of change: the moment, in China, at which it was left."""
    moment = delivered - timedelta(hours=HOURS_EAST_OF_GREENWICH)
    seconds = calendar.timegm(moment.timetuple())
    os.utime(path, (seconds, seconds))
