"""The page of lineage is what the models say that were built for the city."""

from __future__ import annotations

from analytics.lineage import ColumnLineage
from analytics.lineage.page import PAGE, page
from analytics.reports.semantic_manifest import load_catalog
from ingestion.contracts import load_contracts


def test_the_page_is_what_the_models_say(city):
    contracts = load_contracts(city.settings.contract_paths)
    target = city.settings.dbt_target
    lineage = ColumnLineage.read(target, contracts)
    made = page(load_catalog(target / "semantic_manifest.json"), lineage, contracts)
    assert PAGE.read_text("utf-8") == made, "Run: python -m analytics.lineage.page"
