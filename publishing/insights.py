"""What is derived from figures when they are published: alerts, forecasts, hot spots and scores.

They follow from the cells and the lake of a publication and from the declarations of that day, so
they are made once, with it, and stay as they were. Belongs here: which there are and in which
serving tables. Does not belong here: finding them (``analytics.trends``, ``analytics.assessment``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version

import duckdb
import polars as pl

from analytics.assessment.objections import objections_of, revised
from analytics.assessment.schemes import FOLDER as SCHEMES
from analytics.assessment.schemes import Scheme, load_schemes
from analytics.assessment.scoring import FIT, INDICATORS, SCORES, assess
from analytics.reports.asking import known_places
from analytics.reports.semantic_manifest import Catalog
from analytics.trends.alerts import ALERTS, alerts, load_watching
from analytics.trends.alerts import PATH as WATCHES
from analytics.trends.outlook import outlook, spots
from publishing.completeness import data_until
from publishing.opening import OpenPublication

LIBRARIES = (
    "hierarchicalforecast", "holidays", "numpy", "scikit-learn", "scipy", "statsforecast",
    "statsmodels",
)  # fmt: skip
FOLDERS = (WATCHES.parent, SCHEMES.parent)
Make = Callable[[duckdb.DuckDBPyConnection, pl.DataFrame, pl.DataFrame], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class Insights:
    """``origin``: SHA-256 of code, declarations and libraries; two with one origin say the same.

    ``make``: from a connection with the lake, the cells and the drops to the serving tables.
    """

    origin: str
    make: Make


def insights(catalog: Catalog) -> Insights:
    """Alerts, forecasts, hot spots and scores as they are declared now."""
    return Insights(_origin(), lambda *given: _made(catalog, *given))


def recomputed(publication: OpenPublication, catalog: Catalog) -> pl.DataFrame:
    """Each table of a publication against what its cells and its lake give now.

    Columns ``name, lines, different``. By another version of methods or libraries there may be
    differences that are no fault: ``is_of_this_version`` says.
    """
    now = insights(catalog).make(
        publication.connection, publication.cells, publication.table("drops")
    )
    lines = []
    for name, made in now.items():
        kept = publication.derived(name)
        same = kept.columns == made.columns and kept.height == made.height
        different = _different(kept, made) if same else max(kept.height, made.height)
        lines.append({"name": name, "lines": kept.height, "different": different})
    return pl.DataFrame(lines)


def is_of_this_version(publication: OpenPublication) -> bool:
    """Whether declarations, methods and libraries are those that the publication was made by."""
    return publication.manifest.get("insights") == _origin()


def _different(kept: pl.DataFrame, made: pl.DataFrame) -> int:
    """How many lines differ, numbers by more than one part in a thousand million."""
    if not made.height:
        return 0
    equal = []
    for name in made.columns:
        one, other = kept[name], made[name].cast(kept[name].dtype)
        if one.dtype.is_float():
            near = (one - other).abs() <= 1e-9 * pl.select(
                pl.max_horizontal(one.abs(), other.abs(), pl.lit(1.0))
            ).to_series()
            equal.append(near | (one.eq_missing(other)))
        else:
            equal.append(one.eq_missing(other))
    rows = pl.select(pl.all_horizontal(*(column.fill_null(False) for column in equal)))
    return int((~rows.to_series()).sum())


def _made(
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    cells: pl.DataFrame,
    drops: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    until = data_until(drops)
    watching, schemes = load_watching(), list(load_schemes(catalog=catalog).values())
    found, watched = alerts(cells, catalog, watching, until)
    said = {**asdict(watching), "watched": watched, "watches": None}
    made = {
        "alerts": found if found.height else pl.DataFrame(schema=ALERTS),
        "alerts_watched": pl.DataFrame([{k: v for k, v in said.items() if v is not None}]),
        "schemes": pl.DataFrame([_scheme(scheme) for scheme in schemes]),
    }
    parents = dict(known_places(connection).select("place_code", "parent_code").iter_rows())
    made["forecasts"] = outlook(cells, catalog, parents, until)
    made["hot_spots"] = spots(connection, cells, until)
    objections, aside = objections_of(connection, schemes)
    judged = [] if until is None else [(scheme, until) for scheme in schemes]
    results = [assess(connection, cells, catalog, *one, aside) for one in judged]
    made["scores"] = pl.concat([pl.DataFrame(schema=SCORES), *(r.scores for r in results)])
    touched = [one for one in judged if one[0].name in aside["scheme"]]
    before = [assess(connection, cells, catalog, *one).scores for one in touched]
    without = pl.concat([pl.DataFrame(schema=SCORES), *before])
    made["objections"] = objections
    made["score_revisions"] = revised(objections, without, made["scores"])
    made["score_indicators"] = pl.concat(
        [pl.DataFrame(schema=INDICATORS), *(r.indicators for r in results)]
    )
    made["score_calibration"] = pl.concat([FIT, *(r.calibration for r in results)])
    return made


def _scheme(scheme: Scheme) -> dict[str, object]:
    return {
        "scheme": scheme.name,
        "version": scheme.version,
        "title_zh": scheme.title.zh,
        "title_en": scheme.title.en,
        "definition": json.dumps(asdict(scheme), ensure_ascii=False, sort_keys=True),
    }


def _origin() -> str:
    digest = hashlib.sha256(repr([version(name) for name in LIBRARIES]).encode())
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".yml"):
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
