"""Every spelling that a clerk may write means one thing, and a file tells which feed it is of."""

from collections import Counter

import pytest

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts
from ingestion.contracts.headings import normalise, recognise

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def doubled(groups: list[set[str]]) -> list[str]:
    """Spellings that stand in more than one group."""
    counted = Counter(spelling for group in groups for spelling in group)
    return sorted(spelling for spelling, times in counted.items() if times > 1)


@every_contract
def test_no_heading_means_two_fields(contract):
    assert doubled([{normalise(s) for s in f.synonyms} for f in contract.fields]) == []


@every_contract
def test_no_spelling_means_two_codes(contract):
    for field in contract.fields:
        assert doubled([{s.casefold() for s in code.spellings} for code in field.codes]) == []


@every_contract
def test_a_file_with_all_headings_is_recognised_as_its_feed_alone(contract):
    taken = [f for f in contract.fields if f.protection != "refused"]
    assert recognise(CONTRACTS, [[f.label_zh for f in taken]]) == [contract.feed]
    assert recognise(CONTRACTS, [[f.name for f in taken]]) == [contract.feed]
