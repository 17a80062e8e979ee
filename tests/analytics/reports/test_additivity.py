from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from analytics.reports.additivity import breaks, place_parents
from analytics.reports.cells import build_cells
from analytics.reports.declarations import Report
from tests.analytics.reports.town import TOWN, marts


@pytest.fixture(params=["by level", "by parent"])
def parents(request: pytest.FixtureRequest) -> pl.DataFrame | None:
    if request.param == "by level":
        return None
    with marts([]) as town:
        return place_parents(town)


@pytest.fixture
def cells(manifest_path: Path, everything: Mapping[str, Report]) -> pl.DataFrame:
    with marts(TOWN) as connection:
        return build_cells(connection, manifest_path, everything)


def test_parts_add_up_to_the_whole(
    cells: pl.DataFrame,
    everything: Mapping[str, Report],
    manifest_path: Path,
    parents: pl.DataFrame | None,
) -> None:
    assert breaks(cells, manifest_path, everything, parents).is_empty()


@pytest.mark.parametrize("metric", ["events_received", "on_time_rate", "median_handling_hours"])
def test_a_lost_part_is_found(
    cells: pl.DataFrame,
    everything: Mapping[str, Report],
    manifest_path: Path,
    parents: pl.DataFrame | None,
    metric: str,
) -> None:
    lost = (pl.col("metric") == metric) & (pl.col("place_code") == "990101001")
    found = breaks(cells.filter(~lost), manifest_path, everything, parents)
    assert set(found["metric"]) == {metric}
    assert "places" in found["over"]


@pytest.mark.parametrize(
    ("over", "coordinates"),
    [
        ("periods", {"grain": "year", "period": "2019", "level": "all", "slices": ""}),
        ("periods", {"grain": "month", "period": "undated", "level": "all", "slices": ""}),
        ("slices", {"slices": "feed=board", "level": "all", "grain": "all"}),
    ],
)
def test_a_changed_value_is_found(
    cells: pl.DataFrame,
    everything: Mapping[str, Report],
    manifest_path: Path,
    over: str,
    coordinates: dict[str, str],
) -> None:
    at = pl.all_horizontal(pl.col(k) == v for k, v in coordinates.items())
    at &= pl.col("metric") == "events_received"
    assert cells.filter(at).height == 1
    changed = cells.with_columns(value=pl.when(at).then(pl.col("value") + 1).otherwise("value"))
    found = breaks(changed, manifest_path, everything)
    assert over in found["over"]
    assert set(found["figure"]) == {"value"}


def test_a_median_is_not_added_up_but_its_rows_are(
    cells: pl.DataFrame, everything: Mapping[str, Report], manifest_path: Path
) -> None:
    of_median = pl.col("metric") == "median_handling_hours"
    other = cells.with_columns(value=pl.when(of_median).then(0.0).otherwise("value"))
    assert breaks(other, manifest_path, everything).is_empty()
