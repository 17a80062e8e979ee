"""A row as a clerk writes it passes its contract; after one slip the right thing is said.

The rows stand in ``samples/``: for each feed one that is well (``good``), under headings and codes
that real files use, and ``slips``: what is changed in it and the code that must be found.
"""

import csv
from pathlib import Path

import pytest
import yaml

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts
from ingestion.contracts.headings import normalise
from ingestion.intake import Receipt, check

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
SAMPLES = {
    feed: sample
    for path in sorted((Path(__file__).parent / "samples").glob("*.yml"))
    for feed, sample in yaml.safe_load(path.read_text("utf-8")).items()
}
SLIPS = [
    pytest.param(feed, slip["change"], slip["found"], id=f"{feed}-{slip['found']}")
    for feed, sample in SAMPLES.items()
    for slip in sample["slips"]
]


def answer(folder: Path, feed: str, row: dict[str, str]) -> Receipt:
    path = folder / f"{feed}_20260331.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(row)
        writer.writerow(row.values())
    return check(CONTRACTS, path, feed)


def codes_found(receipt: Receipt) -> set[str]:
    """The codes of all findings; ``refused_attribute`` where a heading was refused."""
    refused = {"refused_attribute" for t in receipt.read_as["tables"] if t["columns_refused"]}
    return {entry["code"] for entry in receipt.by_code} | refused


@pytest.mark.parametrize("feed", SAMPLES)
def test_a_good_row_is_taken_without_a_word(tmp_path, feed):
    receipt = answer(tmp_path, feed, SAMPLES[feed]["good"])
    (table,) = receipt.read_as["tables"]
    assert (receipt.status, receipt.accepted, table["columns_not_taken"]) == ("accepted", 1, [])
    assert codes_found(receipt) == set()


@pytest.mark.parametrize(("feed", "change", "code"), SLIPS)
def test_a_slip_is_found_under_its_code_and_no_other(tmp_path, feed, change, code):
    receipt = answer(tmp_path, feed, {**SAMPLES[feed]["good"], **change})
    assert codes_found(receipt) == {code}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_no_spelling_has_two_meanings(contract):
    headings = {(normalise(s), f.name) for f in contract.fields for s in f.synonyms}
    assert len({spelling for spelling, _ in headings}) == len(headings)
    for field in contract.fields:
        codes = {(normalise(s), c.value) for c in field.codes for s in c.spellings}
        assert len({spelling for spelling, _ in codes}) == len(codes)
