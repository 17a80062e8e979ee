"""Where places lie, as areas: the hull of the buildings that are registered in them.

No register of boundaries is needed, nor a server of maps. An area says where a place's buildings
stand, not where its border runs; areas of neighbours may overlap.
"""

from __future__ import annotations

import json

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from analytics.reports.coordinates import LEVELS
from civic.lake import LAKE

SHAPES = {"level": pl.String, "place_code": pl.String, "area": pl.String}
FAR = 6.0
"""A building farther from the middle of its grid than so many usual distances is left out."""
SMALL = 0.0004
"""Degrees, some forty metres: half the side of the square that stands for a single point."""


def shapes(lake: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One line (``SHAPES``) for each place with buildings; ``area``: a ring of degrees east, north.

    ``lake`` has the lake attached.
    """
    path = ", ".join(f"{level}_code" for level in LEVELS[1:])
    found = lake.execute(
        f"select {path}, longitude, latitude from {LAKE}.marts.dim_building "
        "where has_coordinates and has_known_grid order by all"
    ).pl()
    near = _without_far(found)
    rows = []
    for level in LEVELS[1:]:
        for (code,), own in near.group_by(f"{level}_code", maintain_order=True):
            if code is not None:
                ring = hull(own.select("longitude", "latitude").to_numpy())
                area = json.dumps([[round(x, 6), round(y, 6)] for x, y in ring])
                rows.append({"level": level, "place_code": code, "area": area})
    return pl.DataFrame(rows, schema=SHAPES).sort("level", "place_code")


def hull(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    """The corners of the convex hull, closed; a small square where all lie on a point or a line."""
    try:
        corners = points[ConvexHull(points).vertices] if len(points) > 2 else None
    except QhullError:
        corners = None
    if corners is None:
        (west, south), (east, north) = points.min(axis=0) - SMALL, points.max(axis=0) + SMALL
        corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    ring = [(float(x), float(y)) for x, y in corners]
    return [*ring, ring[0]]


def _without_far(buildings: pl.DataFrame) -> pl.DataFrame:
    """Without buildings that stand far from all others of their grid: coordinates are wrong."""
    middle = [
        (pl.col(name) - pl.col(name).median().over("grid_code")).abs().alias(f"_{name}")
        for name in ("longitude", "latitude")
    ]
    away = buildings.with_columns(middle).with_columns(
        _far=pl.max_horizontal("_longitude", "_latitude")
    )
    usual = pl.col("_far").median().over("grid_code").clip(lower_bound=SMALL)
    return away.filter(pl.col("_far") <= FAR * usual).drop("_longitude", "_latitude", "_far")
