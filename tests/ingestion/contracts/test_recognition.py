"""A file tells by its headings which feed it is of."""

import pytest

from civic.settings import PROJECT_ROOT
from ingestion.contracts import load_contracts
from ingestion.contracts.headings import recognise

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])
every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


@every_contract
def test_a_file_with_all_headings_is_recognised_as_its_feed_alone(contract):
    taken = [f for f in contract.fields if f.protection != "refused"]
    assert recognise(CONTRACTS, [[f.label_zh for f in taken]]) == [contract.feed]
    assert recognise(CONTRACTS, [[f.name for f in taken]]) == [contract.feed]
