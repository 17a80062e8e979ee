"""What is asked of bronze can be asked of every feed, whatever the types of its key."""

import duckdb
import pytest

from civic.settings import PROJECT_ROOT
from expectations.bronze import bronze
from ingestion.contracts import load_contracts

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])


@pytest.fixture
def lake():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake")
        connection.execute("create schema lake.bronze")
        yield connection


def doubled_keys(lake, feed: str) -> list[tuple[str, int]]:
    (check,) = [
        check
        for check in bronze({feed: CONTRACTS[feed]}).checks
        if check.en == "no key stands twice in one drop"
    ]
    query = check.arguments["unexpected_rows_query"].replace("{{", "{").replace("}}", "}")
    return lake.execute(query.replace("{batch}", "")).fetchall()


def test_a_doubled_key_of_texts_and_dates_is_found(lake):
    lake.execute(
        "create table lake.bronze.training_record as select * from (values "
        "('d', 'S-1', 'law', date '2026-03-12'), ('d', 'S-1', 'law', date '2026-03-12'), "
        "('d', 'S-1', 'law', date '2026-03-13'), ('e', 'S-1', 'law', date '2026-03-12')"
        ") as rows (_drop_id, staff_no, course, trained_on)"
    )
    assert doubled_keys(lake, "training_record") == [("d", 1)]


def test_rows_without_any_part_of_the_key_are_not_doubled(lake):
    lake.execute(
        "create table lake.bronze.resident (_drop_id text, person_pseudonym text, "
        "passport_pseudonym text)"
    )
    lake.execute("insert into lake.bronze.resident values ('d', null, null), ('d', null, null)")
    assert doubled_keys(lake, "resident") == []
    lake.execute("insert into lake.bronze.resident values ('d', null, 'p'), ('d', null, 'p')")
    assert doubled_keys(lake, "resident") == [("d", 1)]
