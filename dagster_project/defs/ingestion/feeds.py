"""One factory over the contracts: a feed is a delivery outside and a bronze table inside.

The service level is measured on the delivery. The bronze table is made in every run, also when
nothing came, so its age says nothing about the unit.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_project import keys
from dagster_project.freshness import freshness_policy
from dagster_project.installation import Installation, load_installation
from ingestion.contracts import Contract

if TYPE_CHECKING:
    from ingestion.intake import Receipt


@dg.definitions
def feeds() -> dg.Definitions:
    """For each contract its delivery and its bronze table."""
    contracts = load_installation().contracts
    # References are looked up in what is there already, so targets come first, as in intake.
    from ingestion.intake.taking_in import reference_order

    earlier: list[str] = []
    assets: list[dg.AssetSpec | dg.AssetsDefinition] = []
    for feed in reference_order(contracts):
        assets += [_delivery(contracts[feed]), _bronze(contracts[feed], earlier)]
        earlier.append(feed)
    return dg.Definitions(assets=assets)


def totals(receipts: Sequence["Receipt"]) -> dict[str, Any]:
    """What became of drops and of their records, as metadata."""
    counted = ("records", "accepted", "rejected", "repeated", "left_out")
    return {
        "drops": len(receipts),
        "drops_refused": sum(r.status == "refused" for r in receipts),
        **{name: sum(getattr(r, name) or 0 for r in receipts) for name in counted},
    }


def _delivery(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        keys.delivery(contract.feed),
        description=f"{contract.title_zh} · {contract.title_en}: files that units leave.",
        freshness_policy=freshness_policy(contract),
        **_labels(contract, kinds={"file"}),
    )


def _bronze(contract: Contract, earlier: Sequence[str]) -> dg.AssetsDefinition:
    feed = contract.feed
    targets = {f.reference[0] for f in contract.fields if f.reference}
    references = [keys.bronze(target) for target in earlier if target in targets]

    @dg.asset(
        key=keys.bronze(feed),
        deps=[keys.ORIGINALS, keys.delivery(feed), *references],
        description=f"{contract.title_zh} · {contract.title_en}: rows accepted.\n\n"
        f"{contract.description}".strip(),
        code_version=contract.version,
        **_labels(contract, kinds={"polars", "ducklake"}),
    )
    def take_in_feed(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult[None]:
        from ingestion.intake import take_in

        receipts = take_in(installation.settings, installation.contracts, feeds=[feed])
        for receipt in receipts:
            if receipt.status == "accepted":
                context.log_event(_delivered(feed, receipt))
        return dg.MaterializeResult(metadata=totals(receipts))

    return take_in_feed


def _delivered(feed: str, receipt: "Receipt") -> dg.AssetMaterialization:
    drop = receipt.drop
    return dg.AssetMaterialization(
        keys.delivery(feed),
        metadata={
            "drop": drop.drop_id,
            "unit": drop.unit,
            "file": drop.file_name,
            "sha256": drop.sha256,
            "as_of": drop.as_of.isoformat(),
            **totals([receipt]),
        },
    )


def _labels(contract: Contract, kinds: set[str]) -> dict[str, Any]:
    return {
        "group_name": contract.module,
        "owners": [f"team:{contract.module}"],
        "kinds": kinds,
        "tags": {"personal": "true"} if contract.personal else {},
        "metadata": {
            "contract_version": contract.version,
            "relation": contract.relation.mode,
            "cadence": contract.service_level.cadence or "",
            "due_days": contract.service_level.due_days or 0,
            "retention_months": contract.service_level.retention_months or 0,
        },
    }
