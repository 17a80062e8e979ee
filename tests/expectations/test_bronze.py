"""What is asked of bronze can be asked of every feed, whatever the types of its key."""

import duckdb
import pytest

from civic.settings import PROJECT_ROOT
from expectations.bronze import bronze
from ingestion.contracts import load_contracts
from ingestion.contracts.bronze_schema import create_bronze_ddl

CONTRACTS = load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])


@pytest.fixture
def lake():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as lake")
        connection.execute("create schema lake.bronze")
        yield connection


def found(lake, feed: str, promise: str) -> list[tuple[str, int]]:
    """The rows that break the one promise of a feed's table that begins with these words."""
    (check,) = [c for c in bronze({feed: CONTRACTS[feed]}).checks if c.en.startswith(promise)]
    query = check.arguments["unexpected_rows_query"].replace("{{", "{").replace("}}", "}")
    return lake.execute(query.replace("{batch}", "")).fetchall()


def doubled_keys(lake, feed: str) -> list[tuple[str, int]]:
    return found(lake, feed, "no key stands twice in one drop")


def test_each_required_column_that_is_empty_is_named_with_its_rows(lake):
    lake.execute(create_bronze_ddl(CONTRACTS["service_request"]))
    row = "insert into lake.bronze.service_request by name select 'd' as _drop_id, 1 as _record"
    whole = "'S1' as request_no, timestamp '2026-01-01' as created_at, 'open' as status"
    lake.execute(f"{row}, 2 as _line, {whole}, 'a' as category")
    assert found(lake, "service_request", "always there") == []
    lake.execute(f"{row}, {whole}, 'a' as category")
    lake.execute(f"{row}, {whole}")
    empty = found(lake, "service_request", "always there")
    assert sorted(empty) == [("_line", 2), ("category", 1)]


def test_each_column_with_a_value_out_of_its_list_is_named_with_its_rows(lake):
    lake.execute(create_bronze_ddl(CONTRACTS["service_request"]))
    for status in ("'open'", "'lost'", "'it''s lost'", "null"):
        lake.execute(f"insert into lake.bronze.service_request by name select {status} as status")
    assert found(lake, "service_request", "in its code list") == [("status", 2)]


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
