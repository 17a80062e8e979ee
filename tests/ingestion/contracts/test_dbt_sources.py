"""dbt follows the contracts: staging models, sources and vars are written from them."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT, Settings
from ingestion.contracts import Contract, Relation, load_contracts
from ingestion.contracts import dbt_sources as subject
from ingestion.contracts.dbt_sources import dbt_vars, extra_models, staging_files, sync

FOLDER = PROJECT_ROOT / "ingestion" / "contracts"

OWN = """
apiVersion: v3.1.0
kind: DataContract
id: test.own
name: own_feed
version: 1.0.0
status: active
domain: public_order
schema:
  - name: own_feed
    properties:
      - {name: order, logicalType: string, required: true}
customProperties:
  - {property: relation, value: {mode: append}}
"""


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts([FOLDER])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = tmp_path / "own"
    own.mkdir()
    (own / "own_feed.odcs.yaml").write_text(OWN, "utf-8")
    return Settings(
        home=tmp_path / "home",
        contract_paths=(FOLDER, own),
        catalog="",
        data_path="",
        settle_seconds=0,
        memory_limit="1GiB",
        threads=1,
    )


def columns(files: dict[str, str], path: str) -> dict[str, str]:
    (model,) = yaml.safe_load(files[path])["models"]
    return {column["name"]: column["data_type"] for column in model["columns"]}


def test_the_committed_staging_models_are_those_of_the_contracts(contracts):
    drifted = [
        path
        for path, text in staging_files(contracts.values()).items()
        if (subject.SHIPPED / path).read_text("utf-8") != text
    ]
    assert drifted == [], "write them again with ingestion.contracts.dbt_sources.sync and commit"


def test_no_staging_model_is_left_of_a_contract_that_went_away(contracts):
    wanted = set(staging_files(contracts.values()))
    found = {str(p.relative_to(subject.SHIPPED)) for p in subject.SHIPPED.rglob("stg_*")}
    assert {path for path in found - wanted if "/bookkeeping/" not in path} == set()


def test_a_model_has_bronze_s_columns_and_the_drop_s(contracts):
    files = staging_files([contracts["resident"]])
    found = columns(files, "staging/residents/stg_residents__resident.yml")
    assert found["person_pseudonym"] == "varchar"
    assert found["birth_date"] == "date"
    assert list(found)[-7:] == [
        "_drop_id",
        "_record",
        "_line",
        "_sheet",
        "_unit",
        "_as_of",
        "_sha256",
    ]
    assert not {"name", "citizen_id", "present_address", "religion"} & set(found)


@pytest.mark.parametrize(
    ("feed", "combination"),
    [
        ("service_request", ["request_no"]),
        ("resident", ["person_pseudonym", "passport_pseudonym"]),
        ("school", ["_unit", "school_code"]),
        ("division", ["city_code", "_as_of", "community_code", "grid_code"]),
    ],
)
def test_a_key_is_tested_within_its_relation(contracts, feed, combination):
    contract = contracts[feed]
    files = staging_files([contract])
    (model,) = yaml.safe_load(
        files[f"staging/{contract.module}/stg_{contract.module}__{feed}.yml"]
    )["models"]
    (test,) = [t for t in model["data_tests"] if "unique_combination" in t]
    assert test["unique_combination"]["arguments"]["combination"] == combination


def test_sync_writes_own_feeds_beside_and_touches_nothing_twice(settings):
    contracts = load_contracts(settings.contract_paths)
    first = sync(contracts, settings)
    written = {str(path.relative_to(extra_models(settings))) for path in first}
    assert written == {
        "staging/public_order/stg_public_order__own_feed.sql",
        "staging/public_order/stg_public_order__own_feed.yml",
        "staging/public_order/_public_order__sources.yml",
    }
    assert sync(contracts, settings) == []


def test_sync_takes_away_the_models_of_a_contract_that_went_away(settings):
    contracts = load_contracts(settings.contract_paths)
    sync(contracts, settings)
    del contracts["own_feed"]
    assert len(sync(contracts, settings)) == 3
    assert list(extra_models(settings).rglob("stg_*")) == []


def test_a_key_that_stays_in_the_vault_is_refused(contracts):
    school = contracts["school"]
    fields = tuple(
        replace(f, protection="vault") if f.name == "school_code" else f for f in school.fields
    )
    with pytest.raises(CivicError, match="the key school_code never reaches the lake"):
        staging_files([replace(school, fields=fields)])


def test_the_vars_say_how_feeds_map_into_the_elements(contracts):
    found = dbt_vars(contracts)
    events = {feed["feed"]: feed for feed in found["event_feeds"]}
    assert set(events) == {f for f, c in contracts.items() if c.centre.get("element") == "event"}
    assert events["dispatch_record"]["number"] == ["incident_no"]
    assert events["dispatch_record"]["stages"]["closed"] == "available_at"
    assert events["dispatch_record"]["source"] == {"constant": "dispatch_centre"}
    assert events["service_request"]["source"] == {"column": "source"}
    assert events["citizen_message"]["time_limit"] is None
    assert {"school", "unit"} <= {f["feed"] for f in found["organisation_feeds"]}
    assert {f["feed"] for f in found["unit_feeds"]} == {"unit"}
    records = {f["feed"] for f in found["record_feeds"]}
    assert records == {f for f, c in contracts.items() if not c.personal}
    assert not {"resident", "dwelling"} & records


def test_the_vars_do_not_depend_on_the_order_of_contracts(contracts):
    turned = dict(reversed(contracts.items()))
    assert dbt_vars(turned) == dbt_vars(contracts)


def test_all_that_was_told_of_persons_is_staged_where_later_rows_replace_it(contracts):
    resident = contracts["resident"]
    files = staging_files([resident])
    versions = files["staging/residents/stg_residents__resident_versions.sql"]
    assert "mode='append'" in versions and "key=[]" in versions
    (person,) = dbt_vars({"resident": resident})["person_feeds"]
    assert person["model"] == "stg_residents__resident_versions"
    listed = replace(resident, relation=Relation(mode="snapshot"))
    assert not [path for path in staging_files([listed]) if "versions" in path]
    (person,) = dbt_vars({"resident": listed})["person_feeds"]
    assert person["model"] == "stg_residents__resident"


def test_an_element_s_attribute_from_the_vault_is_left_empty(contracts):
    school = contracts["school"]
    fields = tuple(
        replace(f, protection="vault") if f.name == "school_name" else f for f in school.fields
    )
    (feed,) = dbt_vars({"school": replace(school, fields=fields)})["organisation_feeds"]
    assert feed["name"] == {}


@pytest.mark.parametrize(
    ("centre", "fault"),
    [
        ({"element": "vehicle"}, "element 'vehicle' is none of activity"),
        ({"element": "event", "number": "no_such"}, "number: 'no_such' is no field"),
        ({"element": "event", "stages": {"begun": "created_at"}}, "stage 'begun' is none of"),
        (
            {"element": "event", "stages": {"closed": "status"}},
            "status is neither a date nor a timestamp",
        ),
    ],
)
def test_a_centre_that_names_what_is_not_there_is_refused(contracts, centre, fault):
    contract = replace(contracts["service_request"], centre=centre)
    with pytest.raises(CivicError, match=fault):
        dbt_vars({"service_request": contract})


def test_a_feed_without_a_number_is_told_apart_by_its_key(contracts):
    contract = replace(contracts["dispatch_record"], centre={"element": "event"})
    (feed,) = dbt_vars({"dispatch_record": contract})["event_feeds"]
    assert feed["number"] == ["dispatch_no"]


def test_a_relation_reaches_the_model(contracts):
    contract = replace(
        contracts["dwelling"],
        relation=Relation(mode="snapshot", scope=("grid_code",), history=False),
    )
    sql = staging_files([contract])["staging/residents/stg_residents__dwelling.sql"]
    assert "mode='snapshot'" in sql and "scope=['grid_code']" in sql and "history=false" in sql
