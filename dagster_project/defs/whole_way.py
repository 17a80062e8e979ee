"""The job of every day: from the drop folder to the outbox, in the order of the graph."""

import dagster as dg

from dagster_project import keys

whole_way = dg.define_asset_job(
    keys.WHOLE_WAY,
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(keys.MAINTENANCE),
    description="从投递文件到发布 · From dropped files to a publication: what `civic run` does.",
)
