"""dbt's models as assets and its tests as checks, downstream of the feeds' bronze tables.

dbt is started with the command and environment of ``civic.dbt_runner``, as ``civic run`` does;
not with ``DbtCliResource``, which asks ``dbt --version``, and that asks the package registry.
"""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from dagster_project import keys
from dagster_project.installation import Installation
from dagster_project.manifest import load_manifest, model_key


class LakeTranslator(DagsterDbtTranslator):
    """Sources are the feeds' own assets; everything else is ``<schema>/<model>``."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``bronze/<table>`` for a source, ``<layer>/<name>`` for a model or seed."""
        if dbt_resource_props["resource_type"] == "source":
            return keys.bronze(dbt_resource_props["name"])
        return model_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: staging, intermediate or marts; None for sources, which have theirs."""
        if dbt_resource_props["resource_type"] == "source":
            return None
        return str(dbt_resource_props["schema"])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's own words, without its SQL."""
        return str(dbt_resource_props.get("description") or "")


@dg.definitions
def models() -> dg.Definitions:
    """The dbt project's models, seeds and tests as its manifest states them."""
    manifest = load_manifest()

    @dbt_assets(manifest=manifest, dagster_dbt_translator=LakeTranslator(), name="dbt_build")
    def build(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> Iterator[Any]:
        yield from build_models(context, installation, manifest)

    return dg.Definitions(assets=[build])


def build_models(
    context: dg.AssetExecutionContext, installation: Installation, manifest: Mapping[str, Any]
) -> Iterator[Any]:
    """Run ``dbt build``; a materialisation or check result per node.

    Where all models are asked for, those are built that are behind their sources, and the others
    are told as unchanged. Where some are chosen by hand, just these are built, behind or not.
    """
    from civic import dbt_state
    from ingestion.contracts.dbt_sources import dbt_vars

    settings, variables = installation.settings, dbt_vars(installation.contracts)
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    if context.is_subset:
        yield from _invoke(context, installation, manifest, None)
        return
    selection, built_from = dbt_state.choose(settings, variables)
    # What is unchanged is never built on what is being built, so it can be told first.
    for key in _unchanged(context, selection.models):
        yield dg.MaterializeResult(asset_key=key, metadata={"unchanged": True})
    if not selection.nothing:
        dbt_state.begin(settings, selection)
        yield from _invoke(context, installation, manifest, selection.arguments())
        dbt_state.finish(settings, built_from)


def _unchanged(
    context: dg.AssetExecutionContext, built: Sequence[str] | None
) -> Iterator[dg.AssetKey]:
    """The selected assets that are not built, each after those it depends on."""
    if built is None:
        return
    above = context.assets_def.asset_deps
    for key in TopologicalSorter({k: above[k] for k in context.selected_asset_keys}).static_order():
        if key in context.selected_asset_keys and key.path[-1] not in built:
            yield key


def _invoke(
    context: dg.AssetExecutionContext,
    installation: Installation,
    manifest: Mapping[str, Any],
    chosen_here: Sequence[str] | None,
) -> Iterator[Any]:
    """``dbt build`` of these arguments, or of what the run selected; its events as they come."""
    from dagster_dbt import DbtCliInvocation
    from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
    from packaging.version import Version

    from civic.dbt_runner import dbt_command, dbt_environment, prepare_project
    from civic.lake import install_extensions
    from ingestion.contracts.dbt_sources import dbt_vars

    settings = installation.settings
    install_extensions()
    chosen = get_updated_cli_invocation_params_for_context(
        context, manifest=manifest, dagster_dbt_translator=LakeTranslator()
    )
    arguments = chosen.selection_args if chosen_here is None else chosen_here
    command = dbt_command(settings, "build", *arguments, variables=dbt_vars(installation.contracts))
    environment = dbt_environment(settings) | {"DBT_LOG_FORMAT": "json", "PYTHONUNBUFFERED": "1"}
    if chosen.indirect_selection:
        environment["DBT_INDIRECT_SELECTION"] = chosen.indirect_selection
    invocation = DbtCliInvocation.run(
        args=command,
        env=environment,
        manifest=chosen.manifest,
        dagster_dbt_translator=chosen.dagster_dbt_translator,
        project_dir=prepare_project(settings),
        target_path=settings.dbt_target,
        raise_on_error=True,
        context=context,
        adapter=None,
        cli_version=Version(manifest["metadata"]["dbt_version"]),
    )
    yield from invocation.stream()
