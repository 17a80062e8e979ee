"""Which reports stand signed, level by level up the tree, and figures as they were signed.

Belongs here: what follows from decisions in the order in which they were taken, and putting signed
figures in place. Does not belong here: keeping signed figures from publication to publication
(``publishing.sign_offs``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from analytics.reports.coordinates import LEVELS, UNPLACED
from analytics.reports.declarations import Report
from analytics.reports.metrics import Label
from analytics.reports.periods import bounds, grain_of, period_written

CENTRE = "centre"
"""The kind of unit that signs: the governance centre of a place."""

STATES: Mapping[str, Label] = {
    "approved": Label("已审签", "signed"),
    "waiting": Label("待下级审签", "waits for those below"),
    "replaced": Label("已由后一次审签取代", "replaced by a later one"),
    "lifted": Label("已被退回或撤回", "taken back since"),
    "returned": Label("退回", "returned"),
    "withdrawn": Label("撤回", "withdrawn"),
    "locked": Label("无效：上级已审签", "no effect: signed above"),
    "not_entitled": Label("无效：该单位无权审签", "no effect: not for this unit to sign"),
    "unknown_report": Label("无效：没有这个报表", "no effect: no such report"),
    "not_signed": Label("无效：该报表或层级不审签", "no effect: not signed at this level"),
    "unknown_place": Label("无效：没有这个地区", "no effect: no such place"),
    "unknown_period": Label("无效：报表没有这种期间", "no effect: no such period"),
    "not_over": Label("无效：审签时期间未结束", "no effect: the period was not over"),
}
"""What a decision came to. Only ``approved`` locks figures."""

SIGN_OFFS = pl.Schema(
    {
        **dict.fromkeys(("sign_off_key", "sign_off_no", "report", "place_code"), pl.String()),
        **dict.fromkeys(("level", "period", "decision", "unit_code", "unit_name"), pl.String()),
        **{"decided_at": pl.Datetime("us"), "publication": pl.Int64(), "state": pl.String()},
        **{"waiting_for": pl.Int64(), "in_force_since": pl.Datetime("us")},
        **{"drop_id": pl.String(), "record": pl.Int64()},
    }
)
"""One row for each decision. ``publication``: as the decision names it. ``waiting_for``: places of
the next level down whose report of that period is not signed."""

VALUES = ("value", "numerator", "denominator")
FIGURES = (*VALUES, "fact_rows", "source_rows")

_Key = tuple[str, str, str]


def sign_offs(
    decisions: pl.DataFrame, reports: Mapping[str, Report], places: pl.DataFrame
) -> pl.DataFrame:
    """What each decision came to (SIGN_OFFS), in the order in which they were taken.

    ``decisions``: rows of ``dim_sign_off``. ``places``: rows of ``dim_place``. A centre
    signs for its own place and for those below it, a period that is over, and with effect once
    every place of the next signing level down is signed; until then the signature waits. What is
    signed above cannot be returned or withdrawn below.
    """
    book = _Book(reports, _Tree.of(places))
    ordered = decisions.sort("decided_at", "sign_off_key", nulls_last=True)
    for decision in ordered.iter_rows(named=True):
        book.enter(decision)
    return pl.DataFrame(book.rows, schema=SIGN_OFFS)


def scope_of(
    in_force: pl.DataFrame, reports: Mapping[str, Report], places: pl.DataFrame
) -> pl.DataFrame:
    """Which places' figures each signature in force covers: ``sign_off_key, place_code``.

    The place itself and what is known no further down than it; from the lowest level that is
    signed all places below as well.
    """
    tree, rows = _Tree.of(places), []
    for key, report, place in in_force.select("sign_off_key", "report", "place_code").iter_rows():
        covered = [place]
        if report in reports and tree.level.get(place) == reports[report].signed[-1]:
            covered += [p for level in LEVELS for p in tree.below.get((place, level), ())]
        rows += [(key, p + tail) for p in covered for tail in ("", UNPLACED)]
    schema = {"sign_off_key": pl.String, "place_code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def revised(cells: pl.DataFrame, signed: pl.DataFrame) -> pl.DataFrame:
    """Signed figures that are others today: ``sign_off_key, cell_id`` and FIGURES as they are now.

    ``signed``: as ``as_signed`` takes it. A figure that is no longer counted has nulls.
    """
    now = cells.select("cell_id", *(pl.col(name).alias(f"{name}_now") for name in FIGURES))
    joined = signed.join(now, on="cell_id", how="left", maintain_order="left")
    same = pl.all_horizontal(*(_equal(name) for name in VALUES))
    changed = joined.filter(~same)
    figures = [pl.col(f"{name}_now").alias(name) for name in FIGURES]
    return changed.select("sign_off_key", "cell_id", *figures)


def as_signed(cells: pl.DataFrame, signed: pl.DataFrame) -> pl.DataFrame:
    """Cells with the signed figure in place, and what it would be today beside it.

    ``signed``: cells as they were signed, with ``sign_off_key``. Adds that (null: not signed),
    ``is_revised``, and ``revised_value`` (null: no longer counted, or not revised). A cell that was
    counted only after its report was signed has no value but a revision.
    """
    columns = cells.columns
    if signed.is_empty():
        nothing = (pl.lit(None, pl.String), pl.lit(False), pl.lit(None, pl.Float64))
        return cells.with_columns(
            **dict(zip(("sign_off_key", "is_revised", "revised_value"), nothing, strict=True))
        )
    changed = revised(cells, signed).select(
        "cell_id", pl.col("value").cast(pl.Float64).alias("revised_value"), is_revised=True
    )
    stated = signed.select(*columns, "sign_off_key").join(changed, on="cell_id", how="left")
    others = cells.join(stated, on="cell_id", how="anti")
    return pl.concat([others, stated], how="diagonal").with_columns(
        pl.col("is_revised").fill_null(False)
    )


def _equal(name: str) -> pl.Expr:
    """Whether a figure is the same today, but for the last digits of a sum of many."""
    was, now = pl.col(name), pl.col(f"{name}_now")
    near = (was - now).abs() <= 1e-9 * pl.max_horizontal(was.abs(), now.abs(), pl.lit(1.0))
    return near.fill_null(False) | was.eq_missing(now)


@dataclass(frozen=True)
class _Tree:
    """Every place that there ever was, as it was last: its level, the codes from the city down to
    it, the places below it by level, and from when to when it was in force."""

    level: Mapping[str, str]
    path: Mapping[str, tuple[str, ...]]
    below: Mapping[tuple[str, str], tuple[str, ...]]
    spans: Mapping[str, tuple[tuple[date, date | None], ...]]
    begins: date

    @classmethod
    def of(cls, places: pl.DataFrame) -> _Tree:
        columns = [f"{level}_code" for level in LEVELS[1:]]
        level, path = {}, {}
        below: dict[tuple[str, str], list[str]] = {}
        spans: dict[str, list[tuple[date, date | None]]] = {}
        last: dict[str, dict[str, Any]] = {}
        for row in places.sort("place_code", "valid_from").iter_rows(named=True):
            last[row["place_code"]] = row
            spans.setdefault(row["place_code"], []).append((row["valid_from"], row["valid_to"]))
        for code, row in last.items():
            codes = tuple(row[name] for name in columns if row[name])
            level[code], path[code] = row["level"], codes
            for upper in codes[:-1]:
                below.setdefault((upper, row["level"]), []).append(code)
        return cls(
            level,
            path,
            {key: tuple(codes) for key, codes in below.items()},
            {code: tuple(own) for code, own in spans.items()},
            min((first for own in spans.values() for first, _ in own), default=date.max),
        )

    def is_in_force(self, place: str, on: date) -> bool:
        """Whether it was there on that day; before the first register what that one has."""
        day = max(on, self.begins)
        return any(a <= day and (b is None or day < b) for a, b in self.spans[place])


@dataclass
class _Book:
    """Decisions as they come in. ``standing``: the signature, in force or waiting, of each report,
    place and period, as the number of its row."""

    reports: Mapping[str, Report]
    tree: _Tree
    rows: list[dict[str, Any]] = field(default_factory=list)
    standing: dict[_Key, int] = field(default_factory=dict)

    def enter(self, decision: Mapping[str, Any]) -> None:
        """Write a decision down with what it comes to, and what follows for earlier ones."""
        report = _report_called(decision["report"], self.reports)
        place, period = decision["place_code"], period_written(decision["period"])
        row = {name: decision.get(name) for name in SIGN_OFFS} | {
            "report": report.name if report else decision["report"],
            "level": self.tree.level.get(place),
            "period": period or decision["period"],
            "drop_id": decision["_drop_id"],
            "record": decision["_record"],
        }
        row["state"] = self._no_effect(decision, report, period)
        self.rows.append(row)
        if row["state"] is not None or report is None or period is None:
            return
        key = (report.name, place, period)
        if decision["decision"] == "approved":
            self._lift(key, "replaced")
            self.standing[key] = len(self.rows) - 1
            self._come_into_force(key, decision["decided_at"])
        elif self._is_locked(key):
            row["state"] = "locked"
        else:
            self._lift(key, "lifted")
            row["state"] = decision["decision"]

    def _no_effect(
        self, decision: Mapping[str, Any], report: Report | None, period: str | None
    ) -> str | None:
        """Why a decision has no effect, whatever was decided before; None where it may have."""
        place = decision["place_code"]
        if report is None:
            return "unknown_report"
        if place not in self.tree.path:
            return "unknown_place"
        if self.tree.level[place] not in report.signed:
            return "not_signed"
        if period is None or grain_of(period) not in _grains(report):
            return "unknown_period"
        if decision["decided_at"].date() < bounds(period)[1]:
            return "not_over"
        at = decision["unit_place_code"]
        if decision["unit_kind"] != CENTRE or at not in self.tree.path[place]:
            return "not_entitled"
        return None

    def _lift(self, key: _Key, state: str) -> None:
        if (row := self.standing.pop(key, None)) is not None:
            self.rows[row] |= {"state": state, "waiting_for": None}

    def _is_locked(self, key: _Key) -> bool:
        above = self._above(key)
        return above is not None and self._is_in_force(above)

    def _is_in_force(self, key: _Key) -> bool:
        row = self.standing.get(key)
        return row is not None and self.rows[row]["state"] == "approved"

    def _above(self, key: _Key) -> _Key | None:
        """The same report and period of the place of the next signing level up."""
        report, place, period = key
        for upper in reversed(self.tree.path[place][:-1]):
            if self.tree.level.get(upper) in self.reports[report].signed:
                return report, upper, period
        return None

    def _come_into_force(self, key: _Key, at: datetime) -> None:
        """Where all below are signed; then what waited above may come into force as well."""
        row = self.standing.get(key)
        if row is None or self.rows[row]["state"] == "approved":
            return
        lacking = sum(not self._is_in_force(below) for below in self._below(key))
        self.rows[row] |= {"state": "waiting", "waiting_for": lacking}
        if lacking:
            return
        self.rows[row] |= {"state": "approved", "waiting_for": None, "in_force_since": at}
        if (above := self._above(key)) is not None:
            self._come_into_force(above, at)

    def _below(self, key: _Key) -> Iterable[_Key]:
        """Of the places of the next signing level down that were in force when the period ended."""
        report, place, period = key
        signed = self.reports[report].signed
        lower = signed[signed.index(self.tree.level[place]) + 1 :]
        ended = bounds(period)[1] - timedelta(days=1)
        for one in self.tree.below.get((place, lower[0]), ()) if lower else ():
            if self.tree.is_in_force(one, ended):
                yield report, one, period


def _report_called(name: str | None, reports: Mapping[str, Report]) -> Report | None:
    """A report by its name or by its title in either language."""
    for report in reports.values():
        if name in (report.name, report.title.zh, report.title.en):
            return report
    return None


def _grains(report: Report) -> set[str]:
    return {grain for table in report.tables for one in table.slices for grain in one.grains}
