"""Assets: every one leads to what there is, loading again changes nothing, what is gone is gone."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import yaml

from superset_assets import running
from superset_assets.bundle import make_bundle
from superset_assets.checking import faults


def test_every_dashboard_leads_to_charts_datasets_and_columns_that_there_are(screens):
    publication = screens.publication
    files = {"figures": publication.figures_file, "work": publication.serving_file}
    assert faults(make_bundle(publication.figures_file), files) == []


def test_a_fault_in_an_asset_is_found_without_a_server(screens):
    publication = screens.publication
    bundle = make_bundle(publication.figures_file)
    path = "charts/overview.received_zh.yaml"
    broken = yaml.safe_load(bundle.files[path])
    broken["params"] |= {"groupby": ["no_such_column"], "metrics": ["no_such_metric"]}
    lacking = {k: v for k, v in bundle.files.items() if k != "charts/overview.rates_zh.yaml"}
    files = {**lacking, path: yaml.safe_dump(broken)}
    found = " ".join(
        faults(
            replace(bundle, files=files),
            {"figures": publication.figures_file, "work": publication.serving_file},
        )
    )
    for words in (
        "no column no_such_column",
        "no metric no_such_metric",
        "overview-zh: there is no chart",
    ):
        assert words in found


def test_the_same_publication_gives_the_same_assets(screens):
    file = screens.publication.figures_file
    assert make_bundle(file).digest == make_bundle(file).digest
    assert running.refresh(screens.settings)["assets"] == 0


def test_what_is_no_longer_declared_is_gone(screens):
    assert screens.removed == ["Gone"]


def test_parts_of_every_place_add_up_to_it_on_the_screens_too(screens):
    """Where there is one city, everything is shown by its parts at once; nothing is lost."""
    with duckdb.connect(str(screens.publication.figures_file), read_only=True) as figures:
        broken = figures.execute(
            """
            with whole as (
              select place, period, value from figures_zh
              where report = 'handling' and metric = 'events_received' and slice_by = ''
            ),
            parts as (
              select place, period, sum(value) as value from parts_zh
              where report = 'handling' and metric = 'events_received' and slice_by = ''
              group by all
            )
            select place, period, whole.value, parts.value from whole
            join parts using (place, period) where whole.value <> parts.value
            """
        ).fetchall()
        [[divided]] = figures.execute("select count(distinct place) from parts_zh").fetchall()
        [[under_all]] = figures.execute(
            "select count(distinct part) from parts_zh "
            "where place = '全部地区' and level = 'district' and place_code not like '%/%'"
        ).fetchall()
    assert broken == [] and divided > 10 and under_all == 2
