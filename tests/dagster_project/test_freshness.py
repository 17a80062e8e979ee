"""Freshness follows from the service level that a unit agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from civic.errors import CivicError
from civic.settings import PROJECT_ROOT
from dagster_project import keys
from dagster_project.freshness import freshness_policy
from dagster_project.installation import load_installation
from ingestion.contracts import Contract, ServiceLevel, load_contract


@pytest.fixture(scope="module")
def contract() -> Contract:
    folder = PROJECT_ROOT / "ingestion" / "contracts" / "residents"
    return load_contract(folder / "resident.odcs.yaml")


def _agreed(contract: Contract, cadence: str | None, due_days: int | None) -> Contract:
    return replace(contract, service_level=ServiceLevel(cadence=cadence, due_days=due_days))


def test_a_month_and_five_days_fails_after_36_days_and_warns_after_31(contract):
    policy = freshness_policy(_agreed(contract, "month", 5))
    assert policy.fail_window.to_timedelta() == timedelta(days=36)
    assert policy.warn_window.to_timedelta() == timedelta(days=31)


def test_without_days_of_grace_there_is_no_warning(contract):
    policy = freshness_policy(_agreed(contract, "week", None))
    assert policy.fail_window.to_timedelta() == timedelta(days=7)
    assert policy.warn_window is None


def test_where_nothing_was_agreed_nothing_is_late(contract):
    assert freshness_policy(_agreed(contract, None, 5)) is None


def test_an_unknown_cadence_names_the_contract(contract):
    with pytest.raises(CivicError, match="Contract resident: the frequency 'fortnight'"):
        freshness_policy(_agreed(contract, "fortnight", 5))


def test_deliveries_carry_the_policies_and_tables_do_not(definitions):
    """A table is made in every run, also when its unit has been silent for a year."""
    graph = definitions.resolve_asset_graph()
    for feed, one in load_installation().contracts.items():
        assert graph.get(keys.delivery(feed)).freshness_policy == freshness_policy(one)
        assert graph.get(keys.bronze(feed)).freshness_policy is None
