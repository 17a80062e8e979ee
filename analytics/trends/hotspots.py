"""Where matters lie closer together than chance explains: a spatial scan over grids or communities.

Belongs here: the scan, and what it is given. Does not belong here: when something rises
(``alerts``), what a change consists of (``contributions``).

Kulldorff's scan with Poisson counts (M. Kulldorff, A spatial scan statistic, Communications in
Statistics 26(6), 1997): circles of neighbouring places, each with the likelihood of what came
inside against outside. That many circles are tried is answered for by drawing the whole map anew:
a circle's probability is how often the best circle of a map without hot spots is as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import xlogy

from civic.errors import CivicError
from civic.lake import LAKE

LEVELS = ("grid", "community")
SHARE_AT_MOST = 0.1
"""A circle holds at most so much of all dwellings: what is larger is no spot."""
PLACES_AT_MOST = 50
DRAWS = 999
SEED = 1
SIGNIFICANT = 0.05
KILOMETRES_OF_A_DEGREE = 111.195

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HotSpot:
    """A circle of places: what came there, what its share of dwellings lets expect.

    ``places``: positions, the middle first, from near to far. ``probability``: of a best circle as
    good as this where there is none; of a second and third circle it is on the safe side.
    """

    places: tuple[int, ...]
    observed: int
    expected: float
    likelihood: float
    probability: float

    @property
    def ratio(self) -> float:
        """How many times what was to be expected."""
        return self.observed / self.expected


def hot_spots(
    counts: Sequence[int] | NDArray[np.int64],
    sizes: Sequence[float] | Floats,
    where: Floats,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    at_least: float = SIGNIFICANT,
) -> list[HotSpot]:
    """The circles that hold more than chance explains, the likeliest first, none sharing a place.

    ``counts``: of each place. ``sizes``: what a place's share goes by, above 0. ``where``: n x 2,
    kilometres. ``at_least``: circles as probable as this by chance, or more, are left out. Raises
    ValueError for lengths that differ and sizes that are not above 0.
    """
    came, size = np.asarray(counts, dtype=np.int64), np.asarray(sizes, dtype=float)
    if not len(came) == len(size) == len(where):
        raise ValueError("counts, sizes and where are not of one length")
    if (size <= 0).any():
        raise ValueError("a size is not above 0")
    total = int(came.sum())
    if total == 0 or len(came) < 2:
        return []
    share = size / size.sum()
    circles = cKDTree(where).query(where, k=min(PLACES_AT_MOST, len(came)))[1]
    inside = share[circles].cumsum(axis=1)
    fits = inside <= max(SHARE_AT_MOST, float(inside[:, 0].min()))
    expected = total * inside
    found = _likelihoods(came, circles, expected, fits, total)
    rng = np.random.default_rng(seed)
    best = np.array(
        [
            _likelihoods(one, circles, expected, fits, total).max()
            for one in rng.multinomial(total, share, size=draws)
        ]
    )
    return _apart(found, came, circles, expected, best, at_least)


def _likelihoods(
    came: NDArray[np.int64],
    circles: NDArray[np.int64],
    expected: Floats,
    fits: NDArray[np.bool_],
    total: int,
) -> Floats:
    """The log likelihood ratio of every circle; 0 where it holds no more than was expected."""
    inside = came[circles].cumsum(axis=1)
    outside = total - inside
    gain = xlogy(inside, inside / expected) + xlogy(
        outside, outside / np.maximum(total - expected, np.finfo(float).tiny)
    )
    return np.where(fits & (inside > expected), gain, 0.0)


def _apart(
    found: Floats,
    came: NDArray[np.int64],
    circles: NDArray[np.int64],
    expected: Floats,
    best: Floats,
    at_least: float,
) -> list[HotSpot]:
    """The best circles of which none shares a place with a better one."""
    taken: set[int] = set()
    spots: list[HotSpot] = []
    for position in np.argsort(-found, axis=None, kind="stable"):
        middle, last = np.unravel_index(position, found.shape)
        likelihood = float(found[middle, last])
        probability = (1 + int((best >= likelihood).sum())) / (1 + len(best))
        if likelihood <= 0 or probability >= at_least:
            break
        places = tuple(int(one) for one in circles[middle, : last + 1])
        if taken.isdisjoint(places):
            taken.update(places)
            observed = int(came[list(places)].sum())
            held = float(expected[middle, last])
            spots.append(HotSpot(places, observed, held, likelihood, probability))
    return spots


def grounds(
    connection: duckdb.DuckDBPyConnection, level: str, levels: Sequence[str] = LEVELS
) -> pl.DataFrame:
    """Places with buildings on the map: ``place_code, dwellings, longitude, latitude``.

    ``connection`` has the lake attached. A place lies where its dwellings lie on average. Raises
    CivicError for a level that is none of ``levels``.
    """
    if level not in levels:
        raise CivicError(
            f"This is looked for among {' or '.join(levels)}, not {level}.",
            zh=f"只在 {'、'.join(levels)} 级查找，不是 {level}。",
        )
    return connection.execute(
        f"select {level}_code as place_code, sum(dwelling_count)::double as dwellings, "
        "sum(longitude * dwelling_count) / sum(dwelling_count) as longitude, "
        "sum(latitude * dwelling_count) / sum(dwelling_count) as latitude "
        f"from {LAKE}.marts.dim_building "
        f"where has_coordinates and dwelling_count > 0 and {level}_code is not null "
        "group by 1 order by 1"
    ).pl()


def kilometres(places: pl.DataFrame) -> Floats:
    """Longitude and latitude as kilometres east and north of their middle, n x 2."""
    found = places.select("longitude", "latitude").to_numpy().astype(float)
    away = found - found.mean(axis=0) if len(found) else found
    east = np.cos(np.radians(found[:, 1].mean())) if len(found) else 1.0
    return away * KILOMETRES_OF_A_DEGREE * np.array([east, 1.0])
