"""The two ends of intake: originals that are kept, and the register of every drop."""

from collections import Counter

import dagster as dg

from dagster_project import keys
from dagster_project.defs.ingestion.feeds import totals
from dagster_project.installation import Installation, load_installation


@dg.definitions
def books() -> dg.Definitions:
    """Originals before the feeds, the register after them."""
    return dg.Definitions(assets=[originals, _register()])


@dg.asset(key=keys.ORIGINALS, group_name="intake", kinds={"file"})
def originals(
    context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
) -> dg.MaterializeResult[None]:
    """原始文件 · Every whole file and every extract of a unit's database, under its SHA-256."""
    from publishing.whole_way import Request, collect_drops

    collected = collect_drops(Request(installation.settings))
    states = Counter[str](file.state for file in collected)
    refused = [f"{file.path.name}: {file.detail}" for file in collected if file.state == "refused"]
    failed = [f"{file.path}: {file.detail}" for file in collected if file.state == "source_failed"]
    for told in failed:
        context.log.error(told)
    for file in collected:
        if file.state == "known" and file.drop and file.drop.as_of_source == "snapshot":
            # A table that says what it said before was delivered all the same.
            context.log_event(
                dg.AssetMaterialization(
                    keys.delivery(file.drop.feed),
                    metadata={"drop": file.drop.drop_id, "unit": file.drop.unit, "unchanged": True},
                )
            )
    return dg.MaterializeResult(
        metadata={
            "files": len(collected),
            **states,
            "refused_files": refused,
            "failed_sources": failed,
        }
    )


def _register() -> dg.AssetsDefinition:
    feeds = [keys.bronze(feed) for feed in load_installation().contracts]

    @dg.asset(
        key=keys.REGISTER,
        deps=[keys.ORIGINALS, *feeds],
        group_name="intake",
        kinds={"polars", "ducklake"},
        description="接收登记 · One row for each drop. Answers the drops that no contract fits.",
    )
    def register(installation: dg.ResourceParam[Installation]) -> dg.MaterializeResult[None]:
        from publishing.whole_way import take_in_drops

        return dg.MaterializeResult(metadata=totals(take_in_drops(installation.settings)))

    return register
