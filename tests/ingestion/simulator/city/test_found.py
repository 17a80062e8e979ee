"""Intake finds what the city planted, under its code, and turns away nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest

from ingestion.contracts import load_contracts
from ingestion.intake import Receipt, collect, take_in
from ingestion.simulator.city.making import write_city
from ingestion.simulator.town import Truth
from tests.conftest import home_of

RESIDENTS, MONTHS, SEED = 50_000, 2, 11


@dataclass(frozen=True)
class Found:
    """What intake answered, and what had been planted; lines as (unit, feed, file, sheet, line)."""

    receipts: list[Receipt]
    truth: Truth

    def lines(self, severity: str) -> set[tuple[object, ...]]:
        return {
            (*_file(r), f["sheet"], f["line"])
            for r in self.receipts
            for f in r.findings
            if f["severity"] == severity
        }

    def codes(self) -> set[tuple[object, ...]]:
        return {
            (*_file(r), f["sheet"], f["line"], f["code"]) for r in self.receipts for f in r.findings
        }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    settings = home_of(tmp_path_factory.mktemp("city") / "home")
    truth = write_city(settings.drops, RESIDENTS, MONTHS, SEED)
    contracts = load_contracts(settings.contract_paths)
    collect(settings, contracts, wait=lambda _: None)
    yield Found(take_in(settings, contracts), truth)


def test_every_planted_row_defect_is_found_under_its_code(found):
    planted = found.truth.defects.filter(
        pl.col("outcome").is_in(["rejected", "accepted"]), pl.col("line").is_not_null()
    )
    wanted = {(*_row(d), _code(d)) for d in planted.to_dicts()}
    hit = wanted & found.codes()
    print(f"recall {len(hit) / len(wanted):.4f} of {len(wanted)} planted defects")
    assert len(wanted) > 1000
    assert planted["code"].n_unique() >= 15
    assert not wanted - hit


def test_no_clean_row_is_rejected(found):
    planted = {_row(d) for d in found.truth.defects.filter(outcome="rejected").to_dicts()}
    rejected = found.lines("reject")
    print(f"precision {len(rejected & planted) / len(rejected):.4f} of {len(rejected)} rejected")
    assert rejected == planted


def test_counts_of_every_file_are_those_of_the_truth(found):
    names = ("records", "accepted", "rejected", "repeated", "left_out")
    expected = {
        (r["unit"], r["feed"], r["file"]): tuple(r[n] for n in names)
        for r in found.truth.counts.iter_rows(named=True)
        if r["status"] == "accepted"
    }
    taken = [r for r in found.receipts if r.status == "accepted"]
    counted = {_file(r): tuple(getattr(r, n) for n in names) for r in taken}
    assert counted == expected


def _file(receipt: Receipt) -> tuple[str, str, str]:
    """Of two copies of one file, whichever was met first is the drop: it counts as the first."""
    return (receipt.drop.unit, receipt.drop.feed, receipt.drop.file_name.replace(" (1)", ""))


def _row(defect: dict[str, object]) -> tuple[object, ...]:
    return tuple(defect[n] for n in ("unit", "feed", "file", "sheet", "line"))


def _code(defect: dict[str, object]) -> str:
    return f"rule:{defect['rule']}" if defect["code"] == "row_rule" else str(defect["code"])
