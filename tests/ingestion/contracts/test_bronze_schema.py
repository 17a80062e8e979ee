"""Bronze follows its contracts: made once, widened when a contract gains a field."""

from dataclasses import replace
from pathlib import Path

import pytest

from civic.errors import CivicError
from civic.lake import open_lake
from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.bronze_schema import LINEAGE, bronze_columns, ensure_bronze


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path,
        contract_paths=(PROJECT_ROOT / "ingestion" / "contracts",),
        catalog="",
        data_path=str(tmp_path / "lake" / "data"),
        settle_seconds=0,
        memory_limit="1GiB",
        threads=1,
    )


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts([PROJECT_ROOT / "ingestion" / "contracts"])


def test_every_feed_and_the_books_have_a_table(settings, contracts):
    with open_lake(settings) as connection:
        ensure_bronze(connection, contracts.values())
        tables = {row[0] for row in connection.execute("show tables from lake.bronze").fetchall()}
    assert tables == {*contracts, "drops", "outcomes", "findings"}


def test_a_direct_identifier_has_no_column_of_its_own(contracts):
    names = [name for name, _ in bronze_columns(contracts["resident"])]
    assert "person_pseudonym" in names
    assert not {"citizen_id", "name", "phone", "present_address", "religion"} & set(names)
    assert names[-4:] == [name for name, _ in LINEAGE]


def test_making_bronze_again_writes_nothing(settings, contracts):
    with open_lake(settings) as connection:
        ensure_bronze(connection, contracts.values())
        before = connection.execute("select max(snapshot_id) from lake.snapshots()").fetchone()
        ensure_bronze(connection, contracts.values())
        after = connection.execute("select max(snapshot_id) from lake.snapshots()").fetchone()
    assert before == after


def test_a_contract_that_gained_a_field_widens_its_table(settings, contracts):
    school = contracts["school"]
    fields = school.fields
    with open_lake(settings) as connection:
        ensure_bronze(connection, [replace(school, fields=fields[:-1])])
        connection.execute(
            "insert into lake.bronze.school (school_code, _drop_id) values ('4199010001', 'd')"
        )
        ensure_bronze(connection, [school])
        row = connection.execute("select school_code, remark from lake.bronze.school").fetchone()
    assert row == ("4199010001", None)


def test_a_field_that_changed_its_type_is_refused(settings, contracts):
    school = contracts["school"]
    changed = replace(school.fields[0], logical_type="string")
    with open_lake(settings) as connection:
        ensure_bronze(connection, [school])
        with pytest.raises(CivicError, match="sequence_no holds bigint"):
            ensure_bronze(connection, [replace(school, fields=(changed, *school.fields[1:]))])


def test_a_feed_cannot_take_the_books_name(settings, contracts):
    with open_lake(settings) as connection, pytest.raises(CivicError, match="cannot be called"):
        ensure_bronze(connection, [replace(contracts["school"], feed="drops")])
