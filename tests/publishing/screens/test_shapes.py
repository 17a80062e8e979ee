"""Areas of places: hulls of buildings, without those that stand nowhere near."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from publishing.screens.shapes import SMALL, _without_far, hull


def test_the_hull_has_the_corners_and_none_of_what_lies_within():
    ring = hull(np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (1.0, 1.0)]))
    assert ring[0] == ring[-1]
    assert set(ring) == {(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)}


@pytest.mark.parametrize(
    "points", [[(1.0, 1.0)], [(1.0, 1.0), (1.2, 1.2)], [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]]
)
def test_a_point_or_a_line_is_shown_as_a_small_area_about_it(points):
    ring = np.array(hull(np.array(points)))
    assert len(ring) == 5
    lowest, highest = np.array(points).min(axis=0), np.array(points).max(axis=0)
    assert np.allclose(ring.min(axis=0), lowest - SMALL)
    assert np.allclose(ring.max(axis=0), highest + SMALL)


def test_a_building_with_wrong_coordinates_does_not_stretch_its_place():
    near = [("g1", 121.60 + i * 0.0004, 38.90 + i * 0.0003) for i in range(8)]
    frame = pl.DataFrame(
        [*near, ("g1", 12.16, 38.9), ("g2", 121.9, 38.5)],
        schema=["grid_code", "longitude", "latitude"],
        orient="row",
    )
    kept = _without_far(frame)
    assert kept.filter(grid_code="g1").rows() == near
    assert kept.filter(grid_code="g2").height == 1
